"""Generates text with a trained network: ``python sample.py --help``."""

from charlab.doors import enter, sample

if __name__ == "__main__":
    enter(sample)
