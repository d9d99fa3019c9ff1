"""The objective over each searched setting by itself."""

from charlab.figures.axis import robust_limits
from charlab.reports.charts.base import (
    embed,
    left_out,
    new_figure,
    numeric_axis,
    plain,
    show_part,
    trace,
)
from charlab.reports.colors import LIGHT
from charlab.reports.formatting import shorten
from charlab.reports.html import Html, element, join, paragraph
from charlab.reports.parameters import Parameter, higher, parameters, usable
from charlab.sweeps.results.records import SweepResults

_HEIGHT = 300

Limits = tuple[float, float]


def slices(results: SweepResults, objective: int = 0) -> Html:
    """A small chart for each setting, of the complete trials that have it."""
    trials = usable(results)
    found = parameters(results, trials)
    values = [trial.values[objective] for trial in trials if trial.values is not None]
    limits = robust_limits(values, higher=higher(results, objective))
    charts = [_slice(results, one, objective, limits) for one in found]
    arguments = paragraph(left_out(values, limits, "trial"), _class="quiet")
    return join([element("div", *charts, _class="slices"), arguments])


def _slice(
    results: SweepResults, parameter: Parameter, objective: int, limits: Limits | None
) -> Html:
    figure = new_figure(parameter.name, results.objectives[objective], height=_HEIGHT)
    trials = [trial for trial in usable(results) if parameter.name in trial.parameters]
    best = results.best
    trials.sort(key=lambda trial: best is not None and trial.number == best.number)  # on top
    values = [trial.values[objective] for trial in trials if trial.values is not None]
    is_best = [best is not None and trial.number == best.number for trial in trials]
    figure.add_trace(
        trace(
            x=[parameter.position(trial) for trial in trials],
            y=values,
            customdata=[trial.number for trial in trials],
            mode="markers",
            marker={
                "color": [LIGHT["best"] if best else LIGHT["complete"] for best in is_best],
                "size": [12 if best else 8 for best in is_best],
                "opacity": [1.0 if best else 0.65 for best in is_best],
            },
            showlegend=False,
        )
    )
    axis = parameter.axis
    if axis.categories:
        ticks = [plain(shorten(text)) for text in axis.categories]
        figure.update_xaxes(
            tickvals=list(range(len(ticks))), ticktext=ticks, range=[-0.5, len(ticks) - 0.5]
        )
    else:
        figure.update_xaxes(**numeric_axis(axis))
    show_part(figure, "y", limits)
    return embed(figure)
