"""One HTML page about a sweep or a set of runs: ``python report.py --help``."""

from charlab.cli import report
from charlab.system.command_process import main

if __name__ == "__main__":
    main(report)
