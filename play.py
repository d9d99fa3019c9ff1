"""Writes a page in which a trained network runs: ``python play.py --help``."""

from charlab.cli import play
from charlab.system.command_process import main

if __name__ == "__main__":
    main(play)
