"""Shows what a dataset is made of: ``python inspect_data.py --help``."""

from charlab.cli import inspect_data
from charlab.system.command_process import main

if __name__ == "__main__":
    main(inspect_data)
