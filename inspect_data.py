"""Shows what a dataset is made of: ``python inspect_data.py --help``."""

from charlab.doors import enter, inspect_data

if __name__ == "__main__":
    enter(inspect_data)
