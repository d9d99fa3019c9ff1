"""One HTML page about a sweep or a set of runs: ``python report.py --help``."""

from charlab.doors import enter, report

if __name__ == "__main__":
    enter(report)
