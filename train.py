"""Trains a character-level recurrent network: ``python train.py --help``."""

from charlab.doors import enter, train

if __name__ == "__main__":
    enter(train)
