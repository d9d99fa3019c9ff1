"""A trained network in formats of other programs."""
