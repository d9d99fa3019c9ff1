"""Measures a trained network on a split: ``python evaluate.py --help``."""

from charlab.cli import evaluate
from charlab.system.command_process import main

if __name__ == "__main__":
    main(evaluate)
