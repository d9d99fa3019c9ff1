"""A sweep's complete trials as lines of parallel coordinates."""

from charlab.figures.sweep_parallel import Coordinates
from charlab.reports.parameters import column, higher, objective_axis, parameters, usable
from charlab.reports.sweep_numbers import pareto_front, ranks
from charlab.sweeps.results.records import SweepResults


def coordinates(results: SweepResults) -> Coordinates | None:
    """The lines, the worst first; None if no trial is complete or nothing is searched.

    An axis for each searched setting, then one for each objective; strong are the best by the first
    objective, marked the best trial, or all on the Pareto front.
    """
    trials = usable(results)
    found = parameters(results, trials)
    if not found:
        return None
    columns = [column(results, i) for i in range(len(results.objectives))]
    objectives = [
        objective_axis(label, values, higher=higher(results, i))
        for i, (label, values) in enumerate(zip(results.objectives, columns, strict=True))
    ]
    rows = [
        [parameter.axis.unit(parameter.position(trial)) for parameter in found]
        + [axis.unit(values[i]) for axis, values in zip(objectives, columns, strict=True)]
        for i, trial in enumerate(trials)
    ]
    ranked = ranks(columns[0], higher=higher(results, 0))
    order = sorted(range(len(trials)), key=lambda i: ranked[i])
    return Coordinates(
        axes=[*(parameter.axis for parameter in found), *objectives],
        trials=[trials[i].number for i in order],
        rows=[rows[i] for i in order],
        ranks=[ranked[i] for i in order],
        marked=[trial.number for trial in pareto_front(results)]
        if results.best is None
        else [results.best.number],
    )
