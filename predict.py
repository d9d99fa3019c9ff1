"""Ranks labels for texts with a trained network: ``python predict.py --help``."""

from charlab.cli import main, predict

if __name__ == "__main__":
    main(predict)
