"""A grid of runs (``-m model=vanilla,lstm,gru seed=1,2``): which one is at work, and a table."""

import gc
import logging
import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from charlab.commands.next_steps import say_commands
from charlab.config.task_options import higher_is_better
from charlab.system.entry_point import command_line
from charlab.system.style import line, styled
from charlab.system.terminal import LOGGER, console, screen_width
from charlab.system.words import counted

if TYPE_CHECKING:
    from charlab.config.schema import RunOptions
    from charlab.training.run import Result

_SPLITS = ("val", "test")
_UNKNOWN = "–"
_UNBOUNDED = 10_000  # columns


@dataclass
class _Run:
    settings: dict[str, str]
    options: "RunOptions | None" = None
    result: "Result | None" = None

    @property
    def status(self) -> str:
        return "failed" if self.result is None else self.result.status

    def value(self, tag: str) -> float | None:
        if self.result is None:
            return None
        found = {**self.result.metrics, **self.result.validated}.get(tag)
        return found if isinstance(found, float) else None


@dataclass
class Grid:
    """The runs of one command, in the order in which they train."""

    runs: list[_Run] = field(default_factory=list)
    total: int | None = None

    def begin(self, words: Sequence[str], total: int | None) -> None:
        """Says which run begins.

        Args:
            words: overrides that not all runs have.
            total: how many runs there are; None: nobody knows.
        """
        if self.runs:
            gc.collect()  # the last run's trainer and its parts hold each other, and their memory
        self.total = total
        pairs = (word.lstrip("+~").partition("=") for word in words)
        self.runs.append(_Run({key: value for key, _, value in pairs}))
        if _follows():
            return
        of = f" of {total}" if total is not None else ""
        number = styled(f"run {len(self.runs)}{of}", "heading")
        if len(self.runs) > 1:
            console.print()
        console.print(line(number, f": {' '.join(words)}"))

    def take(self, options: "RunOptions", result: "Result") -> None:
        """Takes note of how the run that began last has ended."""
        self.runs[-1].options, self.runs[-1].result = options, result

    def say_end(self) -> None:
        """Prints the table; nothing where there was no grid."""
        if not self.runs or _follows():
            return
        tags = self._tags()
        while True:
            table = self._table(tags)
            options = console.options.update(max_width=_UNBOUNDED)
            width = console.measure(table, options=options).maximum
            if width <= screen_width() or len(tags) <= len(_SPLITS):
                break
            tags = tags[: -len(_SPLITS)]
        done = counted(sum(run.status == "completed" for run in self.runs), "run")
        planned = self.total or len(self.runs)
        console.print()
        console.print(line(f"{done} completed of {planned}", self._common()))
        console.print(table, width=max(width, screen_width()))
        if (parent := self._parent()) is not None:
            say_commands(
                (command_line("report", f"runs={parent}"), "compares the runs there"),
                (shlex.join(["tensorboard", "--logdir", str(parent)]), "their curves"),
            )

    def _tags(self) -> list[str]:
        """Metrics by their tags, the monitored one first."""
        task = next((run.options.task for run in self.runs if run.options is not None), None)
        if task is None:
            return []
        names = [task.monitor.removeprefix("val/")]
        names += [m.name for m in task.metrics if m.on_progress_line and m.name not in names]
        return [f"{split}/{name}" for name in names for split in _SPLITS]

    def _differing(self) -> list[str]:
        """Settings that do not have the same value in all runs."""
        keys = dict.fromkeys(key for run in self.runs for key in run.settings)
        return [key for key in keys if len({run.settings.get(key) for run in self.runs}) > 1]

    def _parent(self) -> Path | None:
        """The folder that all runs lie in."""
        folders = [run.result.folder for run in self.runs if run.result is not None]
        try:
            return Path(os.path.commonpath([folder.parent for folder in folders]))
        except ValueError:  # none, or on several drives
            return None

    def _common(self) -> Text:
        parent = self._parent()
        return line() if parent is None else line(", in ", styled(parent, "path"))

    def _table(self, tags: Sequence[str]) -> Table:
        table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
        settings, parent = self._differing(), self._parent()
        for name in settings:
            table.add_column(line(name), no_wrap=True)
        for tag in tags:
            table.add_column(tag, no_wrap=True, justify="right")
        table.add_column("folder", no_wrap=True)
        best = {tag: self._best(tag) for tag in tags}
        for run in self.runs:
            numbers = [_number(run.value(tag), best[tag]) for tag in tags]
            named = [line(run.settings.get(name, _UNKNOWN)) for name in settings]
            table.add_row(*named, *numbers, self._place(run, parent))
        return table

    def _best(self, tag: str) -> float | None:
        """The best value of a metric, where all runs measure the same."""
        options = [run.options for run in self.runs if run.options is not None]
        if any(
            (o.task.name, o.dataset) != (options[0].task.name, options[0].dataset) for o in options
        ):
            return None
        values = [value for run in self.runs if (value := run.value(tag)) is not None]
        return (max if higher_is_better(tag) else min)(values, default=None)

    def _place(self, run: _Run, parent: Path | None) -> Text:
        if run.result is None:
            return styled(run.status, "bad")
        folder = run.result.folder
        place = styled(folder if parent is None else folder.relative_to(parent), "path")
        return place if run.status == "completed" else line(place, styled(f" {run.status}", "bad"))


def _follows() -> bool:
    """Whether this process trains beside the first one of several, which alone speaks."""
    return LOGGER.level == logging.CRITICAL


def _number(value: float | None, best: float | None) -> Text:
    if value is None:
        return Text(_UNKNOWN)
    text = f"{value:.4f}" if abs(value) < 100 else f"{value:,.1f}"
    return styled(text, "good") if value == best else Text(text)
