"""What pruners would have done to sweeps that were trained in full.

    python experiments/pruners/replay.py SWEEP…

Reads sweeps without pruning, plays their trials in their order through charlab's own reports and
pruners for a table of settings, and writes results.json and the tables of README.md.
"""

import argparse
import dataclasses
import heapq
import itertools
import json
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Any

import optuna

from charlab.evaluation.confidence import mean_interval
from charlab.sweeps.results.load import find_sweep, load_results
from charlab.sweeps.results.records import SweepResults, TrialResult
from charlab.sweeps.search.pruners import build_pruner
from charlab.sweeps.search.spec import SweepSpec
from charlab.sweeps.search.storage import quiet
from charlab.sweeps.search.study import SPEC
from charlab.sweeps.workers.pruning_reports import Reporter

HERE = Path(__file__).parent
BEGIN, END = "<!-- table -->\n", "<!-- end of table -->\n"
SHOWN = 12  # settings in a table, besides today's and the best of each pruner
PER_EPOCH = (1, 2, 4)  # validations an epoch
TODAY = {"pruner": "median", "warmup": 1, "startup_trials": 5, "per_epoch": 1}


@dataclass(frozen=True)
class Curve:
    """A trial that was trained in full.

    Attributes:
        points: (characters, value of the objective, lower is better) at each validation.
        seconds: of its training, without validations.
        validation: seconds of one validation.
    """

    points: tuple[tuple[int, float], ...]
    seconds: float
    validation: float

    def every(self, stride: int) -> "Curve":
        """The same with one validation in so many."""
        kept = self.points[stride - 1 :: stride]
        return dataclasses.replace(self, points=kept)

    def seconds_to(self, point: int) -> float:
        """Seconds to the end of a validation, the first of which is 0."""
        share = self.points[point][0] / self.points[-1][0]
        return self.seconds * share + self.validation * (point + 1)

    @property
    def value(self) -> float:
        """What the whole trial reaches: a trial counts by its best checkpoint."""
        return min(value for _, value in self.points)


@dataclass(frozen=True)
class Recording:
    """A sweep without pruning.

    Attributes:
        per_epoch: its validations an epoch.
    """

    dataset: str
    name: str
    spec: SweepSpec
    per_epoch: int
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class Outcome:
    """What a setting did to a recording.

    Attributes:
        characters, seconds: the share of training saved, of the sweep without pruning that
            validates once an epoch; seconds with all validations. Negative: more was spent.
        regret: how much worse the best value is than without pruning, with the same validations.
        pruned: how many trials were pruned.
    """

    characters: float
    seconds: float
    regret: float
    pruned: int


def read_recording(folder: Path) -> Recording:
    """A sweep's trials as curves.

    Raises:
        SystemExit: if the sweep is not complete or was pruned.
    """
    results = load_results(folder)
    spec = SweepSpec.from_json(results.study.user_attrs[SPEC])
    complete = results.of_state("complete")
    if len(complete) != results.n_trials or spec.pruner != "none":
        raise SystemExit(
            f"{folder}: {len(complete)} of {results.n_trials} trials are complete, pruner "
            f"{spec.pruner}; a recording is complete and made with sweep.pruner=none"
        )
    share = spec.base["trainer.validate_every"] or 1
    if share > 1 or not (1 / share).is_integer():
        raise SystemExit(f"{folder}: trainer.validate_every must be a part of an epoch, as 0.25")
    curves = tuple(curve_of(trial, results) for trial in complete)
    return Recording(spec.base["dataset.name"], folder.name, spec, round(1 / share), curves)


def curve_of(trial: TrialResult, results: SweepResults) -> Curve:
    """A complete trial's curve; values of an objective to maximize change their sign."""
    sign = -1.0 if results.directions[0] == "maximize" else 1.0
    train, elapsed = (trial.metrics[f"time/{name}_seconds"] for name in ("train", "elapsed"))
    points = tuple((seen, sign * value) for seen, value in trial.curve)
    return Curve(points, train, max(0.0, elapsed - train) / len(points))


def replay(recording: Recording, settings: dict[str, Any], workers: int = 2) -> Outcome:
    """Plays a sweep's trials, in their order and so many at once, through a pruner.

    Args:
        settings: of the :class:`SweepSpec`; besides "per_epoch", validations an epoch, and "by",
            what is compared at: equal "characters" or equal "seconds" of training.
    """
    known = dict(settings)
    stride = recording.per_epoch // known.pop("per_epoch", recording.per_epoch)
    by = known.pop("by", "characters")
    curves = [curve.every(stride) for curve in recording.curves]
    places, unit, full = _places(curves, by, recording.spec.unit * stride)
    spec = dataclasses.replace(
        recording.spec, unit=unit, full=full, directions=("minimize",), **known
    )
    lengths = play(spec, curves, places, workers)
    return _outcome(recording, curves, lengths)


def _places(curves: Sequence[Curve], by: str, unit: int) -> tuple[list[list[int]], int, int | None]:
    """Where each validation counts as, in characters or in milliseconds; the unit, and a whole
    trial in it (by seconds: the fastest trial's)."""
    if by == "characters":
        places = [[seen for seen, _ in curve.points] for curve in curves]
        return places, unit, max(own[-1] for own in places)
    places = [
        [round(1000 * curve.seconds * seen / curve.points[-1][0]) for seen, _ in curve.points]
        for curve in curves
    ]
    shortest = min(own[-1] for own in places)
    most = max(len(own) for own in places)
    return places, max(1, shortest // most), shortest


def play(
    spec: SweepSpec, curves: Sequence[Curve], places: Sequence[Sequence[int]], workers: int
) -> list[int]:
    """How many validations each trial comes to, pruned or not."""
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(0))
    study.pruner = build_pruner(spec)
    waiting = iter(range(len(curves)))
    lengths = [0] * len(curves)
    running: list[tuple[float, int, float]] = []  # end of the next validation, trial, its begin
    reporters: dict[int, tuple[optuna.Trial, Reporter]] = {}

    def begin(now: float) -> None:
        number = next(waiting, None)
        if number is not None:
            trial = study.ask()
            reporters[number] = trial, Reporter(trial, spec.objectives[0], spec.unit)
            heapq.heappush(running, (now + curves[number].seconds_to(0), number, now))

    for _ in range(workers):
        begin(0.0)
    while running:
        now, number, begun = heapq.heappop(running)
        trial, report = reporters[number]
        curve, point = curves[number], lengths[number]
        lengths[number] += 1
        value = curve.points[point][1]
        unwanted = report({spec.objectives[0]: value}, places[number][point])
        if lengths[number] == len(curve.points):
            study.tell(trial, curve.value)
            begin(now)
        elif unwanted:
            study.tell(trial, state=optuna.trial.TrialState.PRUNED)
            begin(now)
        else:
            heapq.heappush(running, (begun + curve.seconds_to(point + 1), number, begun))
    return lengths


def _outcome(recording: Recording, curves: Sequence[Curve], lengths: Sequence[int]) -> Outcome:
    plain = [curve.every(recording.per_epoch) for curve in recording.curves]
    spent = sum(c.points[n - 1][0] for c, n in zip(curves, lengths, strict=True))
    seconds = sum(c.seconds_to(n - 1) for c, n in zip(curves, lengths, strict=True))
    ends = [c.value for c, n in zip(curves, lengths, strict=True) if n == len(c.points)]
    return Outcome(
        characters=1 - spent / sum(curve.points[-1][0] for curve in plain),
        seconds=1 - seconds / sum(c.seconds_to(len(c.points) - 1) for c in plain),
        regret=min(ends, default=math.inf) - min(curve.value for curve in curves),
        pruned=len(curves) - len(ends),
    )


def table_of_settings() -> Iterator[dict[str, Any]]:
    """What is replayed; warm-ups and validations an epoch vary together."""
    yield {"pruner": "none", "per_epoch": 1}
    yield {"pruner": "none", "per_epoch": 4}
    for per_epoch, warmup in itertools.product(PER_EPOCH, (0, 1, 2, 4)):
        common = {"per_epoch": per_epoch, "warmup": warmup}
        for by in ("characters", "seconds"):
            for startup in (1, 3, 5) if by == "characters" else (3,):
                known = {**common, "startup_trials": startup, "by": by}
                yield {"pruner": "median", **known}
                yield {"pruner": "percentile", "percentile": 25.0, **known}
        for factor in (2, 3, 4) if warmup else ():
            yield {"pruner": "successive_halving", "reduction_factor": factor, **common}
            yield {"pruner": "hyperband", "reduction_factor": factor, **common}
        yield {"pruner": "patient", "patience": 1, "startup_trials": 3, **common}


def described(settings: dict[str, Any]) -> str:
    """Settings as a command line has them, but for what is compared at."""
    own = {key: value for key, value in settings.items() if key not in ("per_epoch", "by")}
    words = [
        f"{key}={value:g}" if not isinstance(value, str) else value for key, value in own.items()
    ]
    return " ".join([*words, *(["by seconds"] if settings.get("by") == "seconds" else [])])


@dataclass(frozen=True)
class Row:
    """A setting and what it did, by dataset; for each its sweep seeds."""

    settings: dict[str, Any]
    outcomes: dict[str, list[Outcome]]

    @property
    def all(self) -> list[Outcome]:
        """The outcomes of all recordings."""
        return [outcome for own in self.outcomes.values() for outcome in own]

    @property
    def order(self) -> tuple[float, float]:
        """Sorts by regret, what comes to nothing as one, then by the seconds saved."""
        regret = max(outcome.regret for outcome in self.all)
        return round(regret, 3), -fmean(outcome.seconds for outcome in self.all)


def rows_of(recordings: Sequence[Recording], settings: Sequence[dict[str, Any]]) -> list[Row]:
    """Replays everything; the best setting first."""
    rows = []
    for own in settings:
        outcomes: dict[str, list[Outcome]] = defaultdict(list)
        for recording in recordings:
            if recording.per_epoch % own["per_epoch"] == 0:
                outcomes[recording.dataset].append(replay(recording, own))
        if outcomes:
            rows.append(Row(own, dict(outcomes)))
    return sorted(rows, key=lambda row: row.order)


def tables(rows: Sequence[Row], recordings: Sequence[Recording]) -> str:
    """The best settings, the best of each pruner and today's, as Markdown."""
    best_of = {row.settings["pruner"]: row for row in reversed(rows)}
    today = [row for row in rows if TODAY.items() <= row.settings.items() and not by_seconds(row)]
    chosen = [row for row in rows if row in (*rows[:SHOWN], *best_of.values(), *today)]
    datasets = list(dict.fromkeys(recording.dataset for recording in recordings))
    heads = [
        f"{head}, {name}" for name in datasets for head in ("saved: characters", "time", "regret")
    ]
    lines = [
        _line(["setting", "validations an epoch", *heads]),
        _line(["---", "---:", *("---:" for _ in heads)]),
    ]
    for row in chosen:
        cells = [f"`{described(row.settings)}`" + (" (before)" if row in today else "")]
        cells.append(str(row.settings["per_epoch"]))
        for name in datasets:
            own = row.outcomes[name]
            cells.append(_percent([outcome.characters for outcome in own]))
            cells.append(_percent([outcome.seconds for outcome in own]))
            cells.append(_interval([outcome.regret for outcome in own], "{:.4f}"))
        lines.append(_line(cells))
    return "\n".join([*lines, "", *_about(recordings)]) + "\n"


def by_seconds(row: Row) -> bool:
    """Whether a setting compares trials after equal time."""
    return row.settings.get("by") == "seconds"


def _about(recordings: Sequence[Recording]) -> Iterator[str]:
    for name in dict.fromkeys(recording.dataset for recording in recordings):
        own = [recording for recording in recordings if recording.dataset == name]
        curves = [curve for recording in own for curve in recording.curves]
        seconds = [curve.seconds + curve.validation * len(curve.points) for curve in curves]
        values = sorted(curve.value for curve in curves)
        checks = fmean(curve.validation * len(curve.points) for curve in curves) / fmean(seconds)
        yield (
            f"{name}: {len(own)} sweeps of {len(own[0].curves)} trials; a trial takes "
            f"{fmean(seconds):.1f} s (median {median(seconds):.1f}, longest {max(seconds):.1f}), "
            f"{checks:.0%} of it in {own[0].per_epoch} validations an epoch; values from "
            f"{values[0]:.4f} to {values[-1]:.4f}, their median {median(values):.4f}.\n"
        )


def _percent(shares: Sequence[float]) -> str:
    return f"{_interval([100 * share for share in shares], '{:.0f}')}%"


def _interval(values: Sequence[float], form: str) -> str:
    if not all(map(math.isfinite, values)):
        return "nothing complete"
    found = mean_interval(list(values))
    half = "" if found.half is None else f" ± {form.format(found.half)}"
    return form.format(found.mean) + half


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def write(text: str, readme: Path) -> None:
    """Puts the tables between their marks."""
    before, rest = readme.read_text(encoding="utf-8").split(BEGIN)
    readme.write_text(f"{before}{BEGIN}{text}{END}{rest.split(END)[1]}", encoding="utf-8")


def main() -> None:
    """Replays the sweeps that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sweeps", nargs="+", help="names or folders of sweeps without pruning")
    parser.add_argument("--output-dir", default="outputs")
    options = parser.parse_args()
    quiet()
    recordings = [read_recording(find_sweep(name, options.output_dir)) for name in options.sweeps]
    rows = rows_of(recordings, list(table_of_settings()))
    plain = [
        {
            **row.settings,
            "outcomes": {k: [*map(dataclasses.asdict, v)] for k, v in row.outcomes.items()},
        }
        for row in rows
    ]
    (HERE / "results.json").write_text(
        "[\n" + ",\n".join(map(json.dumps, plain)) + "\n]\n", encoding="utf-8"
    )
    text = tables(rows, recordings)
    write(text, HERE / "README.md")
    print(text)


if __name__ == "__main__":
    main()
