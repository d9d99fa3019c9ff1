"""The page that compares runs, and the same as a table for other programs."""

from collections.abc import Mapping
from datetime import datetime

from charlab.reports.charts import MOST_GROUPS, Chart, Curves
from charlab.reports.comparison import Comparison, Group
from charlab.reports.formatting import brief, interval, number
from charlab.reports.page import render
from charlab.system.files import csv_text


def runs_page(
    found: Comparison,
    charts: Mapping[str, Chart],
    *,
    pattern: str,
    curves: Curves,
    written: datetime,
) -> str:
    """The whole page as HTML.

    Args:
        found: the runs, grouped.
        charts: by name.
        pattern: what the user asked for.
        curves: group -> a learning curve for each run; may be empty.
        written: when.
    """
    placed = list(enumerate(found.groups, start=1))
    return render(
        "runs.html",
        charts,
        hover=_hover(found, curves),
        written=written,
        found=found,
        pattern=pattern,
        curves=len(curves),
        best_settings=[(k, brief(v)) for k, v in found.groups[0].settings.items()]
        if found.groups
        else [],
        groups_header=["place", *found.keys, "seeds", found.metric, "95% interval"],
        groups=[
            [
                place,
                *map(brief, group.settings.values()),
                group.interval.count,
                number(group.interval.mean),
                _bounds(group),
            ]
            for place, group in placed
        ],
        apart=[[run.folder, reason] for run, reason in found.apart],
        runs=[
            [place, run.seed, number(value), run.folder]
            for place, group in placed
            for run, value in zip(group.runs, group.values, strict=True)
        ],
    )


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


def _hover(found: Comparison, curves: Curves) -> dict[str, str]:
    texts = {f"curve-{place}": group for place, group in enumerate(curves)}
    for place, group in enumerate(found.groups[:MOST_GROUPS]):
        texts[f"group-{place}"] = f"{group.label}\n{interval(group.interval)}"
        for i, (run, value) in enumerate(zip(group.runs, group.values, strict=True)):
            lines = (group.label, f"seed {run.seed}: {number(value)}", str(run.folder))
            texts[f"run-{place}-{i}"] = "\n".join(lines)
    return texts


def _bounds(group: Group) -> str:
    low, high = group.interval.low, group.interval.high
    return "none (one seed)" if low is None else f"{number(low)} to {number(high)}"
