"""A sweep's trials as a table for other programs (CSV, RFC 4180)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from charlab.reports.formatting import setting
from charlab.reports.parameters import parameter_names
from charlab.sweeps.results.records import SweepResults, TrialResult
from charlab.system.table_lines import csv_text


def trials_csv(results: SweepResults) -> str:
    """One row for each trial; what is not known is empty. Numbers are exact."""
    names = parameter_names(results)
    header = ["number", "state", *results.objectives, *names]
    header += ["seconds", "begun", "ended", "reason", "folder", "command"]
    return csv_text([header, *(_row(results, trial, names) for trial in results.trials)])


def _row(results: SweepResults, trial: TrialResult, names: Sequence[str]) -> list[Any]:
    return [
        trial.number,
        trial.state,
        *(trial.values or [None] * len(results.objectives)),
        *(_exact(trial.parameters.get(name, "")) for name in names),
        trial.seconds,
        _time(trial.begun),
        _time(trial.ended),
        trial.reason,
        trial.folder,
        trial.command,
    ]


def _exact(value: Any) -> Any:
    """Settings as in a command line: true, false and null."""
    return setting(value) if value is None or isinstance(value, bool) else value


def _time(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat(sep=" ", timespec="seconds")
