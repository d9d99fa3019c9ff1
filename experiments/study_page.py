"""What a study's runs measured: kept in ``study.json``, shown in ``README.md``, ``curves.png``."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from results import STUDY, facts_of
from study import CELLS, METRICS, STUDIES, Study, sweep_name

from charlab.evaluation.confidence import Interval, mean_interval
from charlab.figures import to_png
from charlab.figures.axis import robust_limits, short_number
from charlab.figures.colors import LIGHT, SERIES
from charlab.figures.sweeps import empty_figure, show_part, tidy
from charlab.reports.run_records import RunFacts, find_runs, read_run
from charlab.system.files import read_json, write_bytes, write_text

HERE = Path(__file__).parent
FIGURE = "curves.png"
BEGIN, END = "<!-- study -->\n", "<!-- end of study -->\n"
_APART = 0.055  # of the chart's height: two names do not touch
_ASIDE = 1.025  # the cells' intervals stand beside each other

Groups = dict[tuple[str, float], list[dict[str, Any]]]
"""Runs that differ by their seeds alone, by cell and value."""


def keep(name: str, sweeps: Path) -> None:
    """Keeps what a study's runs measured; without their folders what was kept stays.

    Raises:
        SystemExit: if there is neither a run nor anything kept.
    """
    path = HERE / name / STUDY
    found = {}
    for dataset in STUDIES[name].datasets:
        folder = sweeps / sweep_name(name, dataset)
        if folder.is_dir():
            found[dataset] = _runs(STUDIES[name], METRICS[dataset][0], folder)
    kept = read_json(path)["datasets"] if path.exists() else {}
    if not found and not kept:
        sys.exit(f"{sweeps}: no runs of {name}: python experiments/study.py run {name}")
    write_text(path, _lines(STUDIES[name].key, {**kept, **found}))


def _runs(study: Study, metric: str, folder: Path) -> dict[str, Any]:
    """A sweep's complete runs, and how many did not get there, with their cells and values."""
    complete, others = [], []
    for run in map(read_run, find_runs(str(folder))):
        where = _place(study, run)
        if run.status == "completed" and metric in run.metrics:
            facts = facts_of(run.folder, metric)
            facts["metrics"] = {metric: run.metrics[metric]}
            del facts["command"]  # by itself a run would have both cores
            complete.append({**where, **facts})
        else:
            others.append({**where, "seed": run.seed, "status": run.status})
    order = sorted(complete, key=lambda one: (CELLS.index(one["cell"]), one["value"], one["seed"]))
    return {"metric": metric, "runs": order, "incomplete": others}


def _place(study: Study, run: RunFacts) -> dict[str, Any]:
    settings = run.settings or {}
    return {"cell": settings["model.name"], "value": float(settings[study.key])}


def _lines(setting: str, datasets: Mapping[str, Mapping[str, Any]]) -> str:
    """The kept runs as JSON, a run in a line."""
    parts = []
    for dataset, kept in datasets.items():
        lists = [
            f'"{key}": [\n'
            + ",\n".join(json.dumps(one, ensure_ascii=False) for one in kept[key])
            + "\n]"
            for key in ("runs", "incomplete")
        ]
        parts.append(f'"{dataset}": {{"metric": "{kept["metric"]}", {", ".join(lists)}}}')
    return f'{{"setting": "{setting}", "datasets": {{\n' + ",\n".join(parts) + "\n}}\n"


def write(name: str) -> None:
    """Draws the figure and puts the table between the marks of the study's ``README.md``."""
    datasets = read_json(HERE / name / STUDY)["datasets"]
    write_bytes(HERE / name / FIGURE, to_png(figure(STUDIES[name], datasets)))
    path = HERE / name / "README.md"
    before, rest = path.read_text(encoding="utf-8").split(BEGIN)
    shown = f"![What each cell reaches]({FIGURE})\n\n{table(STUDIES[name], datasets)}"
    write_text(path, f"{before}{BEGIN}{shown}{END}{rest.split(END)[1]}")


def groups_of(kept: Mapping[str, Any]) -> Groups:
    """The runs of a dataset by cell and value."""
    groups: Groups = {}
    for run in kept["runs"]:
        groups.setdefault((run["cell"], run["value"]), []).append(run)
    return groups


def interval_of(runs: Sequence[Mapping[str, Any]], metric: str) -> Interval:
    """The mean of runs that differ by their seeds, with its 95% interval."""
    return mean_interval([run["metrics"][metric] for run in runs])


def table(study: Study, datasets: Mapping[str, Mapping[str, Any]]) -> str:
    """A table for each dataset, a row for each value, the cell's best in bold; in Markdown."""
    parts = []
    for dataset, kept in datasets.items():
        groups, metric = groups_of(kept), kept["metric"]
        found = {place: interval_of(runs, metric) for place, runs in groups.items()}
        best = {
            cell: min((one.mean for (of, _), one in found.items() if of == cell), default=None)
            for cell in CELLS
        }
        lines = [f"| `{study.key}` | {' | '.join(CELLS)} |", "| ---: |" + " ---: |" * len(CELLS)]
        for value in study.values:
            cells = [_cell(found.get((cell, value)), best[cell]) for cell in CELLS]
            lines.append(f"| {value:g} | {' | '.join(cells)} |")
        parts.append(f"`dataset={dataset}`, {metric}:\n\n" + "\n".join(lines))
        parts.append(_made_of(kept))
    return "\n\n".join(parts) + "\n"


def _cell(found: Interval | None, best: float | None) -> str:
    if found is None:
        return "–"
    mean = f"**{found.mean:.3f}**" if found.mean == best else f"{found.mean:.3f}"
    seeds = "" if found.count == 3 else f" ({found.count} of 3 seeds)"
    return mean + ("" if found.half is None else f" ± {found.half:.3f}") + seeds


def _made_of(kept: Mapping[str, Any]) -> str:
    """On what the runs were made, and which did not end well."""
    runs = kept["runs"]
    machines = dict.fromkeys(f"{run['machine']}, {run['precision']}" for run in runs)
    threads = dict.fromkeys(_threads(run["threads"]) for run in runs)
    torch = dict.fromkeys(f"PyTorch {run['torch']}" for run in runs)
    seconds = sum(run["seconds"] for run in runs) / max(1, len(runs))
    days = sorted({run["date"] for run in runs})
    facts = [*machines, *threads, *torch, f"{seconds:.1f} s of training on average", *days[-1:]]
    said = f"{len(runs)} runs: {'; '.join(facts)}."
    if kept["incomplete"]:
        lost = [
            f"{x['cell']} {x['value']:g} seed {x['seed']} ({x['status']})"
            for x in kept["incomplete"]
        ]
        said += f" Not complete, and in no mean: {', '.join(lost)}."
    return said


def _threads(count: int) -> str:
    return f"{count} thread{'' if count == 1 else 's'} a run"


def figure(study: Study, datasets: Mapping[str, Mapping[str, Any]]) -> Figure:
    """A chart for each dataset: the setting from left to right, a line for each cell."""
    drawn = empty_figure(4.4, 2.2 + 4.4 * len(datasets))
    drawn.set_dpi(100)
    for place, (dataset, kept) in enumerate(datasets.items(), start=1):
        axes = drawn.add_subplot(1, len(datasets), place)
        _draw(axes, study, kept)
        tidy(axes, study.label, f"val {METRICS[dataset][1]}")
        axes.set_title(dataset, loc="left", fontsize=11)
    return drawn


def _draw(axes: Axes, study: Study, kept: Mapping[str, Any]) -> None:
    groups, metric = groups_of(kept), kept["metric"]
    ends, means = [], []
    for aside, (cell, color) in enumerate(zip(CELLS, SERIES, strict=False), start=-1):
        line = [
            (v, interval_of(groups[cell, v], metric)) for v in study.values if (cell, v) in groups
        ]
        if not line:
            continue
        y = [one.mean for _, one in line]
        x = [v * _ASIDE**aside if study.log else v + aside * (_ASIDE - 1) for v, _ in line]
        means += y
        axes.errorbar(
            x,
            y,
            yerr=[one.half or 0.0 for _, one in line],
            color=color,
            marker="o",
            markersize=4,
            linewidth=1.6,
            capsize=3,
            elinewidth=1.0,
        )
        ends.append((y[-1], cell, color))
    _set_places(axes, study)
    show_part(axes, robust_limits(means, higher=False))
    axes.axvline(study.default, color=LIGHT["quiet"], linestyle=":", linewidth=1.0, zorder=0)
    axes.annotate(
        "default",
        (study.default, 1),
        xycoords=("data", "axes fraction"),
        xytext=(3, -2),
        textcoords="offset points",
        va="top",
        fontsize=8,
        color=LIGHT["quiet"],
    )
    _name_lines(axes, ends)


def _set_places(axes: Axes, study: Study) -> None:
    """Ticks at the values that were tried, and room for the lines' names on the right."""
    if study.log:
        axes.set_xscale("log")
        room = (study.values[-1] / study.values[0]) ** 0.06
        axes.set_xlim(study.values[0] / room, study.values[-1] * room)
    else:
        room = 0.06 * (study.values[-1] - study.values[0])
        axes.set_xlim(study.values[0] - room, study.values[-1] + room)
    axes.xaxis.set_major_locator(FixedLocator(study.values))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: short_number(value)))


def _name_lines(axes: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    """Writes each cell's name beside the end of its line, no two over each other."""
    low, high = axes.get_ylim()
    last = -_APART
    for y, cell, color in sorted(ends):
        last = max(last + _APART, min(1.0, (y - low) / (high - low)))
        axes.annotate(
            cell,
            (1.01, last),
            xycoords="axes fraction",
            color=color,
            va="center",
            fontsize=10,
            annotation_clip=False,
        )
