"""The tables of a sweep's page: finalists, savings, failures, settings, all trials."""

import shlex

from charlab.evaluation.confidence import Interval, mean_interval
from charlab.reports.formatting import counted, interval, number, seconds
from charlab.reports.html import Html, command, facts, folded, paragraph, section, table
from charlab.reports.parameters import parameter_names, parameter_text
from charlab.reports.savings import estimate_savings
from charlab.sweeps.results.records import Finalist, SweepResults


def answering_test(objective: str) -> str:
    """The figure of the test part that answers to an objective ("val/loss": "test/loss")."""
    return f"test/{objective.rsplit('/', 1)[-1]}"


def over_seeds(values: list[float]) -> Interval | None:
    """Mean and interval; None where nothing was measured."""
    return mean_interval(values) if values else None


def finalists_part(results: SweepResults) -> Html:
    """The best configurations, trained again with several seeds."""
    if not results.finalists:
        return Html("")
    objective = results.objectives[0]
    test = answering_test(objective)
    rows = [
        [
            str(place),
            str(finalist.trial),
            str(len(finalist.values)),
            interval(over_seeds(list(finalist.values.values()))),
            interval(over_seeds(_of_test(finalist, test))),
            command(shlex.join(["python", "train.py", *finalist.arguments])),
        ]
        for place, finalist in enumerate(results.finalists, start=1)
    ]
    header = ["place", "trial", "seeds", objective, test, "command (add seed=…)"]
    arguments = (
        "The best configurations, trained again in full. Means ± 95% intervals (Student t) over "
        "seeds: they cover the luck of initialization and batch order, not that of the data. A "
        "single seed has no interval."
    )
    return section(
        "Finalists",
        paragraph(arguments, _class="quiet"),
        table(header, rows, text_columns=(len(header) - 1,)),
    )


def savings_part(results: SweepResults) -> Html:
    """What pruning saved."""
    found = estimate_savings(results)
    if found is None:
        return Html("")
    pairs: list[tuple[str, object]] = [
        ("pruned", f"{found.pruned} of {counted(len(results.trials), 'trial')}")
    ]
    if not found.counted:
        arguments = (
            "What pruning saved cannot be estimated: the pruned trials' times are not known."
        )
        return section("Saved by pruning", facts(pairs), paragraph(arguments))
    pairs += [
        ("training time spent", seconds(found.spent)),
        ("training time saved", seconds(found.saved)),
        ("share of training saved", f"{found.share:.0%}"),
    ]
    arguments = (
        "An estimate: a pruned trial is taken to have gone on at its own pace to the end of its "
        "full training."
    )
    if found.counted < found.pruned:
        arguments += f" {found.pruned - found.counted} of the pruned trials could not be counted."
    return section("Saved by pruning", facts(pairs), paragraph(arguments, _class="quiet"))


def failures_part(results: SweepResults) -> Html:
    """Failed trials with their reasons."""
    failed = results.of_state("failed")
    if not failed:
        return Html("")
    rows = [
        [
            str(trial.number),
            trial.reason or "not recorded",
            ", ".join(f"{name}={parameter_text(trial, name)}" for name in trial.parameters),
            str(trial.folder or ""),
        ]
        for trial in failed
    ]
    return section(
        "Failures",
        table(["trial", "reason", "settings", "folder"], rows, text_columns=(1, 2, 3)),
    )


def settings_part(results: SweepResults) -> Html:
    """What was searched and what was fixed."""
    rows = [[name, space] for name, space in results.space.items()]
    parts = [
        table(["setting", "searched"], rows, text_columns=(0, 1))
        if rows
        else paragraph("Nothing was searched.")
    ]
    if results.fixed:
        parts += [paragraph("Fixed for all trials:"), command(shlex.join(results.fixed))]
    return section("Search space", *parts)


def trials_part(results: SweepResults) -> Html:
    """All trials, in a table that opens with a click."""
    names = parameter_names(results)
    header = ["trial", "state", *results.objectives, *names, "time", "reason"]
    rows = [
        [
            str(trial.number),
            trial.state,
            *(number(value) for value in trial.values or [None] * len(results.objectives)),
            *(parameter_text(trial, name) for name in names),
            seconds(trial.seconds),
            trial.reason or "",
        ]
        for trial in results.trials
    ]
    arguments = "The same, with times, folders and commands, stands in trials.csv beside this page."
    return section(
        "All trials",
        paragraph(arguments, _class="quiet"),
        folded(
            f"Show {counted(len(rows), 'trial')}",
            table(header, rows, text_columns=(1, len(header) - 1)),
        ),
    )


def _of_test(finalist: Finalist, name: str) -> list[float]:
    return [metrics[name] for metrics in finalist.metrics.values() if name in metrics]
