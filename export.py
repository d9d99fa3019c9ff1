"""Writes a trained network for other programs: ``python export.py --help``."""

from charlab.cli import export, main

if __name__ == "__main__":
    main(export)
