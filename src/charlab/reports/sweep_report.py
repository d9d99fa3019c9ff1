"""The page about a sweep."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from charlab.config.task_options import TASK_OPTIONS
from charlab.evaluation.confidence import mean_interval
from charlab.reports.charts import MOST_GROUPS, Chart, endings, seed_group_label
from charlab.reports.formatting import group_row, interval, number, seconds, shorten
from charlab.reports.importances import importances
from charlab.reports.page import render
from charlab.reports.parameters import higher, parameter_names, parameter_text, usable
from charlab.reports.savings import estimate_savings
from charlab.reports.sweep_numbers import (
    SEED,
    SeedGroup,
    last_point,
    pareto_front,
    seed_groups,
    seed_spread,
)
from charlab.reports.winner import Winner, meanings, show_winner
from charlab.sweeps.results.records import Finalist, SweepResults, TrialResult
from charlab.system.entry_point import command_line

_STATES = ("complete", "pruned", "failed", "died", "running", "waiting")
_DONE = ("complete", "pruned", "failed")
_FINALISTS = 3  # that a report suggests

Rows = list[list[Any]]
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Lead:
    """What the page opens with.

    Attributes:
        title: what it is.
        trial: the trial that found it.
        figures: its metrics, the objective first.
        seeds: how many seeds the figures are means over; 0 of a trial, which has one.
        seed: of the run whose samples are shown; None of a trial.
        train: what the command does that trains it again, and its command line.
        winner: how it does beside its baseline, what it writes, what it can be asked.
    """

    title: str
    trial: TrialResult
    figures: Pairs
    seeds: int
    seed: int | None
    train: tuple[str, str]
    winner: Winner


def sweep_page(results: SweepResults, charts: Mapping[str, Chart], *, written: datetime) -> str:
    """The whole page as HTML.

    Args:
        results: a sweep, finished or not.
        charts: its charts, by name.
        written: when.
    """
    names = parameter_names(results)
    objectives = range(len(results.objectives))
    lead = find_lead(results)
    shown = [] if lead is None else [tag for tag, _ in lead.figures]
    winner = None if lead is None else lead.winner
    groups = seed_groups(results) if len(results.objectives) == 1 else []
    return render(
        "sweep.html",
        charts,
        hover={str(trial.number): _hover(trial, results) for trial in results.trials}
        | _hover_of_groups(results, groups),
        **_seeds(results, groups, names),
        written=written,
        results=results,
        names=names,
        endings=endings(results),
        unknown=[f"Cannot be computed yet: {importances(results, i).remark}" for i in objectives],
        usable=len(usable(results)),
        finished=sum(trial.state in _DONE for trial in results.trials),
        ways=["higher" if higher(results, i) else "lower" for i in objectives],
        states=states_text(results),
        spent=sum(trial.seconds or 0.0 for trial in results.trials),
        lead=lead,
        lead_settings=[] if lead is None else _settings(lead.trial),
        more_finalists=results.command(finalists=min(_FINALISTS, len(usable(results)))),
        spread=seed_spread(results) if len(results.objectives) == 1 else None,
        front=_front(results, names),
        front_header=["trial", *results.objectives, *names],
        front_commands=[(f"trial {one.number}", one.command) for one in pareto_front(results)],
        finalists=_finalists(results, names),
        finalists_header=[
            *("place", "trial", "seeds", results.objectives[0]),
            *(_answering_test(results.objectives[0]), *names),
        ],
        finalist_commands=[(f"trial {one.trial}", _command(one)) for one in results.finalists],
        savings=estimate_savings(results),
        failures=_failures(results),
        fixed=[word.partition("=")[::2] for word in results.fixed],
        trials=_trials(results, names),
        trials_header=["trial", "state", *results.objectives, *names, "time", "reason"],
        meanings_of_metrics=meanings([*results.objectives, *shown], winner),
    )


def _seeds(
    results: SweepResults, groups: Sequence[SeedGroup], names: Sequence[str]
) -> dict[str, Any]:
    """The table of settings that several seeds had: its rows, its header, its columns of words."""
    unseeded = [name for name in names if name.lstrip("+") != SEED]
    return {
        "groups": [
            group_row(place, (parameter_text(group.trials[0], n) for n in unseeded), group.interval)
            for place, group in enumerate(groups, start=1)
        ],
        "groups_header": ["place", *unseeded, "seeds", results.objectives[0], "95% interval"],
        "groups_words": range(1, 1 + len(unseeded)),
    }


def states_text(results: SweepResults) -> str:
    """ "12 complete, 3 pruned"; of states that occur."""
    counts = [(len(results.of_state(state)), state) for state in _STATES]
    return ", ".join(f"{count} {state}" for count, state in counts if count) or "none yet"


def _hover(trial: TrialResult, results: SweepResults) -> str:
    lines = [f"trial {trial.number} ({trial.state})"]
    last = last_point(trial)
    if trial.values is not None:
        pairs = zip(results.objectives, trial.values, strict=True)
        lines += [f"{name}: {number(value)}" for name, value in pairs]
    elif last is not None:
        lines.append(f"last {results.objectives[0]}: {number(last[1])}")
    lines += [
        f"{name} = {shorten(parameter_text(trial, name), 40)}"
        for name in parameter_names(results)
        if name in trial.parameters
    ]
    if trial.seconds is not None:
        lines.append(seconds(trial.seconds))
    return "\n".join(lines)


def find_lead(results: SweepResults) -> Lead | None:
    """The best finalist, the best trial, or of several objectives the front's best by the first."""
    first = next((one for one in results.finalists if one.values), None)
    if first is not None:
        runs = list(first.metrics.values())
        values = interval(mean_interval([*first.values.values()]))
        seed = next(iter(first.folders), next(iter(first.values)))
        return Lead(
            "The winner",
            results.trials[first.trial],
            [(results.objectives[0], values), *_test_figures(results, runs)],
            len(first.values),
            seed,
            (f"Train it again (here with seed {seed}):", _command(first, seed)),
            show_winner(runs, first.folders.get(seed)),
        )
    front = pareto_front(results) if len(results.objectives) > 1 else []
    best = front[0] if front else results.best
    if best is None or best.values is None:
        return None
    figures = list(zip(results.objectives, map(number, best.values), strict=True))
    return Lead(
        f"The front's best {results.objectives[0]}" if front else "The best trial",
        best,
        [*figures, *_test_figures(results, [best.metrics])],
        0,
        None,
        ("Train it again as a run of its own:", best.command),
        show_winner([best.metrics], best.folder),
    )


def _test_figures(results: SweepResults, runs: Sequence[Mapping[str, float]]) -> Pairs:
    """Means over runs of what the test part measured, and how large the network is."""
    simple = {known.name for options in TASK_OPTIONS.values() for known in options.baselines}
    shown = [
        tag
        for tag in (runs[0] if runs else ())
        if (tag.startswith("test/") and tag.removeprefix("test/") not in simple)
        or tag == "model/parameters"
    ]
    known = [tag for tag in shown if all(tag in run for run in runs)]
    return [
        (tag, interval(mean_interval([run[tag] for run in runs])))
        for tag in known
        if tag not in results.objectives
    ]


def _command(finalist: Finalist, seed: int | None = None) -> str:
    """The command line that trains it again, with the first of its seeds if none is given."""
    seeds = [seed] if seed is not None else list(finalist.values)[:1]
    return command_line("train", *finalist.arguments, *(f"seed={one}" for one in seeds))


def _settings(trial: TrialResult) -> Rows:
    return [[name, parameter_text(trial, name)] for name in trial.parameters]


def _front(results: SweepResults, names: list[str]) -> Rows:
    """The trials on the Pareto front with their settings."""
    return [
        [
            trial.number,
            *map(number, trial.values or ()),
            *(parameter_text(trial, name) for name in names),
        ]
        for trial in pareto_front(results)
    ]


def _hover_of_groups(results: SweepResults, groups: Sequence[SeedGroup]) -> dict[str, str]:
    texts = {}
    for place, group in enumerate(groups[:MOST_GROUPS]):
        label = seed_group_label(results, group)
        texts[f"group-{place}"] = f"{label}\n{interval(group.interval)}"
        for i, trial in enumerate(group.trials):
            texts[f"run-{place}-{i}"] = _hover(trial, results)
    return texts


def _finalists(results: SweepResults, names: list[str]) -> Rows:
    test = _answering_test(results.objectives[0])

    def over_seeds(values: list[float]) -> str:
        return interval(mean_interval(values) if values else None)

    return [
        [
            place,
            finalist.trial,
            len(finalist.values),
            over_seeds([*finalist.values.values()]),
            over_seeds([found[test] for found in finalist.metrics.values() if test in found]),
            *(parameter_text(results.trials[finalist.trial], name) for name in names),
        ]
        for place, finalist in enumerate(results.finalists, start=1)
    ]


def _failures(results: SweepResults) -> Rows:
    return [
        [
            trial.number,
            trial.reason or "not recorded",
            ", ".join(f"{name}={text}" for name, text in _settings(trial)),
            trial.folder,
        ]
        for trial in results.of_state("failed")
    ]


def _trials(results: SweepResults, names: list[str]) -> Rows:
    nothing = [None] * len(results.objectives)
    return [
        [
            trial.number,
            trial.state,
            *map(number, trial.values or nothing),
            *(parameter_text(trial, name) for name in names),
            seconds(trial.seconds),
            trial.reason,
        ]
        for trial in results.trials
    ]


def _answering_test(objective: str) -> str:
    """The figure of the test part that answers to an objective ("val/loss": "test/loss")."""
    return f"test/{objective.rsplit('/', 1)[-1]}"
