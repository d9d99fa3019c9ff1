"""Fetching what is not on this machine."""
