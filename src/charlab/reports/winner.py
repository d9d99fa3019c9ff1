"""What a report opens with: the best configuration, what it says, and what to do with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

from charlab.config.task_options import PREDICT, SAMPLE, TASK_OPTIONS, about
from charlab.data.documents.document import SPLITS
from charlab.reports.baselines import Beside, beside_baseline
from charlab.reports.formatting import counted
from charlab.reports.run_records import RunFacts, read_run
from charlab.runs.folder import has_checkpoint
from charlab.system.entry_point import command_line
from charlab.system.files import read_bounded

SAMPLES = "samples.txt"
_LINES, _CHARACTERS = 24, 3000  # of a run's samples on a page
_LARGEST = 2**22  # bytes of samples that are looked at
_TITLES = {SAMPLE: "What it writes", PREDICT: "What it makes of validation examples"}


@dataclass(frozen=True)
class Winner:
    """A configuration that a report puts first.

    Attributes:
        beside: how it does beside its baseline; None if that was not measured.
        folder: the folder of its run that is shown; None if it is not on this machine.
        title: what its samples are called.
        samples: what that run said at its end; "" if it said nothing.
        commands: what to do with that run, and the command line that does it.
        task, dataset: of that run; None if they are not known.
    """

    beside: Beside | None
    folder: Path | None
    title: str = ""
    samples: str = ""
    commands: tuple[tuple[str, str], ...] = ()
    task: str | None = None
    dataset: str | None = None


def show_winner(metrics: Sequence[Mapping[str, float]], folder: Path | None) -> Winner:
    """What a report says of its best configuration.

    Args:
        metrics: those of its runs.
        folder: that of the one whose samples are shown; None if it is not on this machine.
    """
    beside = beside_baseline(metrics) if metrics else None
    if folder is None:
        return Winner(beside, None)
    run = read_run(folder)
    settings = run.settings or {}
    task = settings.get("task.name")
    asked_by = TASK_OPTIONS[task].asked_by if task is not None and task in TASK_OPTIONS else None
    return Winner(
        beside,
        folder,
        title=_TITLES.get(asked_by or "", "What it said at its end"),
        samples=read_samples(folder),
        commands=_commands(run, asked_by) if has_checkpoint(folder) else (),
        task=task,
        dataset=settings.get("dataset.name"),
    )


def meanings(tags: Iterable[str], winner: Winner | None) -> list[tuple[str, str]]:
    """What metrics measure, each once, as far as anybody says."""
    task = None if winner is None else winner.task
    return [(tag, words) for tag in dict.fromkeys(tags) if (words := about(tag, task))]


def read_samples(folder: Path) -> str:
    """The opening of what a run said at its end; "" if it said nothing that can be read."""
    try:
        data = read_bounded(folder / SAMPLES, _LARGEST)
    except (OSError, ValueError):
        return ""
    text = dedent(data.decode("utf-8", "replace")).rstrip()
    lines = text.split("\n")
    shown = "\n".join(lines[:_LINES])
    if len(shown) > _CHARACTERS:
        return f"{shown[:_CHARACTERS]}… (more in {SAMPLES})"
    more = len(lines) - _LINES
    return f"{shown}\n… {counted(more, 'more line')} in {SAMPLES}" if more > 0 else shown


def _commands(run: RunFacts, asked_by: str | None) -> tuple[tuple[str, str], ...]:
    """What a run that has been saved can be asked."""
    where = f"run={run.folder}"
    commands = [("More of what it writes:", command_line("sample", where))]
    measured = {tag.partition("/")[0] for tag in run.metrics}
    split = next((name for name in reversed(SPLITS[1:]) if name in measured), None)
    if split is not None and (run.settings or {}).get("dataset.path") != "-":  # read only once
        line = command_line("evaluate", where, f"split={split}")
        commands.append((f"Its exact figures on the {split} part, each in a line:", line))
    return tuple(commands if asked_by == SAMPLE else commands[1:])
