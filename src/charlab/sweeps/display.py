"""What a person sees of a sweep: a live table in a terminal, a line for each trial elsewhere."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from optuna.trial import FrozenTrial
from rich.console import Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from charlab.sweeps.search.duplicates import SAME_AS
from charlab.sweeps.search.queueing import RETRY_OF
from charlab.sweeps.search.spec import SweepSpec
from charlab.sweeps.workers.claim import LABEL, REASON
from charlab.sweeps.workers.supervisor import SweepStatus
from charlab.system.terminal import console, duration, say, visible

_SECONDS_BETWEEN_PICTURES = 1.0
_ROWS = 24  # of running trials


class SweepDisplay:
    """Shows a sweep while it goes on.

    Args:
        live: whether there is a terminal for a table.
    """

    def __init__(self, spec: SweepSpec, *, live: bool | None = None) -> None:
        self._spec = spec
        self._said: set[int] | None = None
        self._drawn_at = 0.0
        self._began = time.monotonic()
        self._done_before = 0
        wants_table = console.is_terminal if live is None else live
        self._live = Live(console=console, auto_refresh=False) if wants_table else None

    def __enter__(self) -> "SweepDisplay":
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()

    def on_status(self, status: SweepStatus) -> None:
        """Takes note of what the sweep looks like now."""
        finished = {t.number: t for t in status.trials if t.state.is_finished()}
        if self._said is None:
            self._done_before = len(finished)
            self._said = set(finished)
            if finished:
                best = self._best_so_far(status.trials)
                say(f"{len(finished)} of {status.n_trials} trials are done{best}")
        for number in sorted(set(finished) - self._said):
            self._said.add(number)
            say(self._line(finished[number], status))
        now = time.monotonic()
        if self._live is not None and now - self._drawn_at >= _SECONDS_BETWEEN_PICTURES:
            self._drawn_at = now
            self._live.update(self._picture(status), refresh=True)

    def _line(self, trial: FrozenTrial, status: SweepStatus) -> str:
        took = _seconds(trial)
        done = sum(t.state.is_finished() for t in status.trials)
        retried = trial.user_attrs.get(RETRY_OF)
        again = "" if retried is None else f", trial {retried} again"
        head = f"trial {trial.number}{again} ({done}/{status.n_trials}), {duration(took)}"
        if trial.state.name == "FAIL":
            return f"{head}: failed: {trial.user_attrs.get(REASON, 'no reason known')}"
        values = trial.values or list(trial.intermediate_values.values())[-1:]
        shown = self._values(values) or "no value"
        if trial.state.name == "PRUNED":
            shown = f"pruned at {shown}"
        twin = trial.user_attrs.get(SAME_AS)
        copied = "" if twin is None else f" (the settings and result of trial {twin})"
        best = self._best_so_far(status.trials)
        return f"{head}: {shown} | {_settings(trial)}{copied}{best}"

    def _values(self, values: Any) -> str:
        pairs = zip(self._spec.objectives, values, strict=False)
        return ", ".join(f"{name} {_short(value)}" for name, value in pairs)

    def _best_so_far(self, trials: list[FrozenTrial]) -> str:
        """The best complete trial of a sweep with one objective."""
        ranked = self._spec.ranked(trials) if len(self._spec.objectives) == 1 else []
        return f" | best {_short(ranked[0].values[0])} (trial {ranked[0].number})" if ranked else ""

    def _picture(self, status: SweepStatus) -> Group:
        table = Table(box=None, pad_edge=False, header_style="bold")
        for name in ("trial", "for", "seen", visible(self._spec.objectives[0]), "settings"):
            table.add_column(name, overflow="ellipsis", no_wrap=True)
        running = [t for t in status.trials if t.state.name == "RUNNING"]
        for trial in running[:_ROWS]:
            step, value = max(trial.intermediate_values.items(), default=(0, None))
            share = f"{step / self._spec.full:.0%}" if self._spec.full else f"{step:,} chars"
            table.add_row(
                str(trial.number),
                duration(_seconds(trial)),
                share,
                "–" if value is None else _short(value),
                visible(_settings(trial)),
            )
        if len(running) > _ROWS:
            table.add_row("…", "", "", "", f"and {len(running) - _ROWS} more")
        best = self._best_so_far(status.trials).removeprefix(" | ")
        return Group(table, Text(self.summary(status)), Text(best))

    def summary(self, status: SweepStatus) -> str:
        """One line: how many trials are done, and how; the time left."""
        names = [t.state.name for t in status.trials]
        done = sum(t.state.is_finished() for t in status.trials)
        counts = {
            "complete": "COMPLETE",
            "pruned": "PRUNED",
            "failed": "FAIL",
            "running": "RUNNING",
        }
        parts = [f"{done}/{status.n_trials} trials"]
        parts += [f"{names.count(state)} {word}" for word, state in counts.items()]
        here = done - self._done_before
        if here > 0:
            each = (time.monotonic() - self._began) / here
            parts.append(f"about {duration(each * max(0, status.n_trials - done))} left")
        return ", ".join(parts)


def _seconds(trial: FrozenTrial) -> float:
    begun = trial.datetime_start
    if begun is None:
        return 0.0
    return ((trial.datetime_complete or datetime.now()) - begun).total_seconds()


def _settings(trial: FrozenTrial) -> str:
    if LABEL in trial.user_attrs:
        return str(trial.user_attrs[LABEL])
    settings: Mapping[str, Any] = trial.params
    return " ".join(f"{key}={_short(value)}" for key, value in settings.items())


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
