"""A sweep's trials and finalists as tables, a column for each searched setting."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.text import Text

from charlab.evaluation.confidence import mean_interval
from charlab.sweeps.results.records import Finalist, SweepResults, TrialResult
from charlab.system.style import styled, visible
from charlab.system.tables import Column, Layout, lay_out
from charlab.system.terminal import duration
from charlab.system.words import counted

_MOST = 10  # complete trials in the table of a sweep that has ended
BEST, PARETO = "best", "Pareto front"


@dataclass(frozen=True)
class Row:
    """A trial, or a finalist, as it is shown.

    Attributes:
        trial: its number.
        figures: what it reached, by the heads of their columns.
        settings: searched settings and their values.
        seconds: how long it took, or takes; None if unknown.
        note: what else there is to say ("best", "40%").
        is_best: whether it stands out.
    """

    trial: int
    figures: Mapping[str, str]
    settings: Mapping[str, Any] = field(default_factory=dict)
    seconds: float | None = None
    note: str = ""
    is_best: bool = False


def table(rows: Sequence[Row], width: int, first: str = "trial") -> list[Text]:
    """The lines of a table, none wider than ``width``.

    Args:
        first: the head of the numbers' column.
    """
    figures = dict.fromkeys(name for row in rows for name in row.figures)
    settings = sorted({name for row in rows for name in row.settings})
    columns = [Column(first, [str(row.trial) for row in rows])]
    columns += [Column(visible(n), [row.figures.get(n, "–") for row in rows]) for n in figures]
    for name in settings:
        cells = [setting(row.settings[name]) if name in row.settings else "" for row in rows]
        numbers = all(isinstance(row.settings.get(name, 0), int | float) for row in rows)
        columns.append(Column(visible(name.lstrip("+")), cells, to_right=numbers, may_fold=True))
    if any(row.seconds is not None for row in rows):
        times = ["" if row.seconds is None else duration(row.seconds) for row in rows]
        columns.append(Column("time", times, may_go=True))
    columns.append(Column("", [visible(row.note) for row in rows], to_right=False))
    return _styled(lay_out(columns, width), rows)


def _styled(layout: Layout, rows: Sequence[Row]) -> list[Text]:
    lines = [styled(line, "heading") for line in layout.head]
    for row, (line, *below) in zip(rows, layout.rows, strict=True):
        lines.append(styled(line, "good") if row.is_best else Text(line))
        lines += [styled(part, "good" if row.is_best else "dim") for part in below]
    return lines


def summary(results: SweepResults, width: int) -> list[Text]:
    """What a sweep has found: how its trials ended, the best of them, and the finalists."""
    lines = [styled(counts(results), "heading")]
    different = _different(results)
    rows = list(_rows(results, different[:_MOST]))
    if rows:
        lines += table(rows, width)
        if (more := len(different) - _MOST) > 0:
            lines.append(styled(f"and {counted(more, 'more complete trial')}", "dim"))
    if results.finalists:
        lines += [Text(""), styled("finalists, trained again with further seeds", "heading")]
        lines += table([_finalist(results, finalist) for finalist in results.finalists], width)
    return lines


def counts(results: SweepResults) -> str:
    """ "23 complete, 6 pruned, 1 stopped of 30 trials": how a sweep's trials ended."""
    words = {"complete": "complete", "pruned": "pruned", "failed": "failed", "died": "stopped"}
    words["running"] = "running elsewhere"
    found = [(len(results.of_state(state)), word) for state, word in words.items()]
    said = ", ".join(f"{number} {word}" for number, word in found if number)
    return f"{said or 'none'} of {counted(results.n_trials, 'trial')}"


def _different(results: SweepResults) -> list[TrialResult]:
    """Complete trials, the best first; those that only repeat another's result are left out."""
    found: dict[str, TrialResult] = {}
    for trial in results.ranked():
        found.setdefault(str((trial.parameters, trial.values)), trial)
    best = {trial.number for trial in results.study.best_trials}
    several = len(results.objectives) > 1
    return sorted(found.values(), key=lambda trial: several and trial.number not in best)


def _rows(results: SweepResults, complete: Iterable[TrialResult]) -> Iterable[Row]:
    best = {trial.number for trial in results.study.best_trials}
    note = PARETO if len(results.objectives) > 1 else BEST
    if results.finalists:  # which have the last word
        note = "highest" if results.directions[0] == "maximize" else "lowest"
    for trial in complete:
        is_best = trial.number in best
        values = figures(results.objectives, trial.values or ())
        said = note if is_best else ""
        stands_out = is_best and not results.finalists
        yield Row(trial.number, values, trial.parameters, trial.seconds, said, stands_out)
    for trial in results.of_state("died"):
        share = "" if trial.limit_share is None else f" at {trial.limit_share:.0%}"
        values = figures(results.objectives, ())
        yield Row(trial.number, values, trial.parameters, trial.seconds, f"stopped{share}")


def _finalist(results: SweepResults, finalist: Finalist) -> Row:
    parameters = next((t.parameters for t in results.trials if t.number == finalist.trial), {})
    figures = {results.objectives[0]: "–", "± (95%)": "–", "seeds": str(len(finalist.values))}
    if finalist.values:
        interval = mean_interval(list(finalist.values.values()))
        figures[results.objectives[0]] = figure(interval.mean)
        figures["± (95%)"] = "–" if interval.half is None else figure(interval.half)
    best = bool(finalist.values) and finalist is results.finalists[0]
    return Row(finalist.trial, figures, parameters, None, BEST if best else "", best)


def figures(objectives: Sequence[str], values: Sequence[float]) -> dict[str, str]:
    """What a trial reached of each objective, "–" where there is nothing yet."""
    return dict.fromkeys(objectives, "–") | dict(zip(objectives, map(figure, values), strict=False))


def figure(value: float) -> str:
    """A metric's value: "1.2345", "158,217"."""
    if abs(value) >= 100:
        return f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
    return f"{value:.4f}"


def setting(value: Any) -> str:
    """A setting's value as it is typed, a number to four digits."""
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.4g}" if isinstance(value, float) else visible(value)
