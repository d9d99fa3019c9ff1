"""The command line that all drivers have."""

import argparse
import contextlib
import importlib
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tests.robustness.findings import Finding, Tally

# Imported before processes are forked, which would take most of their time for it.
AHEAD = [
    "charlab.api",
    "charlab.training.final_results",
    "charlab.commands.evaluate",
    "charlab.training.trainer",
    "charlab.commands.predict",
    "charlab.commands.report",
    "charlab.commands.sample",
    "charlab.figures.confusion",
    "charlab.sweeps.search.storage",
]

Tries = Callable[[int, Sequence[int], Path], Iterator[tuple[int, list[Finding]]]]
"""Takes a seed, numbers and a folder; yields what was wrong with each number's input."""


def drive(
    name: str, about: str | None, tries: Tries, count: int, words: Sequence[str] | None
) -> int:
    """Tries inputs and prints what was found; 1 if something was.

    Args:
        name: of the driver's module.
        about: for --help.
        tries: what the driver does.
        count: how many inputs unless the user says.
        words: of the command line; None: the process's own.
    """
    command = f"python -m tests.robustness.{name}"
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(command, description=about, formatter_class=formatter)
    parser.add_argument("--count", type=int, default=count, help="how many inputs")
    parser.add_argument("--seed", type=int, default=1, help="an input depends on it and its number")
    parser.add_argument("--only", type=int, help="only the input of this number")
    options = parser.parse_args(words)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("MPLBACKEND", "Agg")
    for module in AHEAD:
        importlib.import_module(module)
    tally = Tally(f"{command} --seed {options.seed}")
    numbers = range(options.count) if options.only is None else [options.only]
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix=name) as folder, contextlib.suppress(KeyboardInterrupt):
        for number, findings in tries(options.seed, numbers, Path(folder)):
            tally.add(number, findings)
    print(tally.summary(name, time.perf_counter() - begun))
    print("\n".join(tally.lines()))
    return 1 if tally.kinds else 0
