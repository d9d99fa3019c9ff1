"""Parallel coordinates: a line for each complete trial through all its settings.

Drawn as ordinary lines: plotly's own kind needs WebGL, which not every browser has, and cannot
show a trial that lacks a setting.
"""

from collections.abc import Sequence

import plotly.graph_objects as go

from charlab.figures.axis import ABSENT, Axis
from charlab.reports.charts.base import embed, highlight_trace, new_figure, plain, trace
from charlab.reports.colors import LIGHT, shades
from charlab.reports.coordinates import Coordinates, coordinates
from charlab.reports.formatting import shorten
from charlab.reports.html import Html, element
from charlab.sweeps.results.records import SweepResults

_STEPS = 6  # shades from the worst trials to the best
_HEIGHT = 460
_ROOM = 120  # pixels between axes at least


def parallel_chart(results: SweepResults) -> Html | None:
    """All complete trials; None if there is none or nothing is searched."""
    found = coordinates(results)
    if found is None:
        return None
    figure = new_figure(height=_HEIGHT)
    for step, (color, _) in enumerate(shades(_STEPS)):
        _add(figure, found, step, color)
    for number in found.marked:
        _add_marked(figure, found, number)
    figure.add_trace(highlight_trace())
    for place, axis in enumerate(found.axes):
        _draw_axis(figure, place, axis)
    last = len(found.axes) - 1
    figure.update_xaxes(
        range=[-0.15, last + 0.45],
        tickvals=list(range(last + 1)),
        ticktext=[plain(shorten(axis.label)) for axis in found.axes],
        side="top",
        showgrid=False,
        showline=False,
        fixedrange=True,
    )
    figure.update_yaxes(range=[ABSENT - 0.06, 1.04], visible=False, fixedrange=True)
    figure.update_layout(margin={"l": 20, "r": 20, "t": 40, "b": 10})
    room = f"min-width: {_ROOM * len(found.axes)}px"
    chart = element("div", embed(figure, found.remark, highlight=True), style=room)
    return element("div", chart, _class="scroll")


def _add(figure: go.Figure, found: Coordinates, step: int, color: str) -> None:
    """Adds the trials of one shade as one trace."""
    x: list[float | None] = []
    y: list[float | None] = []
    numbers: list[int] = []
    for trial, row, rank in zip(found.trials, found.rows, found.ranks, strict=True):
        if min(_STEPS - 1, int(rank * _STEPS)) == step and trial.number not in found.marked:
            x += [*range(len(row)), None]
            y += [*row, None]
            numbers += [trial.number] * (len(row) + 1)
    if x:
        figure.add_trace(_lines(x, y, numbers, {"color": color, "width": 1.6}))


def _add_marked(figure: go.Figure, found: Coordinates, number: int) -> None:
    row = found.rows[[trial.number for trial in found.trials].index(number)]
    line = {"color": LIGHT["best"], "width": 3}
    figure.add_trace(_lines(list(range(len(row))), row, [number] * len(row), line))


def _lines(
    x: Sequence[float | None],
    y: Sequence[float | None],
    numbers: Sequence[int],
    line: dict[str, object],
) -> go.Scatter:
    return trace(
        x=x,
        y=y,
        customdata=numbers,
        mode="lines+markers",
        marker={"size": 5},
        line=line,
        showlegend=False,
    )


def _draw_axis(figure: go.Figure, place: int, axis: Axis) -> None:
    line = {"color": LIGHT["quiet"], "width": 1}
    figure.add_shape(type="line", x0=place, x1=place, y0=0, y1=1, line=line, layer="below")
    ticks = axis.ticks() + ([(ABSENT, "absent")] if axis.partial else [])
    for height, text in ticks:
        figure.add_annotation(
            x=place,
            y=height,
            text=plain(shorten(text, 14)),
            showarrow=False,
            xanchor="left",
            xshift=6,
            font={"size": 11, "color": LIGHT["ink"]},
            bgcolor=LIGHT["paper"],
            opacity=0.85,
        )
