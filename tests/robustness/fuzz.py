"""Hostile and odd inputs from a seed, given to every command in this process.

    python -m tests.robustness.fuzz --count 20000 --seed 1

An input depends on the seed and on its own number alone: ``--only NUMBER`` repeats one.
"""

import random
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.robustness.asking import ask
from tests.robustness.children import Limits, in_children
from tests.robustness.command_lines import command_line
from tests.robustness.contract import broken
from tests.robustness.findings import Finding, drive
from tests.robustness.queries import query
from tests.robustness.reading import read_files
from tests.robustness.worlds import World, make_worlds

SLOW = 10.0  # seconds of computing: everything here is tiny


def fuzz(
    seed: int, numbers: Sequence[int], folder: Path, worlds: Sequence[World] = ()
) -> Iterator[tuple[int, list[Finding]]]:
    """Tries inputs; yields each one's number, and what was wrong."""
    made, own = worlds or make_worlds(folder), folder / "own"
    yield from in_children(lambda number: _one_input(seed, number, own, made), numbers, Limits())


def _one_input(seed: int, number: int, folder: Path, worlds: Sequence[World]) -> list[Finding]:
    """Tries one input in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    chance = random.Random(f"{seed}:{number}")
    kind = chance.random()
    if kind < 0.35:
        return read_files(chance, folder)
    if kind < 0.65:
        return query(chance, worlds)
    if chance.random() < 0.5:
        (folder / "in.txt").write_text("ab\ncd\n", encoding="utf-8")
    asked = command_line(chance, worlds)
    begun = time.process_time()
    found = list(broken(asked, ask(asked, folder), folder))
    if time.process_time() - begun > SLOW:
        found.append(Finding(f"{asked.script}: takes longer than {SLOW:g} s", str(asked)))
    return found


if __name__ == "__main__":
    raise SystemExit(drive("fuzz", __doc__, fuzz))
