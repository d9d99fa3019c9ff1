"""Hostile and odd inputs from a seed, given to every command in this process.

    python -m tests.robustness.fuzz --count 20000 --seed 1

An input depends on the seed and on its own number alone: ``--only NUMBER`` repeats one.
"""

import argparse
import contextlib
import os
import random
import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.robustness.asking import ask
from tests.robustness.children import Limits, in_children
from tests.robustness.command_lines import command_line
from tests.robustness.contract import broken, clear
from tests.robustness.findings import Finding, Tally
from tests.robustness.queries import query
from tests.robustness.reading import data_files
from tests.robustness.worlds import World, make_worlds

LIMITS = Limits(seconds=40)
SLOW = 10.0  # seconds: everything here is tiny


def fuzz(
    seed: int, numbers: Sequence[int], folder: Path, worlds: int | None = None
) -> Iterator[tuple[int, list[Finding]]]:
    """Tries inputs.

    Args:
        seed: of all inputs.
        numbers: of the inputs.
        folder: where trained networks are kept, and everything is written.
        worlds: how many networks; None: all.

    Yields:
        The number of an input, and what was wrong.
    """
    list(in_children(lambda _: [] if make_worlds(folder, worlds) else [], [0], Limits(600)))
    made = make_worlds(folder, worlds)
    own = folder / "own"
    own.mkdir(exist_ok=True)
    yield from in_children(lambda number: one_input(seed, number, own, made), numbers, LIMITS)


def one_input(seed: int, number: int, folder: Path, worlds: list[World]) -> list[Finding]:
    """Tries one input in an empty folder."""
    clear(folder)
    chance = random.Random(f"{seed}:{number}")
    kind = chance.random()
    if kind < 0.35:
        return data_files(chance, folder)
    if kind < 0.70:
        return query(chance, worlds, folder)
    if chance.random() < 0.5:
        (folder / "in.txt").write_text("ab\ncd\n", encoding="utf-8")
    asked = command_line(chance, worlds)
    begun = time.perf_counter()
    found = list(broken(asked, ask(asked, folder), folder))
    if time.perf_counter() - begun > SLOW:
        found.append(Finding(f"{asked.script}: takes longer than {SLOW:g} s", str(asked)))
    return found


def main(words: Sequence[str] | None = None) -> int:
    """Tries inputs and prints what was found; 1 if something was."""
    parser = argparse.ArgumentParser(prog="python -m tests.robustness.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=2000, help="how many inputs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="only the input of this number")
    parser.add_argument("--folder", type=Path, help="where networks are kept for the next time")
    options = parser.parse_args(words)
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    os.environ.setdefault("MPLBACKEND", "Agg")
    folder = (options.folder or Path(tempfile.mkdtemp(prefix="fuzz"))).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    tally = Tally(f"python -m tests.robustness.fuzz --seed {options.seed}")
    numbers = range(options.count) if options.only is None else [options.only]
    begun = time.perf_counter()
    try:
        with contextlib.suppress(KeyboardInterrupt):
            for number, findings in fuzz(options.seed, numbers, folder):
                tally.add(number, findings)
    finally:
        if options.folder is None:
            shutil.rmtree(folder, ignore_errors=True)
    print(tally.summary("fuzz", time.perf_counter() - begun))
    print("\n".join(tally.lines()))
    return 1 if tally.kinds else 0


if __name__ == "__main__":
    raise SystemExit(main())
