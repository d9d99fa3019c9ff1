"""The history of a sweep: every trial's value, and the best so far."""

from charlab.figures.axis import robust_limits
from charlab.reports.charts.base import embed, left_out, new_figure, show_part, trace, whole_steps
from charlab.reports.colors import LIGHT
from charlab.reports.html import Html
from charlab.reports.parameters import higher
from charlab.reports.sweep_numbers import history
from charlab.sweeps.results.records import SweepResults


def history_chart(results: SweepResults, objective: int = 0) -> Html:
    """An objective over trials, with a step line for the best so far."""
    found = history(results, objective)
    figure = new_figure("trial", results.objectives[objective])
    kinds = [
        ("complete", found.complete, {"size": 8, "color": LIGHT["complete"]}),
        ("pruned (last value)", found.pruned, {"size": 8, "color": LIGHT["pruned"], "symbol": "x"}),
    ]
    for name, points, marker in kinds:
        if points:
            x, y = zip(*points, strict=True)
            shown = trace(x=x, y=y, customdata=x, mode="markers", marker=marker, name=name)
            figure.add_trace(shown)
    if found.best:
        x, y = zip(*found.best, strict=True)
        line = {"color": LIGHT["best"], "width": 2.5, "shape": "hv"}
        figure.add_scatter(x=x, y=y, mode="lines", line=line, name="best so far", hoverinfo="skip")
    values = [value for _, value in (*found.complete, *found.pruned)]
    limits = robust_limits(values, higher=higher(results, objective))
    show_part(figure, "y", limits)
    last = max(number for number, _ in (*found.complete, *found.pruned))
    pad = 0.5 + 0.02 * last
    figure.update_xaxes(**whole_steps(last), range=[-pad, last + pad])
    return embed(figure, left_out(values, limits, "point"))
