"""Parallel coordinates as numbers: axes, and where each trial crosses them."""

from dataclasses import dataclass

from charlab.figures.axis import Axis
from charlab.reports.parameters import higher, objective_axis, parameters, usable
from charlab.reports.sweep_numbers import pareto_front, ranks
from charlab.sweeps.results.records import SweepResults, TrialResult


@dataclass(frozen=True)
class Coordinates:
    """Lines through axes.

    Attributes:
        axes: one for each searched setting, then one for each objective.
        trials: complete trials, the worst first, so that the best are drawn on top.
        rows: for each trial, its place on each axis.
        ranks: for each trial, from 0 (the worst) to 1, by the first objective.
        marked: numbers of the best trial, or of all on the Pareto front.
        remark: what the marks mean.
    """

    axes: list[Axis]
    trials: list[TrialResult]
    rows: list[list[float]]
    ranks: list[float]
    marked: list[int]
    remark: str


def coordinates(results: SweepResults) -> Coordinates | None:
    """The complete trials' lines; None if there is none or nothing is searched."""
    trials = usable(results)
    found = parameters(results, trials)
    if not found:
        return None
    columns = [
        [trial.values[i] for trial in trials if trial.values is not None]
        for i in range(len(results.objectives))
    ]
    objectives = [
        objective_axis(label, column, higher=higher(results, i))
        for i, (label, column) in enumerate(zip(results.objectives, columns, strict=True))
    ]
    rows = [
        [parameter.axis.unit(parameter.position(trial)) for parameter in found]
        + [axis.unit(column[i]) for axis, column in zip(objectives, columns, strict=True)]
        for i, trial in enumerate(trials)
    ]
    ranked = ranks(columns[0], higher=higher(results, 0))
    order = sorted(range(len(trials)), key=lambda i: ranked[i])
    marked, remark = _marks(results)
    return Coordinates(
        axes=[*(parameter.axis for parameter in found), *objectives],
        trials=[trials[i] for i in order],
        rows=[rows[i] for i in order],
        ranks=[ranked[i] for i in order],
        marked=marked,
        remark=remark,
    )


def _marks(results: SweepResults) -> tuple[list[int], str]:
    if len(results.objectives) > 1:
        front = [trial.number for trial in pareto_front(results)]
        return front, f"Thick: the Pareto front. Stronger blue: better {results.objectives[0]}."
    best = results.best
    return [] if best is None else [best.number], "Thick: the best trial. Stronger blue: better."
