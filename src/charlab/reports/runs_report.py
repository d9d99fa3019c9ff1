"""The page that compares runs, and the same as a table for other programs."""

from collections.abc import Mapping
from datetime import datetime

from charlab.config.task_options import about
from charlab.reports.charts import MOST_GROUPS, Chart, Curves, curve_chart
from charlab.reports.comparison import Comparison, Group
from charlab.reports.formatting import bounds, brief, interval, number
from charlab.reports.page import render
from charlab.reports.run_curves import PLACES
from charlab.reports.winner import Winner, show_winner
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
        meanings_of_metrics=_meanings(found, winner),
        places=[place for place in PLACES if curve_chart(place) in charts],
        groups_header=["place", *map(_typed, found.keys), "seeds", found.metric, "95% interval"],
        groups=[_row(place, group) for place, group in placed],
        apart=[[run.folder, reason] for run, reason in found.apart],
        runs=[
            [place, run.seed, number(value), run.folder]
            for place, group in placed
            for run, value in zip(group.runs, group.values, strict=True)
        ],
    )


def _row(place: int, group: Group) -> list[object]:
    settings = map(brief, group.settings.values())
    return [
        place,
        *settings,
        group.interval.count,
        number(group.interval.mean),
        bounds(group.interval),
    ]


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


def _meanings(found: Comparison, winner: Winner | None) -> list[tuple[str, str]]:
    """What the compared metric measures, if anybody says."""
    words = about(found.metric, None if winner is None else winner.task)
    return [(found.metric, words)] if words else []


def _hover(found: Comparison, curves: Curves) -> dict[str, str]:
    texts = {f"curve-{place}": f"{group}\nvalidation" for place, group in enumerate(curves)}
    texts |= {f"train-{place}": f"{group}\ntraining" for place, group in enumerate(curves)}
    for place, group in enumerate(found.groups[:MOST_GROUPS]):
        texts[f"group-{place}"] = f"{group.label}\n{interval(group.interval)}"
        for i, (run, value) in enumerate(zip(group.runs, group.values, strict=True)):
            lines = (group.label, f"seed {run.seed}: {number(value)}", str(run.folder))
            texts[f"run-{place}-{i}"] = "\n".join(lines)
    return texts
