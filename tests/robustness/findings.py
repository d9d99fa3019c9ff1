"""What all drivers share: inputs by number, faults by kind, the command that repeats one."""

import argparse
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

SHOWN = 3  # instances of a kind that are listed


@dataclass(frozen=True)
class Finding:
    """One fault: the rule that was broken and where, as for all of its kind; and this instance."""

    kind: str
    detail: str


Tries = Callable[[int, Sequence[int], Path], Iterator[tuple[int, list[Finding]]]]
"""Takes a seed, numbers and a folder; yields what was wrong with each number's input."""


def drive(name: str, about: str | None, tries: Tries) -> int:
    """Reads a driver's command line, tries inputs, prints what was found; 1 if something was."""
    command = f"python -m tests.robustness.{name}"
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(command, description=about, formatter_class=formatter)
    parser.add_argument("--count", type=int, default=1000, help="how many inputs")
    parser.add_argument("--seed", type=int, default=1, help="an input depends on it and its number")
    parser.add_argument("--only", type=int, help="only the input of this number")
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("MPLBACKEND", "Agg")
    _import_ahead()
    numbers = range(options.count) if options.only is None else [options.only]
    kinds: dict[str, list[tuple[int, str]]] = {}
    tried, begun = 0, time.perf_counter()
    with tempfile.TemporaryDirectory(prefix=name) as folder, contextlib.suppress(KeyboardInterrupt):
        for number, findings in tries(options.seed, numbers, Path(folder)):
            tried += 1
            for found in findings:
                if found.kind not in kinds:  # at once, so that a long run can be watched
                    print(number, found.kind, visible(found.detail), file=sys.stderr, flush=True)
                kinds.setdefault(found.kind, []).append((number, found.detail))
            if tried % 500 == 0:
                print(f"{tried} of {len(numbers)}", file=sys.stderr, flush=True)
    seconds = time.perf_counter() - begun
    print(f"{name}: {tried} tried in {seconds:.0f} s, {len(kinds)} kinds of faults")
    for kind, instances in sorted(kinds.items(), key=lambda item: -len(item[1])):
        print(f"\n{len(instances)} x {kind}")
        for number, detail in instances[:SHOWN]:
            print(f"    {visible(detail)}\n      {command} --seed {options.seed} --only {number}")
    return 1 if kinds else 0


def _import_ahead() -> None:
    """Imports what the processes that are forked would take most of their time for."""
    import charlab.api
    import charlab.commands.evaluate
    import charlab.commands.predict
    import charlab.commands.report
    import charlab.commands.sample
    import charlab.figures.confusion
    import charlab.sweeps.search.storage
    import charlab.training.trainer  # noqa: F401


def visible(text: str) -> str:
    """A text on one line without anything that a terminal would act upon, and not too long."""
    plain = text[:600].encode(errors="backslashreplace").decode()
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in plain)
