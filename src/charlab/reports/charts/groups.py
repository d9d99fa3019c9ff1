"""Groups of runs: means with intervals, and learning curves."""

from collections.abc import Mapping, Sequence
from typing import Any

from charlab.reports.charts.base import embed, new_figure, plain, trace
from charlab.reports.colors import LIGHT, SERIES_LIGHT
from charlab.reports.comparison import Comparison, Group
from charlab.reports.formatting import interval, number, shorten
from charlab.reports.html import Html

MOST_GROUPS = 40  # in one chart
_ROW = 34  # pixels
_LABEL = 48  # characters

Curves = Mapping[str, Sequence[Sequence[tuple[int, float]]]]


def groups_chart(found: Comparison) -> Html:
    """Each group's mean, its interval and its single runs; the best on top."""
    groups = found.groups[:MOST_GROUPS]
    figure = new_figure(found.metric, height=110 + _ROW * len(groups))
    places = list(range(len(groups)))
    figure.add_trace(
        trace(
            x=[value for group in groups for value in group.values],
            y=[place for place, group in enumerate(groups) for _ in group.values],
            text=[_run_text(group, i) for group in groups for i in range(len(group.values))],
            mode="markers",
            marker={"size": 7, "color": LIGHT["quiet"], "opacity": 0.6},
            name="single runs",
        )
    )
    figure.add_trace(
        trace(
            x=[group.interval.mean for group in groups],
            y=places,
            error_x=_bars(groups),
            text=[f"{plain(group.label)}<br>{interval(group.interval)}" for group in groups],
            mode="markers",
            marker={"size": 10, "color": LIGHT["complete"]},
            name="mean and 95% interval over seeds",
        )
    )
    names = [placed(place, group) for place, group in enumerate(groups, start=1)]
    labels = [plain(shorten(name, _LABEL)) for name in names]
    figure.update_yaxes(
        tickvals=places, ticktext=labels, range=[len(groups) - 0.5, -0.5], showgrid=False
    )
    more = len(found.groups) - len(groups)
    return embed(figure, f"The best {len(groups)}; {more} more in the table." if more else "")


def group_curves_chart(curves: Curves, metric: str) -> Html:
    """Learning curves by group, a color for each.

    Args:
        curves: group -> a curve for each run, of (optimizer step, value).
        metric: what the values are.
    """
    figure = new_figure("optimizer steps", metric, height=440)
    for (label, lines), color in zip(curves.items(), SERIES_LIGHT, strict=False):
        x: list[int | None] = []
        y: list[float | None] = []
        for line in lines:
            x += [*(step for step, _ in line), None]
            y += [*(value for _, value in line), None]
        figure.add_trace(
            trace(
                x=x,
                y=y,
                text=[plain(label) if v is None else f"{plain(label)}<br>{number(v)}" for v in y],
                mode="lines+markers",
                marker={"size": 4},
                line={"color": color, "width": 1.7},
                name=plain(shorten(label, _LABEL)),
            )
        )
    return embed(figure)


def placed(place: int, group: Group) -> str:
    """A group's name with its place, which tells it apart where the name is cut short."""
    return f"{place}. {group.label}"


def _bars(groups: Sequence[Group]) -> dict[str, Any]:
    return {
        "type": "data",
        "array": [group.interval.half or 0 for group in groups],
        "color": LIGHT["complete"],
        "thickness": 2,
        "width": 6,
    }


def _run_text(group: Group, i: int) -> str:
    run = group.runs[i]
    lines = (group.label, f"seed {run.seed}: {number(group.values[i])}", run.folder)
    return "<br>".join(plain(line) for line in lines)
