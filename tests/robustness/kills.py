"""Training that SIGKILL ends at any moment and that is resumed ends as if nothing had happened.

    python -m tests.robustness.kills --count 40 --seed 1

Half of the kills come after a number of the process's file operations, where saves are cut in two,
the others after a share of the time that the undisturbed run took.
"""

import itertools
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from charlab.reports.event_curves import read_curve
from tests.robustness.asking import Asked, ask
from tests.robustness.contract import clear, said
from tests.robustness.findings import Finding, drive
from tests.robustness.worlds import make_data
from tests.support.same_run import assert_same_run
from tests.support.shell import TINY, only_run

PLANS = [("generate", "names"), ("generate", "text"), ("classify", "table")]
SETTINGS = (
    *TINY,
    "model.num_layers=2",
    "trainer.accelerator=cpu",
    "trainer.validate_every=11",
    "trainer.checkpoint_minutes=0.00001",  # saves after every stretch
    "trainer.max_steps=40",
)
OPERATIONS = {"open", "os.rename", "os.remove", "os.link", "os.mkdir", "os.truncate", "os.rmdir"}


@dataclass(frozen=True)
class Moment:
    """When a process is killed: after so many seconds, or at its so-manieth file operation."""

    seconds: float = 600.0
    operation: int = 0


@dataclass(frozen=True)
class Whole:
    """The run that nothing disturbs: its folder, and how long it took."""

    run: Path
    seconds: float
    operations: int


class Killer:
    """Kills runs, resumes them, and compares the end with the runs that nothing disturbed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._data = make_data(folder / "data")
        self._wholes: dict[tuple[str, str], Whole] = {}
        self.kills = 0

    def tries(self, seed: int, numbers: Sequence[int]) -> Iterator[tuple[int, list[Finding]]]:
        """For each number a run that is killed once, or a few times; what was wrong."""
        for number in numbers:
            yield number, list(self._one(random.Random(f"{seed}:{number}")))

    def _one(self, chance: random.Random) -> Iterator[Finding]:
        plan = chance.choice(PLANS)
        whole = self._wholes.get(plan) or self._wholes.setdefault(plan, self._whole(plan))
        own = self._folder / "killed"
        own.mkdir(exist_ok=True)
        clear(own)
        start = self._words(plan, own)
        words, told = start, []
        for _ in range(chance.choice([1, 1, 2, 3])):
            moment = Moment(operation=chance.randrange(1, whole.operations))
            if chance.random() < 0.5:
                moment = Moment(chance.uniform(0.02, 0.95) * whole.seconds)
            told.append(str(moment))
            if _trained(words, own, moment) != -signal.SIGKILL:
                break  # it was through before
            self.kills += 1
            words = yield from self._resumable(own, start)
        code = _trained(words, own, Moment())
        if code != 0:
            yield Finding("a killed run does not go on", f"{plan} {told}: {words} -> {code}")
            return
        for kind in _apart(whole.run, only_run(own)):
            yield Finding(kind, f"{plan} {told}")

    def _resumable(self, own: Path, start: tuple[str, ...]) -> Any:
        """Words that go on with what was killed; before its first save it is begun anew."""
        run = next((path.parent for path in own.rglob("checkpoints")), None)
        if run is not None and any((run / "checkpoints").glob("*.ckpt")):
            return (f"resume={run}",)
        if run is not None:
            asked = Asked("train.py", (f"resume={run}",))
            answer = ask(asked, own)
            yield from said(asked, answer)
            if answer.code != 1:
                yield Finding("a run without a save is resumed", str(asked))
        shutil.rmtree(own)
        own.mkdir()
        return start

    def _words(self, plan: tuple[str, str], output: Path) -> tuple[str, ...]:
        task, source = plan
        words = [f"task={task}", f"dataset={source}", f"dataset.path={self._data[source]}"]
        words += ["dataset.label_column=label"] if source == "table" else []
        return (*words, *SETTINGS, f"output_dir={output}")

    def _whole(self, plan: tuple[str, str]) -> Whole:
        output = self._folder / "-".join(plan)
        output.mkdir()
        counted = output / "operations"
        begun = time.perf_counter()
        assert _trained(self._words(plan, output), output, Moment(), counted) == 0
        seconds = time.perf_counter() - begun
        return Whole(only_run(output), seconds, int(counted.read_text()))


def _trained(
    words: Sequence[str], folder: Path, moment: Moment, counted: Path | None = None
) -> int:
    """Trains in a process of its own; its exit code, or minus the signal that ended it."""
    pid = os.fork()
    if pid == 0:
        code = 99
        try:
            tally = itertools.count(1)
            last = [0]

            def count(event: str, _: tuple[Any, ...]) -> None:
                if event in OPERATIONS:
                    last[0] = next(tally)
                    if last[0] == moment.operation:
                        os.kill(os.getpid(), signal.SIGKILL)

            sys.addaudithook(count)
            answer = ask(Asked("train.py", tuple(words)), folder)
            if answer.code != 0:
                print(answer.crash, answer.err[-500:], file=sys.stderr)
            elif counted is not None:
                counted.write_text(str(last[0]))
            code = 99 if answer.code is None else answer.code
        finally:
            os._exit(code)
    deadline = time.monotonic() + moment.seconds
    while time.monotonic() < deadline:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
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
        if read_curve(whole, tag) != read_curve(run, tag) or not read_curve(run, tag):
            yield f"another curve of {tag}"
    if litter := [path.name for path in run.rglob(".*.tmp")]:
        yield f"left behind: {litter}"


def main(words: Sequence[str] | None = None) -> int:
    """Kills runs and prints what was found; 1 if something was."""
    killers: list[Killer] = []

    def tries(
        seed: int, numbers: Sequence[int], folder: Path
    ) -> Iterator[tuple[int, list[Finding]]]:
        killers.append(Killer(folder))
        return killers[0].tries(seed, numbers)

    code = drive("kills", __doc__, tries, 40, words)
    print(f"processes killed: {killers[0].kills}")
    return code


if __name__ == "__main__":
    raise SystemExit(main())
