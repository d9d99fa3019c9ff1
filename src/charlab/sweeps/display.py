"""What a person sees of a sweep: a live table in a terminal, a line for each trial elsewhere."""

import time
from datetime import datetime
from typing import Any

from optuna.trial import FrozenTrial
from rich.console import Group
from rich.live import Live
from rich.text import Text

from charlab.sweeps.search.duplicates import SAME_AS
from charlab.sweeps.search.queueing import RETRY_OF
from charlab.sweeps.search.spec import SweepSpec
from charlab.sweeps.tables import BEST, Row, figure, figures, setting, table
from charlab.sweeps.workers.claim import FORMER, LABEL, OWNER, REASON
from charlab.sweeps.workers.supervisor import SweepStatus
from charlab.system.style import styled
from charlab.system.terminal import LOGGER, console, duration, say
from charlab.system.words import counted

_SECONDS_BETWEEN_PICTURES = 1.0
_BEST_ROWS = 5  # of complete trials
_OTHER_LINES = 10  # of a screen, that are not for running trials


class SweepDisplay:
    """Shows a sweep while it goes on.

    Args:
        live: whether there is a terminal for a table; it is gone when the sweep has ended.
    """

    def __init__(self, spec: SweepSpec, *, live: bool | None = None) -> None:
        self._spec = spec
        self._said: set[int] | None = None
        self._drawn_at = 0.0
        self._began = time.monotonic()
        self._done_before = 0
        self._taken_up: dict[tuple[int, str], float] = {}
        if live is None:
            live = console.is_terminal and spec.base.get("trainer.progress") not in _NO_TABLE
        self._live = Live(console=console, auto_refresh=False, transient=True) if live else None

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
                total = counted(status.n_trials, "trial")
                are = "is" if len(finished) == 1 else "are"
                say(f"{len(finished)} of {total} {are} done{best}")
        for number in sorted(set(finished) - self._said):
            self._said.add(number)
            text = self._line(finished[number], status)
            if self._live is None or finished[number].state.name == "FAIL":
                say(text)
            else:  # the table shows it
                LOGGER.debug(text)
        if status.stopping:
            self.__exit__()
            save = "saves itself" if status.stopping == 1 else "save themselves"
            say(f"stopping: {counted(status.stopping, 'running trial')} {save}")
            return
        now = time.monotonic()
        if self._live is not None and now - self._drawn_at >= _SECONDS_BETWEEN_PICTURES:
            self._drawn_at = now
            self._live.update(self._picture(status), refresh=True)

    def _line(self, trial: FrozenTrial, status: SweepStatus) -> str:
        took = self._seconds(trial)
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
        return f"{head}: {shown} | {_in_words(trial)}{copied}{best}"

    def _values(self, values: Any) -> str:
        pairs = zip(self._spec.objectives, values, strict=False)
        return ", ".join(f"{name} {figure(value)}" for name, value in pairs)

    def _best_so_far(self, trials: list[FrozenTrial]) -> str:
        """The best complete trial of a sweep with one objective."""
        ranked = self._spec.ranked(trials) if len(self._spec.objectives) == 1 else []
        return f" | best {figure(ranked[0].values[0])} (trial {ranked[0].number})" if ranked else ""

    def _picture(self, status: SweepStatus) -> Group:
        best = self._spec.ranked(status.trials)[:_BEST_ROWS]
        running = [
            t for t in status.trials if t.state.name == "RUNNING" and t.number not in status.orphans
        ]
        shown = running[: max(1, console.height - _OTHER_LINES)]
        one = len(self._spec.objectives) == 1
        rows = [self._row(t, BEST if one and t is best[0] else "") for t in best]
        rows += [self._row(t, self._share(t)) for t in shown]
        first = "run" if self._spec.function is None and not self._spec.space else "trial"
        lines = table(rows, console.width, first) if rows else []
        if len(running) > len(shown):
            lines.append(styled(f"and {len(running) - len(shown)} more", "dim"))
        return Group(Text(""), *lines, Text(self.summary(status)))

    def _row(self, trial: FrozenTrial, note: str) -> Row:
        values = trial.values or list(trial.intermediate_values.values())[-1:]
        return Row(
            trial.number,
            figures(self._spec.objectives, values),
            _settings(trial),
            self._seconds(trial),
            note,
            note == BEST,
        )

    def _share(self, trial: FrozenTrial) -> str:
        """How much of its training a running trial has done."""
        seen = max(trial.intermediate_values, default=0)
        return f"{seen / self._spec.full:.0%}" if self._spec.full else f"{seen:,} characters"

    def _seconds(self, trial: FrozenTrial) -> float:
        """How long a trial trained, or trains since it was taken up."""
        took = trial.user_attrs.get("figures", {}).get("time/train_seconds")
        if took is not None:
            return float(took)
        if trial.user_attrs.get(FORMER) and trial.datetime_complete is None:
            key = trial.number, str(trial.user_attrs.get(OWNER))
            return time.monotonic() - self._taken_up.setdefault(key, time.monotonic())
        begun, ended = trial.datetime_start, trial.datetime_complete or datetime.now()
        return 0.0 if begun is None else (ended - begun).total_seconds()

    def summary(self, status: SweepStatus) -> str:
        """One line: how many trials are done, and how; the time left."""
        names = [t.state.name for t in status.trials]
        done = sum(t.state.is_finished() for t in status.trials)
        counts = {
            "complete": names.count("COMPLETE"),
            "pruned": names.count("PRUNED"),
            "failed": names.count("FAIL"),
            "running": names.count("RUNNING") - len(status.orphans),
        }
        parts = [f"{done} of {counted(status.n_trials, 'trial')}"]
        parts += [f"{count} {word}" for word, count in counts.items() if count]
        here = done - self._done_before
        if here > 0:
            each = (time.monotonic() - self._began) / here
            parts.append(f"about {duration(each * max(0, status.n_trials - done))} left")
        return ", ".join(parts)


_NO_TABLE = ("lines", "none")  # of trainer.progress


def _settings(trial: FrozenTrial) -> dict[str, Any]:
    """What is searched; of a finalist's run what tells it from the others."""
    if LABEL in trial.user_attrs:
        return {name: trial.user_attrs[name] for name in ("trial", "seed")}
    return dict(trial.params)


def _in_words(trial: FrozenTrial) -> str:
    if LABEL in trial.user_attrs:
        return str(trial.user_attrs[LABEL])
    return " ".join(f"{key}={setting(value)}" for key, value in trial.params.items())
