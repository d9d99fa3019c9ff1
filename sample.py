"""Generates text with a trained network: ``python sample.py --help``."""

from charlab.cli import main, sample

if __name__ == "__main__":
    main(sample)
