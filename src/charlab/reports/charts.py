"""The charts of a sweep or of compared runs: drawn once, for the page and as PNG files."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from matplotlib.figure import Figure

from charlab.figures.axis import robust_limits
from charlab.figures.colors import SERIES
from charlab.figures.learning_curves import learning_curves_figure
from charlab.figures.sweep_curves import TrialCurve, sweep_curves_figure
from charlab.figures.sweep_groups import groups_figure
from charlab.figures.sweep_history import history_figure
from charlab.figures.sweep_importances import importances_figure
from charlab.figures.sweep_parallel import parallel_figure
from charlab.figures.sweep_pareto import pareto_figure
from charlab.figures.sweep_slices import slices_figure
from charlab.figures.sweeps import Limits
from charlab.reports.comparison import Comparison, Group
from charlab.reports.coordinates import coordinates
from charlab.reports.formatting import counted, short_names
from charlab.reports.importances import importances
from charlab.reports.parameters import (
    column,
    higher,
    parameter_names,
    parameter_text,
    parameters,
    usable,
)
from charlab.reports.run_curves import PLACES, RunCurves, metric_of_curves, read_run_curves
from charlab.reports.sweep_numbers import (
    SEED,
    SeedGroup,
    curve,
    history,
    last_values,
    pareto_front,
    seed_groups,
)
from charlab.sweeps.results.records import SweepResults

MOST_GROUPS = 40  # in one chart
_FEW = 4  # trials; of fewer no part of an axis is worth more than the rest
_LONGEST = 100  # characters of an objective in a file's name

AnyGroup = TypeVar("AnyGroup", Group, SeedGroup)
Curves = Mapping[str, Sequence[RunCurves]]
"""Of each group, the curves of its runs."""


@dataclass(frozen=True)
class Chart:
    """A figure and what to see in it."""

    figure: Figure
    caption: str = ""


def sweep_charts(results: SweepResults) -> dict[str, Chart]:
    """The charts that the results allow, by name.

    With several objectives a name ends in the objective ("history_val_loss").
    """
    charts: dict[str, Chart | None] = {}
    for i, end in enumerate(endings(results)):
        charts[f"history{end}"] = _history(results, i)
        charts[f"importances{end}"] = _importances(results, i)
        charts[f"slices{end}"] = _slices(results, i)
    if len(results.objectives) == 1:
        charts["seeds"] = _seeds(results)
        charts["curves"] = _curves(results)
    else:
        charts["pareto"] = _pareto(results)
    charts["parallel"] = _parallel(results)
    return {name: chart for name, chart in charts.items() if chart is not None}


def runs_charts(found: Comparison, curves: Curves) -> dict[str, Chart]:
    """The charts of a comparison of runs, by name.

    Args:
        found: the runs, grouped.
        curves: group -> the learning curves of each run; may be empty.
    """
    charts: dict[str, Chart] = {}
    if found.groups:
        charts["groups"] = _groups(found.groups, lambda group: group.label, found.metric)
    return charts | _learning_curves(found, curves)


def curves_of_best(found: Comparison) -> Curves:
    """Learning curves of the best groups' runs, as far as their event files have them."""
    curves = {}
    for place, group in enumerate(found.groups[: len(SERIES)], start=1):
        lines = [read_run_curves(run, found.metric) for run in group.runs]
        if any(line.validation for line in lines):
            curves[f"{place}. {group.label}"] = lines
    return curves


def curve_chart(place: str) -> str:
    """The name of the chart of learning curves over a place of :data:`PLACES`."""
    return "curves" if place == "steps" else f"curves_{place}"


def _learning_curves(found: Comparison, curves: Curves) -> dict[str, Chart]:
    """A chart over steps ("curves"), one over characters, one over seconds."""
    charts = {}
    for place, label in PLACES.items():
        over = {group: [line.over(place) for line in lines] for group, lines in curves.items()}
        validation = {group: [own for own, _ in lines] for group, lines in over.items()}
        training = {group: [taught for _, taught in lines] for group, lines in over.items()}
        values = [
            value
            for lines in (*validation.values(), *training.values())
            for points in lines
            for _, value in points
        ]
        limits = robust_limits(values, higher=found.higher)
        if values:
            figure = learning_curves_figure(
                validation,
                metric=metric_of_curves(found.metric).removeprefix("val/"),
                training=training,
                x_label=label,
                limits=limits,
            )
            caption = _left_out(values, limits, "point", where="outside the picture")
            charts[curve_chart(place)] = Chart(figure, caption)
    return charts


def endings(results: SweepResults) -> list[str]:
    """What the names of each objective's charts end in: each in something else, fit for a file."""
    if len(results.objectives) == 1:
        return [""]
    names: list[str] = []
    for objective in results.objectives:
        name = "_" + re.sub(r"[^\w.-]", "_", objective, flags=re.ASCII)[:_LONGEST]
        while name in names:  # "val/loss" and "val_loss"
            name += "_2"
        names.append(name)
    return names


def _history(results: SweepResults, objective: int) -> Chart | None:
    found = history(results, objective)
    values = [value for _, value in (*found.complete, *found.pruned)]
    if not values:
        return None
    limits = robust_limits(values, higher=higher(results, objective))
    figure = history_figure(found, objective=results.objectives[objective], limits=limits)
    return Chart(figure, _left_out(values, limits, "point"))


def _seeds(results: SweepResults) -> Chart | None:
    groups = seed_groups(results)
    if not groups:
        return None
    return _groups(groups, lambda group: seed_group_label(results, group), results.objectives[0])


def _groups(groups: Sequence[AnyGroup], label: Callable[[AnyGroup], str], metric: str) -> Chart:
    """The best groups, each with its place, which tells names apart that are cut short."""
    shown, more = groups[:MOST_GROUPS], len(groups) - MOST_GROUPS
    figure = groups_figure(
        [f"{place}. {label(group)}" for place, group in enumerate(shown, start=1)],
        [group.values for group in shown],
        [group.interval.mean for group in shown],
        [group.interval.half for group in shown],
        metric=metric,
    )
    rest = f"The best {MOST_GROUPS}; {more} more in the table." if more > 0 else ""
    return Chart(figure, rest)


def seed_group_label(results: SweepResults, group: SeedGroup) -> str:
    """What sets a group of trials apart: "model=lstm, lr=0.004"."""
    trial = group.trials[0]
    names = [name for name in parameter_names(results) if name.lstrip("+") != SEED]
    short = short_names(names)
    settings = [f"{short[n]}={parameter_text(trial, n)}" for n in names if n in trial.parameters]
    return ", ".join(settings) or "all trials"


def _importances(results: SweepResults, objective: int) -> Chart | None:
    found = importances(results, objective)
    if not found.shares:
        return None
    figure = importances_figure(found.shares, objective=results.objectives[objective])
    return Chart(figure, found.remark)


def _slices(results: SweepResults, objective: int) -> Chart | None:
    pruned = last_values(results)
    trials = [*usable(results), *(trial for trial, _ in pruned)]
    searched = parameters(results, trials)
    if not searched:
        return None
    complete = column(results, objective)
    values = [*complete, *(value for _, value in pruned)]
    limits = _beside_complete(complete, values, higher=higher(results, objective))
    figure = slices_figure(
        [one.axis for one in searched],
        [[one.position(trial) for trial in trials] for one in searched],
        values,
        objective=results.objectives[objective],
        trials=[trial.number for trial in trials],
        best=None if results.best is None else results.best.number,
        pruned=[trial.number for trial, _ in pruned],
        limits=limits,
    )
    return Chart(figure, _left_out(values, limits, "trial"))


def _beside_complete(
    complete: Sequence[float], values: Sequence[float], *, higher: bool
) -> Limits | None:
    """The part of an axis where complete trials take up half of it at least; None: all of it."""
    limits = robust_limits(complete, higher=higher)
    if limits is None and len(complete) < _FEW:
        return robust_limits(values, higher=higher)
    low, high = limits or (min(complete), max(complete))
    low, high = (2 * low - high, high) if higher else (low, 2 * high - low)
    inside = low == high or all(low <= value <= high for value in values)
    return None if inside else (max(low, min(values)), min(high, max(values)))


def _curves(results: SweepResults) -> Chart | None:
    best = results.best
    curves = [
        TrialCurve(trial.number, trial.state, curve(trial), best=trial is best)
        for trial in results.trials
        if curve(trial)
    ]
    if not curves:
        return None
    values = [value for one in curves for _, value in one.points]
    limits = robust_limits(values, higher=higher(results, 0))
    figure = sweep_curves_figure(curves, objective=results.objectives[0], limits=limits)
    return Chart(figure, _left_out(values, limits, "point", where="outside the picture"))


def _pareto(results: SweepResults) -> Chart | None:
    trials = usable(results)
    if not trials:
        return None
    count = len(results.objectives)
    columns = [column(results, i) for i in range(count)]
    limits = [robust_limits(columns[i], higher=higher(results, i)) for i in range(count)]
    numbers = [trial.number for trial in trials]
    front = [trial.number for trial in pareto_front(results)]
    rows = list(zip(*columns, strict=True))
    figure = pareto_figure(rows, numbers, front, results.objectives, limits)
    remarks = [_left_out(columns[i], limits[i], "trial") for i in range(1, count)]
    return Chart(figure, " ".join(filter(None, remarks)))


def _parallel(results: SweepResults) -> Chart | None:
    found = coordinates(results)
    if found is None:
        return None
    if len(results.objectives) > 1:
        remark = f"Thick: the Pareto front. Stronger blue: better {results.objectives[0]}."
    else:
        remark = "Thick: the best trial. Stronger blue: better."
    return Chart(parallel_figure(found), remark)


def _left_out(
    values: Sequence[float], limits: Limits | None, noun: str, where: str = "drawn at the edge"
) -> str:
    """The sentence about values beyond an axis; "" if there are none."""
    if limits is None:
        return ""
    count = sum(not limits[0] <= value <= limits[1] for value in values)
    verb = "lies" if count == 1 else "lie"
    return f"{counted(count, noun)} {verb} far beyond the rest, {where}."
