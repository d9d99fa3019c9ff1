"""Training that SIGKILL ends at any moment and that is resumed ends as if nothing had happened.

    python -m tests.robustness.kills --count 40 --seed 1

Half of the kills come at one of the process's file operations, where saves are cut in two, the
others after a share of the time that the undisturbed run took.
"""

import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from charlab.reports.event_curves import read_curve
from tests.robustness.asking import Asked, ask
from tests.robustness.contract import said
from tests.robustness.findings import Finding, drive
from tests.robustness.worlds import make_data
from tests.support.same_run import assert_same_run
from tests.support.shell import TINY, only_run

PLANS = [("generate", "names"), ("generate", "text"), ("classify", "table")]
SETTINGS = [
    *TINY,
    "model.num_layers=2",
    "trainer.accelerator=cpu",
    "trainer.validate_every=11",
    "trainer.checkpoint_minutes=0.00001",  # saves after every stretch
    "trainer.max_steps=40",
]
OPERATIONS = {"open", "os.rename", "os.remove", "os.link", "os.mkdir", "os.truncate", "os.rmdir"}


class Whole(NamedTuple):
    """A run that nothing disturbs: its folder, how long it took and its file operations."""

    run: Path
    seconds: float
    operations: int


def kills(
    seed: int, numbers: Sequence[int], folder: Path, plans: Sequence[tuple[str, str]] = PLANS
) -> Iterator[tuple[int, list[Finding]]]:
    """For each number a run that is killed and resumed, once or twice; what was wrong."""
    data = make_data(folder / "data")
    wholes: dict[tuple[str, str], Whole] = {}
    for number in numbers:
        chance = random.Random(f"{seed}:{number}")
        plan = task, source = chance.choice(plans)
        words = [f"task={task}", f"dataset={source}", f"dataset.path={data[source]}", *SETTINGS]
        words += ["dataset.label_column=label"] if source == "table" else []
        if plan not in wholes:
            wholes[plan] = _whole(words, folder / task / source)
        yield number, list(_killed(chance, words, folder / "killed", wholes[plan]))


def _killed(chance: random.Random, start: list[str], own: Path, whole: Whole) -> Iterator[Finding]:
    shutil.rmtree(own, ignore_errors=True)
    own.mkdir()
    start = words = [*start, f"output_dir={own}"]
    told = f"{start[0]} {start[1]}"
    for _ in range(chance.choice([1, 1, 2])):
        seconds, operation = 600.0, chance.randrange(1, whole.operations)
        if chance.random() < 0.5:
            seconds, operation = chance.uniform(0.02, 0.95) * whole.seconds, 0
        told += f"; killed after {seconds:.2f} s or operation {operation}"
        code = _train(words, own, seconds, operation)
        if code == 0:
            break  # it was through before
        if code != -signal.SIGKILL:
            yield Finding("a killed run does not go on", f"{told}: {words[0]} -> {code}")
            return
        run = next((path.parent for path in own.rglob("checkpoints")), None)
        if run is not None and any((run / "checkpoints").glob("*.ckpt")):
            words = [f"resume={run}"]
            continue
        if run is not None:  # there is nothing yet to go on from, and that is said
            asked = Asked("train.py", (f"resume={run}",))
            yield from said(asked, ask(asked, own))
        shutil.rmtree(own)
        own.mkdir()
        words = start
    else:
        code = _train(words, own)
        if code != 0:
            yield Finding("a killed run does not go on", f"{told}: {words[0]} -> {code}")
            return
    for kind in _apart(whole.run, only_run(own)):
        yield Finding(kind, told)


def _whole(words: list[str], output: Path) -> Whole:
    output.mkdir(parents=True)
    counted = output / "operations"
    begun = time.perf_counter()
    assert _train([*words, f"output_dir={output}"], output, counted=counted) == 0
    seconds = time.perf_counter() - begun
    return Whole(only_run(output), seconds, int(counted.read_text()))


def _train(
    words: Sequence[str],
    folder: Path,
    seconds: float = 600,
    operation: int = 0,
    counted: Path | None = None,
) -> int:
    """Trains in a process of its own; its exit code, or minus the signal that ended it.

    It is killed after so many seconds or at its so-manieth file operation, counted from 1.
    """
    pid = os.fork()
    if pid == 0:
        done = 0

        def count(event: str, _: tuple[Any, ...]) -> None:
            nonlocal done
            if event in OPERATIONS:
                done += 1
                if done == operation:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        answer = ask(Asked("train.py", tuple(words)), folder)
        if answer.code != 0:
            print(answer.crash, answer.err[-500:], file=sys.stderr, flush=True)
        elif counted is not None:
            counted.write_text(str(done))
        os._exit(99 if answer.code is None else answer.code)
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _apart(whole: Path, run: Path) -> Iterator[str]:
    """What differs between two runs that should be the same to the last bit."""
    try:
        assert_same_run(whole, run)
    except AssertionError as error:
        yield f"not the same as without a kill: {str(error)[:100]}"
    for tag in ("train/loss", "val/loss"):
        if not read_curve(run, tag) or read_curve(whole, tag) != read_curve(run, tag):
            yield f"another curve of {tag}"
    if any(run.rglob(".*.tmp")):
        yield "a temporary file is left behind"


if __name__ == "__main__":
    raise SystemExit(drive("kills", __doc__, kills))
