"""One HTML page about a sweep or a set of runs: ``python report.py --help``."""

from charlab.cli import main, report

if __name__ == "__main__":
    main(report)
