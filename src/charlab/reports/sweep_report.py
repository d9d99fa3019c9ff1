"""The page about a sweep."""

import shlex
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from charlab.evaluation.confidence import mean_interval
from charlab.reports.charts import Chart, ending
from charlab.reports.formatting import interval, number, seconds, shorten
from charlab.reports.importances import importances
from charlab.reports.page import render
from charlab.reports.parameters import higher, parameter_names, parameter_text, usable
from charlab.reports.savings import estimate_savings
from charlab.reports.sweep_numbers import last_point, pareto_front
from charlab.sweeps.results.records import SweepResults, TrialResult
from charlab.system.entry_point import command_line

_STATES = ("complete", "pruned", "failed", "died", "running", "waiting")
_DONE = ("complete", "pruned", "failed")

Rows = list[list[Any]]


def sweep_page(results: SweepResults, charts: Mapping[str, Chart], *, written: datetime) -> str:
    """The whole page as HTML.

    Args:
        results: a sweep, finished or not.
        charts: its charts, by name.
        written: when.
    """
    names = parameter_names(results)
    objectives = range(len(results.objectives))
    return render(
        "sweep.html",
        charts,
        hover={str(trial.number): _hover(trial, results) for trial in results.trials},
        written=written,
        results=results,
        names=names,
        endings=[ending(results, i) for i in objectives],
        unknown=[f"Cannot be computed yet: {importances(results, i).remark}" for i in objectives],
        usable=len(usable(results)),
        finished=sum(trial.state in _DONE for trial in results.trials),
        ways=["higher" if higher(results, i) else "lower" for i in objectives],
        states=states_text(results),
        spent=sum(trial.seconds or 0.0 for trial in results.trials),
        best_figures=_best_figures(results),
        best_settings=[] if results.best is None else _settings(results.best),
        front=_front(results, names),
        front_header=["trial", *results.objectives, *names, "command that repeats it"],
        finalists=_finalists(results),
        test=_answering_test(results.objectives[0]),
        savings=estimate_savings(results),
        failures=_failures(results),
        fixed=shlex.join(results.fixed),
        trials=_trials(results, names),
        trials_header=["trial", "state", *results.objectives, *names, "time", "reason"],
    )


def states_text(results: SweepResults) -> str:
    """ "12 complete, 3 pruned"; of states that occur."""
    counts = [(len(results.of_state(state)), state) for state in _STATES]
    return ", ".join(f"{count} {state}" for count, state in counts if count) or "none yet"


def _hover(trial: TrialResult, results: SweepResults) -> str:
    lines = [f"trial {trial.number} ({trial.state})"]
    last = last_point(trial)
    if trial.values is not None:
        pairs = zip(results.objectives, trial.values, strict=True)
        lines += [f"{name}: {number(value)}" for name, value in pairs]
    elif last is not None:
        lines.append(f"last {results.objectives[0]}: {number(last[1])}")
    lines += [
        f"{name} = {shorten(parameter_text(trial, name), 40)}"
        for name in parameter_names(results)
        if name in trial.parameters
    ]
    if trial.seconds is not None:
        lines.append(seconds(trial.seconds))
    return "\n".join(lines)


def _best_figures(results: SweepResults) -> list[tuple[str, str]]:
    """The best trial's test figures, and how large its network is."""
    metrics = {} if results.best is None else results.best.metrics
    shown = [key for key in metrics if key.startswith("test/") or key == "model/parameters"]
    others = [key for key in shown if key != results.objectives[0]]
    return [(key, number(metrics[key])) for key in others[:6]]


def _settings(trial: TrialResult) -> Rows:
    return [[name, parameter_text(trial, name)] for name in trial.parameters]


def _front(results: SweepResults, names: list[str]) -> Rows:
    """The trials on the Pareto front with their settings and commands."""
    return [
        [
            trial.number,
            *map(number, trial.values or ()),
            *(parameter_text(trial, name) for name in names),
            trial.command,
        ]
        for trial in pareto_front(results)
    ]


def _finalists(results: SweepResults) -> Rows:
    test = _answering_test(results.objectives[0])

    def over_seeds(values: list[float]) -> str:
        return interval(mean_interval(values) if values else None)

    return [
        [
            place,
            finalist.trial,
            len(finalist.values),
            over_seeds([*finalist.values.values()]),
            over_seeds([found[test] for found in finalist.metrics.values() if test in found]),
            command_line("train", *finalist.arguments),
        ]
        for place, finalist in enumerate(results.finalists, start=1)
    ]


def _failures(results: SweepResults) -> Rows:
    return [
        [
            trial.number,
            trial.reason or "not recorded",
            ", ".join(f"{name}={text}" for name, text in _settings(trial)),
            trial.folder,
        ]
        for trial in results.of_state("failed")
    ]


def _trials(results: SweepResults, names: list[str]) -> Rows:
    nothing = [None] * len(results.objectives)
    return [
        [
            trial.number,
            trial.state,
            *map(number, trial.values or nothing),
            *(parameter_text(trial, name) for name in names),
            seconds(trial.seconds),
            trial.reason,
        ]
        for trial in results.trials
    ]


def _answering_test(objective: str) -> str:
    """The figure of the test part that answers to an objective ("val/loss": "test/loss")."""
    return f"test/{objective.rsplit('/', 1)[-1]}"
