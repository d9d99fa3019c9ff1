"""Transduction: a text is turned into another."""
