"""Makes pictures of a run: ``python look.py --help``."""

from charlab.cli import look, main

if __name__ == "__main__":
    main(look)
