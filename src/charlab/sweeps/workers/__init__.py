"""Processes that run trials: claims, locks, the supervisor and its engines."""
