"""A page in which a trained network runs by itself."""
