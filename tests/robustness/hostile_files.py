"""Damaged and hostile run folders, checkpoints, exported networks, studies and data, and the
commands that read them.

    python -m tests.robustness.hostile_files --count 500 --seed 1

Every file is read by a forked process with a limit of memory and time. A command may refuse it or
work; it may not crash, hang, run code, eat memory, or touch what lies outside of the run.
"""

import random
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from charlab.runs.checkpoint import load, save_safetensors
from tests.robustness import forging
from tests.robustness.asking import Asked, ask
from tests.robustness.children import Limits, in_children
from tests.robustness.contract import said
from tests.robustness.findings import Finding, drive
from tests.robustness.worlds import World, make_worlds
from tests.support.shell import ROOT

LIMITS = Limits(each=25, resident=3 * 2**30)
STUDY = ROOT / "tests" / "goldens" / "sweeps" / "study"
CANARY = b"what lies outside stays as it is\n"
CHECKPOINT = [forging.content_of, forging.content_of, forging.archive_of]
CHECKPOINT += [forging.node_of, forging.bytes_of]
TEXT = [forging.text_of, forging.text_of, forging.bytes_of, forging.node_of]
DATABASE = [forging.bytes_of, forging.database_of, forging.database_of, forging.node_of]
ANSWERS = {
    "generate": ("sample.py", "length=3", "seed=1"),
    "classify": ("predict.py", "text=ab"),
}
# A file of a run or of a sweep, what is done to it, and how often.
Damage = tuple[str, Sequence[forging.Forge], int]
RUN_FILES: list[Damage] = [
    ("checkpoints/last.ckpt", CHECKPOINT, 8),
    ("checkpoints/best.ckpt", CHECKPOINT, 8),
    ("**/events.out.tfevents*", TEXT, 3),
    *((name, TEXT, 2) for name in ("metrics.json", "environment.json", ".hydra/config.yaml")),
    *((name, TEXT, 1) for name in (".hydra/overrides.yaml", "train.log", "samples.txt", ".lock")),
]
EXPORTED = [forging.exported_of] * 6 + [forging.bytes_of, forging.node_of]
SWEEP_FILES: list[Damage] = [
    ("study.db", DATABASE, 6),
    ("sweep.json", TEXT, 3),
    *((name, TEXT, 1) for name in ("0/metrics.json", "1/**/events.out.tfevents*", "sweep.log")),
]


def hostile_files(
    seed: int,
    numbers: Sequence[int],
    folder: Path,
    worlds: Sequence[World] = (),
    commands: int = 3,
) -> Iterator[tuple[int, list[Finding]]]:
    """Gives each damaged file to so many commands; yields its number, and what was wrong."""
    made = worlds or make_worlds(folder, 3)

    def work(number: int) -> list[Finding]:
        return _one_file(random.Random(f"{seed}:{number}"), folder / "hostile", made, commands)

    yield from in_children(work, numbers, LIMITS)


def _one_file(
    chance: random.Random, own: Path, worlds: Sequence[World], most: int
) -> list[Finding]:
    shutil.rmtree(own, ignore_errors=True)
    outside = own / "outside" / "canary"
    outside.parent.mkdir(parents=True)
    outside.write_bytes(CANARY)
    kind, commands = chance.choices(KINDS, [50, 20, 15, 15])[0](chance, worlds, outside)
    found: list[Finding] = []
    for asked in chance.sample(commands, min(most, len(commands))):
        begun = time.process_time()
        for finding in said(asked, ask(asked, own)):
            found.append(Finding(finding.kind, f"[{kind}] {asked}: {finding.detail}"))
        if time.process_time() - begun > 10:
            found.append(Finding(f"{asked.script}: takes longer than 10 s", f"[{kind}] {asked}"))
    return found + [Finding(harm, kind) for harm in _harm(outside)]


Hostile = tuple[str, list[Asked]]
"""What was done, and the commands that meet it."""


def _run(chance: random.Random, worlds: Sequence[World], outside: Path) -> Hostile:
    world = chance.choice(worlds)
    outputs = outside.parents[1] / "outputs"
    place = outputs / "generate/x/y/2026-01-01_00-00-00"
    shutil.copytree(world.run, place)
    script, *more = ANSWERS[world.task]
    return _damaged(chance, place, RUN_FILES, outside), [
        Asked(script, (f"run={place}", *more), terminal=True),
        Asked("evaluate.py", (f"run={place}",), terminal=True),
        Asked("report.py", (f"runs={place}", "output=report"), terminal=True),
        Asked("evaluate.py", ("run=latest", f"output_dir={outputs}")),
        Asked("train.py", (f"resume={place}", "trainer.max_steps=6"), terminal=True),
        Asked("train.py", ("resume=latest", f"output_dir={outputs}", "trainer.max_steps=8")),
    ]


def _exported(chance: random.Random, worlds: Sequence[World], outside: Path) -> Hostile:
    world = chance.choice(worlds)
    path = outside.parents[1] / "network.safetensors"
    save_safetensors(load(Path(world.run) / "checkpoints/best.ckpt"), path)
    how = chance.choice(EXPORTED)(chance, path, outside)
    script, *more = ANSWERS[world.task]
    run = f"run={path}"
    return f"safetensors, {how}", [
        Asked(script, (run, *more), terminal=True),
        Asked("evaluate.py", (run,), terminal=True),
        Asked("export.py", (run, "output=again.safetensors"), terminal=True),
        Asked("play.py", (run, "output=play"), terminal=True),
        Asked("look.py", (run, "pictures=curves", "output=look"), terminal=True),
        Asked("train.py", (f"init={path}", "trainer.max_steps=2")),
        Asked("train.py", (f"resume={path}", "trainer.max_steps=6"), terminal=True),
    ]


def _sweep(chance: random.Random, worlds: Sequence[World], outside: Path) -> Hostile:
    outputs = outside.parents[1] / "outputs"
    place = outputs / "sweeps/study"
    shutil.copytree(STUDY, place)
    return _damaged(chance, place, SWEEP_FILES, outside), [
        Asked("report.py", (f"sweep={place}", "output=report"), terminal=True),
        Asked("report.py", ("sweep=latest", f"output_dir={outputs}", "output=report")),
    ]


def _data(chance: random.Random, worlds: Sequence[World], outside: Path) -> Hostile:
    source = chance.choice(["text", "names", "table"])
    path, done = forging.data_of(chance, outside.parents[1])
    asked = Asked("inspect_data.py", (f"dataset={source}", f"dataset.path={path}"), terminal=True)
    return f"{source}, {done}", [asked]


KINDS = (_run, _exported, _sweep, _data)


def _damaged(chance: random.Random, place: Path, files: list[Damage], outside: Path) -> str:
    name, forges, _ = chance.choices(files, [often for *_, often in files])[0]
    target = next(place.glob(name), place / name)
    how = chance.choice([f for f in forges if target.exists() or f is forging.node_of])
    return f"{name}, {how(chance, target, outside)}"


def _harm(outside: Path) -> Iterator[str]:
    if outside.is_symlink() or outside.read_bytes() != CANARY:
        yield "a file outside was changed"
    if outside.with_name("ran").exists():
        yield "code was run"
    elif len(list(outside.parent.iterdir())) > 1:
        yield "a file was made outside"


if __name__ == "__main__":
    raise SystemExit(drive("hostile_files", __doc__, hostile_files))
