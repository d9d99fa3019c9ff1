"""Measures a trained network on a split: ``python evaluate.py --help``."""

from charlab.cli import evaluate, main

if __name__ == "__main__":
    main(evaluate)
