"""How good a network or a sample is, and what a dataset is made of."""
