"""What all charts share: layout, hover texts, and the way into a page."""

import html
import math
from collections.abc import Sequence
from typing import Any

import plotly.graph_objects as go

from charlab.reports.colors import LIGHT
from charlab.reports.html import Html, element
from charlab.reports.parameters import parameter_names, parameter_text
from charlab.reports.wording import number, seconds, shorten
from charlab.sweeps.results import SweepResults, TrialResult

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
    data = figure.to_json()  # within a script element "<" would end it
    data = data.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    height = f"height: {figure.layout.height}px"
    drawn = element("div", _class="plot", style=height, data_highlight=str(highlight).lower())
    source = element("script", Html(data), type="application/json")
    words = element("figcaption", caption) if caption else Html("")
    return element("figure", drawn, source, words)


def plain(text: object) -> str:
    """Text for plotly, which would take "<b>" and the like for markup."""
    return html.escape(str(text), quote=False)


def hover(trial: TrialResult, results: SweepResults) -> str:
    """What pointing at a trial shows."""
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


def left_out(values: Sequence[float], limits: tuple[float, float] | None, what: str) -> str:
    """The sentence about what :func:`show_part` hides; "" if that is nothing."""
    if limits is None:
        return ""
    count = sum(not limits[0] <= value <= limits[1] for value in values)
    return f" {count} {what} far beyond the rest: a double click shows all." if count else ""


def numeric_axis(low: float, high: float, *, log: bool) -> dict[str, Any]:
    """An axis of numbers that its values do not touch the ends of."""
    if log:
        a, b = math.log10(low), math.log10(high)
        pad = 0.06 * (b - a) or 0.1
        return {"type": "log", "range": [a - pad, b + pad], "dtick": _log_steps(b - a)}
    pad = 0.06 * (high - low) or 0.5 * abs(low) or 0.5
    return {"range": [low - pad, high + pad]}


def _log_steps(decades: float) -> int | str:
    """Ticks at each power of ten; below two of them also at 2 and 5."""
    return "D2" if decades < 2 else 1


def trace(**options: Any) -> go.Scatter:
    """Lines or markers whose hover text is their ``text``."""
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
