"""Recurrent networks with their constant products computed once, for fast sampling."""
