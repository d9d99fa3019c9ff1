"""Two objectives against each other, with the Pareto front."""

from itertools import combinations

from charlab.figures.axis import robust_limits
from charlab.reports.charts.base import embed, left_out, new_figure, show_part, trace
from charlab.reports.colors import LIGHT
from charlab.reports.html import Html, join
from charlab.reports.parameters import higher, usable
from charlab.reports.sweep_numbers import pareto_front
from charlab.sweeps.results.records import SweepResults, TrialResult


def pareto_charts(results: SweepResults) -> Html:
    """A chart for each pair of objectives."""
    pairs = combinations(range(len(results.objectives)), 2)
    return join(_pareto_chart(results, *pair) for pair in pairs)


def _pareto_chart(results: SweepResults, first: int, second: int) -> Html:
    figure = new_figure(results.objectives[first], results.objectives[second])
    front = pareto_front(results)
    numbers = {trial.number for trial in front}
    others = [trial for trial in usable(results) if trial.number not in numbers]
    front.sort(key=lambda trial: _at(trial, first))
    kinds = [("beaten", others, "complete", 8), ("on the Pareto front", front, "best", 11)]
    for name, trials, color, size in kinds:
        # With more than two objectives a line through the front's shadow would zigzag.
        line = color == "best" and len(results.objectives) == 2
        if trials:
            figure.add_trace(
                trace(
                    x=[_at(trial, first) for trial in trials],
                    y=[_at(trial, second) for trial in trials],
                    customdata=[trial.number for trial in trials],
                    mode="lines+markers" if line else "markers",
                    line={"color": LIGHT[color], "width": 1.5, "dash": "dot"},
                    marker={"color": LIGHT[color], "size": size, "opacity": 0.8},
                    name=name,
                )
            )
    values = [_at(trial, second) for trial in usable(results)]
    limits = robust_limits(values, higher=higher(results, second))
    show_part(figure, "y", limits)
    return embed(figure, left_out(values, limits, "trial"))


def _at(trial: TrialResult, objective: int) -> float:
    assert trial.values is not None
    return trial.values[objective]
