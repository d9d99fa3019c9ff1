"""Writes a page in which a trained network runs: ``python play.py --help``."""

from charlab.cli import main, play

if __name__ == "__main__":
    main(play)
