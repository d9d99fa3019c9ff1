"""Batches of token ids: for training and for evaluation, of sequences and of streams."""
