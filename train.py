"""Trains a character-level recurrent network: ``python train.py --help``."""

from charlab.cli import main, train

if __name__ == "__main__":
    main(train)
