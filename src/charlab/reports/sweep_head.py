"""What a reader of a sweep's page wants first: how far it is, and what is best."""

from charlab.reports.formatting import counted, number, seconds
from charlab.reports.html import Html, command, element, facts, join, paragraph, section, table
from charlab.reports.parameters import higher, parameter_names, parameter_text, usable
from charlab.reports.sweep_numbers import pareto_front
from charlab.sweeps.results.records import SweepResults, TrialResult

_STATES = ("complete", "pruned", "failed", "died", "running", "waiting")
_DONE = ("complete", "pruned", "failed")


def head(results: SweepResults) -> Html:
    """Title, facts, and whether trials are missing."""
    ways = [
        f"{name} ({'higher' if higher(results, i) else 'lower'} is better)"
        for i, name in enumerate(results.objectives)
    ]
    spent = sum(trial.seconds or 0.0 for trial in results.trials)
    pairs: list[tuple[str, object]] = [
        ("objective" if len(ways) == 1 else "objectives", ", ".join(ways)),
        ("trials", f"{len(results.trials)} of {results.n_trials}"),
        ("states", states_text(results)),
        ("training time", seconds(spent)),
        ("sampler", results.sampler),
        ("pruner", results.pruner),
        ("seed", str(results.seed)),
    ]
    return join([element("h1", f"Sweep {results.name}"), facts(pairs), _unfinished(results)])


def states_text(results: SweepResults) -> str:
    """ "12 complete, 3 pruned"; of states that occur."""
    counts = [(len(results.of_state(state)), state) for state in _STATES]
    return ", ".join(f"{count} {state}" for count, state in counts if count) or "none yet"


def finished_trials(results: SweepResults) -> int:
    """How many trials are over, one way or another."""
    return sum(trial.state in _DONE for trial in results.trials)


def best_part(results: SweepResults) -> Html:
    """The best trial of a sweep with one objective, and the command that repeats it."""
    title = "Best configuration"
    best = results.best
    if best is None:
        return section(title, paragraph("No trial is complete yet, so there is no best one."))
    assert best.values is not None
    rows = [[name, parameter_text(best, name)] for name in best.parameters]
    parts = [
        facts(
            [
                (results.objectives[0], element("strong", number(best.values[0]))),
                ("trial", str(best.number)),
                ("training time", seconds(best.seconds)),
                *_other_figures(best, results.objectives[0]),
            ]
        ),
        table(["setting", "value"], rows, text_columns=(0, 1)) if rows else "",
        paragraph("This command repeats it as a run of its own:"),
        command(best.command),
    ]
    if best.folder is not None:
        parts.append(paragraph(f"Its folder: {best.folder}", _class="quiet"))
    return section(title, *parts, _luck(results))


def _luck(results: SweepResults) -> Html:
    """A warning that the best of many is in part the luckiest."""
    count = len(usable(results))
    if count < 2 or results.finalists:
        return Html("")
    arguments = (
        f"The best of {count} trials with a single seed each: a part of its lead is luck. Several "
        "seeds of the best configurations say how much."
    )
    return paragraph(arguments, _class="quiet")


def pareto_table(results: SweepResults) -> Html:
    """The trials on the front with their settings and commands."""
    names = parameter_names(results)
    rows = [
        [
            str(trial.number),
            *(number(value) for value in trial.values or ()),
            *(parameter_text(trial, name) for name in names),
            command(trial.command),
        ]
        for trial in pareto_front(results)
    ]
    header = ["trial", *results.objectives, *names, "command that repeats it"]
    return table(header, rows, text_columns=(len(header) - 1,))


def _unfinished(results: SweepResults) -> Html:
    done = finished_trials(results)
    if done >= results.n_trials:
        return Html("")
    arguments = (
        f"This sweep is not finished: {counted(done, 'trial')} of {results.n_trials} "
        f"{'is' if done == 1 else 'are'} over. The report shows what there is so far."
    )
    return paragraph(arguments, _class="notice")


def _other_figures(trial: TrialResult, objective: str) -> list[tuple[str, object]]:
    """The test figures of a trial, and how large its network is."""
    shown = [
        key
        for key in trial.metrics
        if (key.startswith("test/") or key == "model/parameters") and key != objective
    ]
    return [(key, number(trial.metrics[key])) for key in shown[:6]]
