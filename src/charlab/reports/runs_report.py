"""The page that compares runs, and the same as a table for other programs."""

from datetime import datetime

from charlab.reports.charts.groups import Curves, group_curves_chart, groups_chart, placed
from charlab.reports.colors import SERIES_LIGHT
from charlab.reports.comparison import Comparison, Group
from charlab.reports.event_curves import read_curve
from charlab.reports.formatting import brief, counted, interval, number
from charlab.reports.html import (
    Html,
    command,
    element,
    facts,
    folded,
    join,
    paragraph,
    section,
    table,
)
from charlab.reports.page import page
from charlab.system.files import csv_text


def runs_page(found: Comparison, *, pattern: str, curves: Curves, written: datetime) -> str:
    """The whole page as HTML.

    Args:
        found: the runs, grouped.
        pattern: what the user asked for.
        curves: group -> a learning curve for each run; may be empty.
        written: when.
    """
    parts = [
        _head(found, pattern),
        _best_part(found),
        _groups_part(found),
        _curves_part(found, curves),
        _apart_part(found),
        _runs_part(found),
    ]
    return page(f"Runs compared: {pattern}", *parts, written=written)


def runs_csv(found: Comparison) -> str:
    """One row for each run, averaged or not."""
    header = ["place", *found.keys, "seed", found.metric, "status", "remark", "folder"]
    rows: list[list[object]] = [
        [place, *group.settings.values(), run.seed, value, run.status, "", run.folder]
        for place, group in enumerate(found.groups, start=1)
        for run, value in zip(group.runs, group.values, strict=True)
    ]
    for run, reason in found.apart:
        settings = [(run.settings or {}).get(key, "") for key in found.keys]
        value = run.metrics.get(found.metric, "")
        rows.append(["", *settings, run.seed, value, run.status, reason, run.folder])
    return csv_text([header, *rows])


def curves_of_best(found: Comparison) -> dict[str, list[list[tuple[int, float]]]]:
    """Learning curves of the best groups' runs, as far as their event files have them."""
    curves = {}
    for place, group in enumerate(found.groups[: len(SERIES_LIGHT)], start=1):
        lines = [read_curve(run.folder, metric_of_curves(found.metric)) for run in group.runs]
        if any(lines):
            curves[placed(place, group)] = [line for line in lines if line]
    return curves


def metric_of_curves(metric: str) -> str:
    """The curve that answers to a figure ("test/loss", "best/val/loss": "val/loss")."""
    name = metric.removeprefix("best/")
    return f"val/{name.removeprefix('test/')}" if name.startswith("test/") else name


def _head(found: Comparison, pattern: str) -> Html:
    averaged = sum(len(group.runs) for group in found.groups)
    way = "higher" if found.higher else "lower"
    pairs = [
        ("figure", f"{found.metric} ({way} is better)"),
        ("runs averaged", str(averaged)),
        ("groups", str(len(found.groups))),
        ("runs set apart", str(len(found.apart))),
    ]
    remarks = [paragraph(remark, _class="notice") for remark in found.remarks]
    title = element("h1", "Runs compared")
    return join([title, paragraph(f"runs={pattern}", _class="quiet"), facts(pairs), *remarks])


def _best_part(found: Comparison) -> Html:
    if not found.groups:
        arguments = "No run is complete with this figure, so there is nothing to compare yet."
        return section("Best group", paragraph(arguments))
    best = found.groups[0]
    parts: list[object] = [
        facts(
            [
                (found.metric, element("strong", interval(best.interval))),
                ("seeds", str(best.interval.count)),
                *((key, brief(text)) for key, text in best.settings.items()),
            ]
        )
    ]
    if best.command is not None:
        parts += [
            paragraph("This command repeats a run of it (and others by seed=…):"),
            command(best.command),
        ]
    return section("Best group", *parts)


def _groups_part(found: Comparison) -> Html:
    if not found.groups:
        return Html("")
    header = ["place", *found.keys, "seeds", found.metric, "95% interval"]
    rows = [
        [
            str(place),
            *(brief(text) for text in group.settings.values()),
            str(group.interval.count),
            number(group.interval.mean),
            _bounds(group),
        ]
        for place, group in enumerate(found.groups, start=1)
    ]
    arguments = (
        "Means and 95% intervals (Student t) over seeds, best first: they cover the luck of "
        "initialization and batch order, not that of the data. Settings that are equal in all "
        "runs are not shown."
    )
    columns = tuple(range(1, 1 + len(found.keys)))
    return section(
        "Groups",
        paragraph(arguments, _class="quiet"),
        groups_chart(found),
        table(header, rows, text_columns=columns),
    )


def _bounds(group: Group) -> str:
    low, high = group.interval.low, group.interval.high
    return "none (one seed)" if low is None else f"{number(low)} to {number(high)}"


def _curves_part(found: Comparison, curves: Curves) -> Html:
    if not curves:
        return Html("")
    arguments = "A line for each run."
    if len(found.groups) > len(curves):
        arguments += (
            f" Shown: {len(curves)} of {len(found.groups)} groups, the best that have curves."
        )
    chart = group_curves_chart(curves, metric_of_curves(found.metric))
    return section("Learning curves", paragraph(arguments, _class="quiet"), chart)


def _apart_part(found: Comparison) -> Html:
    if not found.apart:
        return Html("")
    rows = [[str(run.folder), reason] for run, reason in found.apart]
    arguments = "These are in no mean."
    return section(
        "Runs set apart",
        paragraph(arguments, _class="quiet"),
        table(["run", "status"], rows, text_columns=(0, 1)),
    )


def _runs_part(found: Comparison) -> Html:
    rows = [
        [str(place), run.seed or "", number(value), str(run.folder)]
        for place, group in enumerate(found.groups, start=1)
        for run, value in zip(group.runs, group.values, strict=True)
    ]
    if not rows:
        return Html("")
    listing = table(["group's place", "seed", found.metric, "folder"], rows, text_columns=(3,))
    arguments = "The same, with settings, stands in runs.csv beside this page."
    return section(
        "All runs",
        paragraph(arguments, _class="quiet"),
        folded(f"Show {counted(len(rows), 'run')}", listing),
    )
