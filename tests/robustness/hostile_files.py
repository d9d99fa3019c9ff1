"""Damaged and forged run folders, checkpoints, events and studies, and every command about them.

    python -m tests.robustness.hostile_files --count 500 --seed 1

Every file is asked about in a forked process with a limit of memory and time. A command may refuse
it or work; it may not crash, hang, run code, eat memory, or touch what lies outside of the run.
"""

import random
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.robustness import forging
from tests.robustness.asking import Asked, ask
from tests.robustness.children import Limits, in_children
from tests.robustness.contract import said
from tests.robustness.findings import Finding
from tests.robustness.main import drive
from tests.robustness.worlds import World, make_worlds
from tests.support.shell import ROOT

LIMITS = Limits(each=1, resident=2 * 2**30)
STUDY = ROOT / "tests" / "goldens" / "sweeps" / "study"
CANARY = b"what lies outside stays as it is\n"
CHECKPOINT = [forging.content_of, forging.content_of, forging.archive_of, forging.node_of]
TEXT = [forging.text_of, forging.text_of, forging.bytes_of, forging.node_of]
# A file of a run or of a sweep, and what is done to it.
RUN_FILES: list[tuple[str, list[forging.Forge], int]] = [
    ("checkpoints/last.ckpt", [*CHECKPOINT, forging.bytes_of], 8),
    ("checkpoints/best.ckpt", [*CHECKPOINT, forging.bytes_of], 8),
    ("metrics.json", TEXT, 3),
    ("environment.json", TEXT, 2),
    (".hydra/config.yaml", TEXT, 2),
    (".hydra/overrides.yaml", TEXT, 2),
    ("events.out.tfevents*", [forging.bytes_of, forging.text_of, forging.node_of], 3),
    ("train.log", [forging.node_of, forging.text_of], 1),
    (".lock", [forging.node_of], 1),
    ("samples.txt", [forging.node_of], 1),
]
SWEEP_FILES: list[tuple[str, list[forging.Forge], int]] = [
    ("sweep.json", TEXT, 3),
    ("study.db", [forging.bytes_of, forging.database_of, forging.database_of, forging.node_of], 6),
    ("0/metrics.json", TEXT, 2),
    ("1/events.out.tfevents*", [forging.bytes_of, forging.node_of], 1),
    ("sweep.log", [forging.node_of], 1),
]


def hostile_files(
    seed: int, numbers: Sequence[int], folder: Path
) -> Iterator[tuple[int, list[Finding]]]:
    """Tries damaged files; yields each one's number, and what was wrong."""
    made = make_worlds(folder, 3)
    yield from in_children(lambda number: one_file(seed, number, folder, made), numbers, LIMITS)


def one_file(seed: int, number: int, folder: Path, worlds: list[World]) -> list[Finding]:
    """Damages one file of a copy and gives every command that reads it."""
    chance = random.Random(f"{seed}:{number}")
    own = folder / "hostile"
    shutil.rmtree(own, ignore_errors=True)
    outside = own / "outside" / "canary"
    outside.parent.mkdir(parents=True)
    outside.write_bytes(CANARY)
    sweep = chance.random() < 0.2
    world = chance.choice(worlds)
    place = own / "outputs" / ("sweeps/study" if sweep else "generate/x/y/2026-01-01_00-00-00")
    shutil.copytree(STUDY if sweep else world.run, place)
    name, forges, _ = chance.choices(
        *zip(*[(f, f[2]) for f in (SWEEP_FILES if sweep else RUN_FILES)], strict=True)
    )[0]
    target = next(place.glob(name), place / name)
    how = chance.choice([f for f in forges if target.exists() or f is forging.node_of])
    done = how(chance, target, outside)
    kind = f"{name}, {done}"
    found: list[Finding] = []
    for asked in _about_sweep(place) if sweep else _about_run(world, place):
        begun = time.process_time()
        for finding in said(asked, ask(asked, own)):
            found.append(Finding(finding.kind, f"[{kind}] {asked}: {finding.detail}"))
        if time.process_time() - begun > 10:
            found.append(Finding(f"{asked.script}: takes longer than 10 s", f"[{kind}] {asked}"))
    return found + [Finding(f"{what} [{kind}]", str(place)) for what in _harm(outside)]


def _about_run(world: World, place: Path) -> list[Asked]:
    best = {"generate": "sample.py", "classify": "predict.py"}[world.task]
    words = {"sample.py": ("length=3", "seed=1"), "predict.py": ("text=ab",)}[best]
    outputs = f"output_dir={place.parents[3]}"
    return [
        Asked(best, (f"run={place}", *words), terminal=True),
        Asked("evaluate.py", (f"run={place}",), terminal=True),
        Asked("report.py", (f"runs={place}", "output=report"), terminal=True),
        Asked("evaluate.py", ("run=latest", outputs)),
        Asked("train.py", (f"resume={place}", "trainer.max_steps=6"), terminal=True),
        Asked("train.py", ("resume=latest", outputs, "trainer.max_steps=8")),
    ]


def _about_sweep(place: Path) -> list[Asked]:
    return [
        Asked("report.py", (f"sweep={place}", "output=report"), terminal=True),
        Asked("report.py", ("sweep=latest", f"output_dir={place.parents[1]}", "output=report")),
    ]


def _harm(outside: Path) -> Iterator[str]:
    if outside.with_name("ran").exists():
        yield "code was run"
    if outside.is_symlink() or outside.read_bytes() != CANARY:
        yield "a file outside was changed"
    if sorted(path.name for path in outside.parent.iterdir()) not in (
        ["canary"],
        ["canary", "ran"],
    ):
        yield "a file was made outside"


def main(words: Sequence[str] | None = None) -> int:
    """Tries files and prints what was found; 1 if something was."""
    return drive("hostile_files", __doc__, hostile_files, 500, words)


if __name__ == "__main__":
    raise SystemExit(main())
