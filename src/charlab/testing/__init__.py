"""Contracts as test classes: what extends charlab inherits the tests."""
