"""Measures a trained network on a split: ``python evaluate.py --help``."""

from charlab.doors import enter, evaluate

if __name__ == "__main__":
    enter(evaluate)
