"""Training: a run from its settings to its last step, by Lightning."""
