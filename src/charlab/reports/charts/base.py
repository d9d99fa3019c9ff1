"""What all charts share: layout, hover texts, and the way into a page."""

import html
import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from charlab.figures.axis import Axis
from charlab.reports.colors import LIGHT
from charlab.reports.formatting import counted, number, seconds, shorten
from charlab.reports.html import Html, data_block, element
from charlab.reports.parameters import parameter_names, parameter_text
from charlab.sweeps.results.records import SweepResults, TrialResult

HEIGHT = 380  # pixels


def new_figure(x_title: str = "", y_title: str = "", *, height: int = HEIGHT) -> go.Figure:
    """An empty figure in the page's style."""
    axis = {
        "gridcolor": LIGHT["line"],
        "linecolor": LIGHT["line"],
        "zeroline": False,
        "automargin": True,
        "title": {"standoff": 8},
    }
    figure = go.Figure(layout={"template": "none"})
    figure.update_layout(
        height=height,
        margin={"l": 64, "r": 20, "t": 12, "b": 48},
        font={"family": "system-ui, sans-serif", "size": 13, "color": LIGHT["ink"]},
        paper_bgcolor=LIGHT["paper"],
        plot_bgcolor=LIGHT["paper"],
        hovermode="closest",
        hoverlabel={"align": "left", "bgcolor": LIGHT["panel"], "bordercolor": LIGHT["line"]},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        xaxis=axis,
        yaxis=axis,
    )
    figure.update_xaxes(title_text=plain(x_title))
    figure.update_yaxes(title_text=plain(y_title))
    return figure


def embed(figure: go.Figure, caption: object = "", *, highlight: bool = False) -> Html:
    """A figure as a part of the page; the page's script draws it.

    Args:
        figure: the chart.
        caption: what to see in it.
        highlight: whether pointing at a trial (``customdata``) draws all of it in the last trace,
            which is to be empty.
    """
    height = f"height: {figure.layout.height}px"
    drawn = element("div", _class="plot", style=height, data_highlight=str(highlight).lower())
    arguments = element("figcaption", caption) if caption else Html("")
    return element("figure", drawn, data_block(figure.to_json()), arguments)


def plain(text: object) -> str:
    """Text for plotly, which would take "<b>" and the like for markup."""
    return html.escape(str(text), quote=False)


def hover_texts(results: SweepResults) -> dict[str, str]:
    """What pointing at a trial shows, by its number; the page holds them once for all charts."""
    return {str(trial.number): _hover(trial, results) for trial in results.trials}


def _hover(trial: TrialResult, results: SweepResults) -> str:
    lines = [f"<b>trial {trial.number}</b> ({plain(trial.state)})"]
    for name, value in zip(results.objectives, trial.values or (), strict=False):
        lines.append(f"{plain(name)}: {number(value)}")
    for name in parameter_names(results):
        if name in trial.parameters:
            text = shorten(parameter_text(trial, name), 40)
            lines.append(f"{plain(name)} = {plain(text)}")
    if trial.seconds is not None:
        lines.append(seconds(trial.seconds))
    return "<br>".join(lines)


def show_part(figure: go.Figure, axis: str, limits: tuple[float, float] | None) -> None:
    """Shows a part of an axis ("x" or "y") at first; a double click shows the whole."""
    if limits is None:
        return
    pad = 0.04 * (limits[1] - limits[0])
    figure.update_layout({f"{axis}axis_range": [limits[0] - pad, limits[1] + pad]})


def left_out(values: Sequence[float], limits: tuple[float, float] | None, noun: str) -> str:
    """The sentence about what :func:`show_part` hides; "" if that is nothing."""
    if limits is None:
        return ""
    count = sum(not limits[0] <= value <= limits[1] for value in values)
    verb = "lies" if count == 1 else "lie"
    return f"{counted(count, noun)} {verb} far beyond the rest: a double click shows all."


def numeric_axis(axis: Axis) -> dict[str, Any]:
    """Layout of an axis of numbers, whose ends its values do not touch."""
    if axis.log:
        a, b = math.log10(axis.low), math.log10(axis.high)
        pad = 0.06 * (b - a) or 0.1
        return {"type": "log", "range": [a - pad, b + pad], **_powers(axis, b - a)}
    pad = 0.06 * (axis.high - axis.low) or 0.5 * abs(axis.low) or 0.5
    steps = whole_steps(axis.high - axis.low) if axis.whole else {}
    return {"range": [axis.low - pad, axis.high + pad], **steps}


def whole_steps(length: float) -> dict[str, Any]:
    """Ticks at whole numbers only."""
    return {"tickformat": "d", **({"dtick": 1} if length < 10 else {})}


def _powers(axis: Axis, decades: float) -> dict[str, Any]:
    """Ticks at powers of ten (plotly would write 100µ for 1e-4); on a short axis, at its ends."""
    if decades >= 2:
        return {"exponentformat": "power", "showexponent": "all", "dtick": 1}
    values = axis.tick_values()[:: 2 if len(axis.tick_values()) > 3 else 1]
    return {"tickvals": values, "ticktext": [f"{value:.3g}" for value in values]}


def trace(**options: Any) -> go.Scatter:
    """Lines or markers. Pointing at one shows its ``text``.

    Without ``text``, the page's script takes that of the trial whose number is in ``customdata``.
    """
    return go.Scatter(hovertemplate="%{text}<extra></extra>", **options)


def highlight_trace() -> go.Scatter:
    """The empty trace that what is pointed at is drawn in."""
    return go.Scatter(
        x=[],
        y=[],
        mode="lines",
        line={"color": LIGHT["ink"], "width": 3},
        hoverinfo="skip",
        showlegend=False,
    )
