"""The page that compares runs, and the same as a table for other programs."""

from collections.abc import Mapping
from datetime import datetime

from charlab.reports.charts import MOST_GROUPS, Chart, Curves, curve_chart
from charlab.reports.comparison import Comparison
from charlab.reports.formatting import brief, group_row, interval, number
from charlab.reports.page import render
from charlab.reports.run_curves import PLACES
from charlab.reports.winner import meanings, show_winner
from charlab.system.table_lines import csv_text


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
        curves: group -> the learning curves of each run; may be empty.
        written: when.
    """
    placed = list(enumerate(found.groups, start=1))
    best = found.groups[0] if found.groups else None
    # the folders carry dates: the last is the newest
    winner = show_winner([run.metrics for run in best.runs], best.runs[-1].folder) if best else None
    return render(
        "runs.html",
        charts,
        hover=_hover(found, curves),
        written=written,
        found=found,
        pattern=pattern,
        curves=len(curves),
        best=best,
        best_settings=[[_typed(k), brief(v)] for k, v in best.settings.items()] if best else [],
        winner=winner,
        meanings_of_metrics=meanings([found.metric], winner),
        places=[place for place in PLACES if curve_chart(place) in charts],
        groups_header=["place", *map(_typed, found.keys), "seeds", found.metric, "95% interval"],
        groups=[
            group_row(place, map(brief, group.settings.values()), group.interval)
            for place, group in placed
        ],
        apart=[[run.folder, reason] for run, reason in found.apart],
        runs=[
            [place, run.seed, number(value), run.folder]
            for place, group in placed
            for run, value in zip(group.runs, group.values, strict=True)
        ],
    )


def _typed(key: str) -> str:
    """A setting as the command line calls it ("model.name": "model")."""
    return key.removesuffix(".name")


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
    texts = {f"curve-{place}": f"{group}\nvalidation" for place, group in enumerate(curves)}
    texts |= {f"train-{place}": f"{group}\ntraining" for place, group in enumerate(curves)}
    for place, group in enumerate(found.groups[:MOST_GROUPS]):
        texts[f"group-{place}"] = f"{group.label}\n{interval(group.interval)}"
        for i, (run, value) in enumerate(zip(group.runs, group.values, strict=True)):
            lines = (group.label, f"seed {run.seed}: {number(value)}", str(run.folder))
            texts[f"run-{place}-{i}"] = "\n".join(lines)
    return texts
