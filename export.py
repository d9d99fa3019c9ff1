"""Writes a trained network for other programs: ``python export.py --help``."""

from charlab.cli import export
from charlab.system.command_process import main

if __name__ == "__main__":
    main(export)
