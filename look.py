"""Makes pictures of a run: ``python look.py --help``."""

from charlab.cli import look
from charlab.system.command_process import main

if __name__ == "__main__":
    main(look)
