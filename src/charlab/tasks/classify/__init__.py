"""Classification: a text's label is predicted."""
