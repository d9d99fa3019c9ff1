"""Trains a character-level recurrent network: ``python train.py --help``."""

from charlab.cli import train
from charlab.system.command_process import main

if __name__ == "__main__":
    main(train)
