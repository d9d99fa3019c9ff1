"""Pictures of a sweep or of compared runs: PNG files for papers and notes."""

from collections.abc import Iterator

from matplotlib.figure import Figure

from charlab.figures.axis import robust_limits
from charlab.figures.sweep_curves import TrialCurve, sweep_curves_figure
from charlab.figures.sweep_groups import groups_figure
from charlab.figures.sweep_history import history_figure
from charlab.figures.sweep_importances import importances_figure
from charlab.figures.sweep_parallel import parallel_figure
from charlab.figures.sweep_pareto import pareto_figure
from charlab.figures.sweep_slices import slices_figure
from charlab.reports.charts.groups import MOST_GROUPS, placed
from charlab.reports.comparison import Comparison
from charlab.reports.coordinates import coordinates
from charlab.reports.importances import importances
from charlab.reports.parameters import higher, parameters, usable
from charlab.reports.sweep_numbers import curve, history, pareto_front
from charlab.sweeps.results.records import SweepResults


def sweep_pictures(results: SweepResults) -> Iterator[tuple[str, Figure]]:
    """The pictures that the results allow, each with its file's name (without ".png").

    With several objectives a name ends in the objective ("history_val_loss").
    """
    for i in range(len(results.objectives)):
        yield from _of_objective(results, i)
    if len(results.objectives) == 1:
        yield from _learning_curves(results)
    elif usable(results):
        front = {trial.number for trial in pareto_front(results)}
        trials = usable(results)
        values = [trial.values or () for trial in trials]
        on_front = [trial.number in front for trial in trials]
        yield "pareto", pareto_figure(values, on_front, results.objectives)
    lines = coordinates(results)
    if lines is not None:
        marked = [trial.number in lines.marked for trial in lines.trials]
        yield "parallel", parallel_figure(lines.axes, lines.rows, lines.ranks, marked=marked)


def runs_pictures(found: Comparison) -> Iterator[tuple[str, Figure]]:
    """The picture of a comparison of runs, if there is anything to compare."""
    groups = found.groups[:MOST_GROUPS]
    if groups:
        yield (
            "groups",
            groups_figure(
                [placed(place, group) for place, group in enumerate(groups, start=1)],
                [group.values for group in groups],
                [group.interval.mean for group in groups],
                [group.interval.half for group in groups],
                metric=found.metric,
            ),
        )


def _of_objective(results: SweepResults, i: int) -> Iterator[tuple[str, Figure]]:
    objective = results.objectives[i]
    ending = f"_{objective.replace('/', '_')}" if len(results.objectives) > 1 else ""
    found = history(results, i)
    if found.complete or found.pruned:
        shown = [value for _, value in (*found.complete, *found.pruned)]
        yield (
            f"history{ending}",
            history_figure(
                found.complete,
                found.pruned,
                found.best,
                objective=objective,
                limits=robust_limits(shown, higher=higher(results, i)),
            ),
        )
    shares = importances(results, i).shares
    if shares:
        yield f"importances{ending}", importances_figure(shares, objective=objective)
    searched = parameters(results, usable(results))
    if searched:
        values = [trial.values[i] for trial in usable(results) if trial.values is not None]
        best = results.best
        yield (
            f"slices{ending}",
            slices_figure(
                [one.axis for one in searched],
                [[one.position(trial) for trial in usable(results)] for one in searched],
                values,
                objective=objective,
                marked=[best is not None and t.number == best.number for t in usable(results)],
                limits=robust_limits(values, higher=higher(results, i)),
            ),
        )


def _learning_curves(results: SweepResults) -> Iterator[tuple[str, Figure]]:
    best = results.best
    curves = [
        TrialCurve(trial.state, curve(trial), best is not None and trial.number == best.number)
        for trial in results.trials
        if curve(trial)
    ]
    if curves:
        shown = [value for one in curves for _, value in one.points]
        limits = robust_limits(shown, higher=higher(results, 0))
        objective = results.objectives[0]
        yield "curves", sweep_curves_figure(curves, objective=objective, limits=limits)
