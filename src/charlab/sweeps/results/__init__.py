"""What a sweep has found, read from its study and its folder."""
