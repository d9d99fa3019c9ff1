"""``python -m charlab``: as the command ``charlab``."""

from charlab.cli import run

run()
