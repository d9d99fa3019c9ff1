"""Learning curves of all trials, the pruned ones marked."""

from collections.abc import Sequence

import plotly.graph_objects as go

from charlab.figures.axis import robust_limits
from charlab.reports.charts.base import (
    embed,
    highlight_trace,
    left_out,
    new_figure,
    show_part,
    trace,
)
from charlab.reports.colors import LIGHT
from charlab.reports.html import Html
from charlab.reports.parameters import higher
from charlab.reports.sweep_numbers import curve
from charlab.sweeps.results.records import SweepResults, TrialResult

_KINDS = {  # state -> dash, opacity, marker at the curve's end
    "pruned": ("dash", 0.55, "x"),
    "failed": ("dot", 0.8, "cross"),
    "died": ("dot", 0.8, "cross-open"),
    "running": ("solid", 0.9, "circle-open"),
    "complete": ("solid", 0.55, None),
}
_RANKS = {"complete": 1, "pruned": 2, "failed": 3, "died": 4, "running": 5}  # in the legend


def curves_chart(results: SweepResults) -> Html | None:
    """Every trial's objective over the characters it saw; None if nothing was reported."""
    trials = [trial for trial in results.trials if curve(trial)]
    if not trials:
        return None
    figure = new_figure("characters seen in training", results.objectives[0], height=440)
    for state in _KINDS:
        _add(figure, state, [trial for trial in trials if trial.state == state])
    best = results.best
    if best is not None and curve(best):
        x, y = zip(*curve(best), strict=True)
        line = {"color": LIGHT["best"], "width": 3}
        name = f"best (trial {best.number})"
        mode = "lines" if len(x) > 1 else "markers"
        marker = {"color": LIGHT["best"], "size": 9}
        figure.add_scatter(
            x=x, y=y, mode=mode, line=line, marker=marker, name=name, hoverinfo="skip"
        )
    figure.add_trace(highlight_trace())
    values = [value for trial in trials for _, value in curve(trial)]
    limits = robust_limits(values, higher=higher(results, 0))
    show_part(figure, "y", limits)
    figure.update_xaxes(rangemode="tozero")
    caption = f"Pointing at a curve draws all of it. {left_out(values, limits, 'point')}"
    return embed(figure, caption.strip(), highlight=True)


def _add(figure: go.Figure, state: str, trials: Sequence[TrialResult]) -> None:
    """Adds all curves of a state as one trace, and a marker where each ends."""
    if not trials:
        return
    dash, opacity, token = _KINDS[state]
    color = LIGHT[state]
    x, y, numbers = _joined(trials)
    figure.add_trace(
        trace(
            x=x,
            y=y,
            customdata=numbers,
            mode="lines+markers",
            marker={"size": 4 if any(len(curve(trial)) > 1 for trial in trials) else 7},
            line={"color": color, "width": 1.5, "dash": dash},
            opacity=opacity,
            name=state,
            legendgroup=state,
            legendrank=_RANKS[state],
        )
    )
    if token is not None:
        ends = [curve(trial)[-1] for trial in trials]
        figure.add_trace(
            trace(
                x=[seen for seen, _ in ends],
                y=[value for _, value in ends],
                customdata=[trial.number for trial in trials],
                mode="markers",
                marker={"size": 9, "color": color, "symbol": token},
                legendgroup=state,
                showlegend=False,
            )
        )


def _joined(
    trials: Sequence[TrialResult],
) -> tuple[list[int | None], list[float | None], list[int]]:
    """All curves as one line with gaps, and whose each point is."""
    x: list[int | None] = []
    y: list[float | None] = []
    numbers: list[int] = []
    for trial in trials:
        points = curve(trial)
        x += [*(seen for seen, _ in points), None]
        y += [*(value for _, value in points), None]
        numbers += [trial.number] * (len(points) + 1)
    return x, y, numbers
