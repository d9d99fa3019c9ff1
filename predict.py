"""Ranks labels for texts with a trained network: ``python predict.py --help``."""

from charlab.doors import enter, predict

if __name__ == "__main__":
    enter(predict)
