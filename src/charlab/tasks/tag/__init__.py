"""Tagging: the tag of each character, or of each word, is predicted."""
