"""Ranks labels for texts with a trained network: ``python predict.py --help``."""

from charlab.cli import predict
from charlab.system.command_process import main

if __name__ == "__main__":
    main(predict)
