"""``report.py``: what a sweep found, or how runs compare, as a page. Imports no torch."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from charlab.config.cli_options import ReportArguments
from charlab.errors import ConfigError, RunError
from charlab.reports.formatting import counted, interval, number
from charlab.system.files import user_path, write_bytes, write_text
from charlab.system.style import Part, line, styled
from charlab.system.terminal import remark, show, told

if TYPE_CHECKING:
    from charlab.reports.charts import Chart
    from charlab.reports.comparison import Comparison
    from charlab.sweeps.results.records import SweepResults

_PAGE = "report.html"


def report(arguments: ReportArguments) -> int:
    """Writes ``report.html``, ``figures/*.png`` and a CSV table, and prints a summary.

    Raises:
        CharlabError: if there is no such sweep or run, or the report cannot be written.
    """
    if arguments.sweep is not None and arguments.runs is not None:
        raise ConfigError("report.py: give sweep= or runs=, not both")
    if arguments.metric is not None and arguments.runs is None:
        raise ConfigError("report.py: metric= is for runs=; a sweep has its own objective")
    if arguments.storage is not None and arguments.runs is not None:
        raise ConfigError("report.py: storage= is for sweep=; runs are read from their folders")
    if arguments.output == "":
        raise ConfigError("report.py: output= is empty: give a folder, or leave it out")
    if arguments.runs is not None:
        return _report_runs(arguments, arguments.runs)
    return _report_sweep(arguments, arguments.sweep or "latest")


def _report_sweep(arguments: ReportArguments, sweep: str) -> int:
    from charlab.reports.charts import sweep_charts
    from charlab.reports.sweep_report import sweep_page
    from charlab.reports.tables import trials_csv
    from charlab.sweeps.results.load import find_sweep, load_results

    place = find_sweep(sweep, arguments.output_dir)
    remark(f"sweep: {place}")
    results = load_results(place, arguments.storage)
    folder = results.folder if arguments.output is None else user_path(arguments.output)
    charts = sweep_charts(results)
    page = sweep_page(results, charts, written=datetime.now())
    _write(folder, {_PAGE: page, "trials.csv": trials_csv(results)}, charts)
    show(*sweep_summary(results), told("report", styled(folder / _PAGE, "path")))
    return 0


def _report_runs(arguments: ReportArguments, pattern: str) -> int:
    from charlab.reports.charts import curves_of_best, runs_charts
    from charlab.reports.comparison import compare
    from charlab.reports.run_records import find_runs, read_run
    from charlab.reports.runs_report import runs_csv, runs_page

    found = compare([read_run(folder) for folder in find_runs(pattern)], arguments.metric)
    now = datetime.now()
    if arguments.output is not None:
        folder = user_path(arguments.output)
    else:
        folder = user_path(arguments.output_dir) / "reports" / now.strftime("%Y-%m-%d_%H-%M-%S")
    curves = curves_of_best(found)
    charts = runs_charts(found, curves)
    page = runs_page(found, charts, pattern=pattern, curves=curves, written=now)
    _write(folder, {_PAGE: page, "runs.csv": runs_csv(found)}, charts)
    show(*runs_summary(found), told("report", styled(folder / _PAGE, "path")))
    return 0


def sweep_summary(results: "SweepResults") -> list[Part]:
    """A few lines about a sweep for the screen."""
    from charlab.reports.sweep_numbers import pareto_front
    from charlab.reports.sweep_report import find_lead, states_text

    done = f"{len(results.trials)} of {counted(results.n_trials, 'trial')}"
    lines: list[Part] = [told(f"sweep {results.name}", f"{done} ({states_text(results)})")]
    lead, best = find_lead(results), results.best
    if lead is not None and lead.seeds:
        name, mean = lead.figures[0]
        over = f" over {counted(lead.seeds, 'seed')} (trial {lead.trial.number})"
        lines.append(told("winner", f"{name} ", styled(mean, "good"), over))
        lines.append(line("  ", styled(lead.train[1], "command")))
    if best is not None and best.values is not None:
        what = "first in the search" if lead is not None and lead.seeds else "best"
        value = styled(number(best.values[0]), "good")
        lines.append(told(what, f"{results.objectives[0]} ", value, f" (trial {best.number})"))
        if lead is None or not lead.seeds or lead.trial is not best:
            lines.append(line("  ", styled(best.command, "command")))
    lines += _best_over_seeds(results)
    if lead is not None and lead.winner.beside is not None:
        lines.append(line(str(lead.winner.beside)))
    if len(results.objectives) > 1:
        front = pareto_front(results)
        lines.append(told("Pareto front", counted(len(front), "trial")))
        lines += [
            f"  trial {trial.number}: "
            + ", ".join(
                f"{name} {number(value)}"
                for name, value in zip(results.objectives, trial.values or (), strict=True)
            )
            for trial in front
        ]
    return lines


def _best_over_seeds(results: "SweepResults") -> list[Part]:
    """The settings with the best mean, where the sweep went over seeds."""
    from charlab.reports.charts import seed_group_label
    from charlab.reports.sweep_numbers import seed_groups

    groups = seed_groups(results) if len(results.objectives) == 1 else []
    return [
        told(
            "best over seeds",
            f"{results.objectives[0]} ",
            styled(interval(group.interval), "good"),
            f" ({counted(group.interval.count, 'seed')})  {seed_group_label(results, group)}",
        )
        for group in groups[:1]
    ]


def runs_summary(found: "Comparison") -> list[Part]:
    """A few lines about a comparison for the screen."""
    from charlab.reports.event_curves import has_curves

    lines: list[Part] = [
        line(
            styled(f"{found.metric}: ", "heading"),
            styled(interval(group.interval), "value"),
            f" ({counted(group.interval.count, 'seed')})  {group.label}",
        )
        for group in found.groups[:10]
    ]
    if len(found.groups) > len(lines):
        lines.append(f"… {len(found.groups) - len(lines)} more in the report")
    if found.apart:
        lines.append(f"set apart (not complete, or not comparable): {len(found.apart)}")
    without = [run for group in found.groups for run in group.runs if not has_curves(run.folder)]
    if without:
        lines.append(
            f"no curves of {counted(len(without), 'run')}: reports read those that "
            "logger=tensorboard or csv keeps in a run's folder"
        )
    return [*lines, *found.remarks]


def _write(folder: Path, texts: Mapping[str, str], charts: Mapping[str, "Chart"]) -> None:
    from charlab.figures import to_png

    try:
        figures = folder / "figures"
        figures.mkdir(parents=True, exist_ok=True)
        for name, chart in charts.items():
            write_bytes(figures / f"{name}.png", to_png(chart.figure))
        for name, text in texts.items():
            write_text(folder / name, text)
    except OSError as error:
        raise RunError(
            f"cannot write the report to {folder}: {error.strerror}; "
            "set output= to a folder that you may write to"
        ) from error
