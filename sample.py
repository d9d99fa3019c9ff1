"""Generates text with a trained network: ``python sample.py --help``."""

from charlab.cli import sample
from charlab.system.command_process import main

if __name__ == "__main__":
    main(sample)
