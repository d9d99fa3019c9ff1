"""Generation: every next token is predicted."""
