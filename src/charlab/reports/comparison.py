"""Runs grouped by their settings, each group's mean over seeds, best first."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from charlab.config.overrides import as_typed
from charlab.config.schema import is_incidental
from charlab.config.task_options import higher_is_better
from charlab.errors import ConfigError, nearest
from charlab.evaluation.confidence import Interval, mean_interval
from charlab.reports.formatting import NOTHING, brief, short_names
from charlab.reports.run_records import RunFacts
from charlab.system.entry_point import command_line

_DEFAULTS = ("test/loss", "best/val/loss")


@dataclass(frozen=True)
class Group:
    """Runs that differ in nothing but their seeds.

    Attributes:
        label: how charts and tables call it.
        settings: what sets it apart from other groups; a setting it lacks is "–".
        runs: one for each seed.
        values: the metric, run by run.
        interval: their mean and 95% interval.
    """

    label: str
    settings: dict[str, str]
    runs: tuple[RunFacts, ...]
    values: tuple[float, ...]
    interval: Interval

    @property
    def command(self) -> str | None:
        """A command line that repeats its first run; None if what the user typed is not known.

        Of a run that was extended the last value of a setting counts; one that was not goes first.
        """
        typed = [[as_typed(word) for word in run.overrides] for run in self.runs]
        settings = [{word.lstrip("+").partition("=")[0]: word for word in words} for words in typed]
        repeats = [len(words) - len(last) for words, last in zip(typed, settings, strict=True)]
        first = settings[repeats.index(min(repeats))]
        arguments = [word for key, word in first.items() if key != "output_dir"]
        return command_line("train", *arguments) if first else None


@dataclass(frozen=True)
class Comparison:
    """Runs side by side.

    Attributes:
        metric: what they are compared by.
        higher: whether higher is better.
        keys: settings in which groups differ.
        groups: best first.
        apart: runs that are not averaged, and why.
        remarks: what limits the comparison.
    """

    metric: str
    higher: bool
    keys: tuple[str, ...]
    groups: tuple[Group, ...]
    apart: tuple[tuple[RunFacts, str], ...]
    remarks: tuple[str, ...]


def compare(runs: Sequence[RunFacts], metric: str | None = None) -> Comparison:
    """Groups runs and averages each group over its seeds.

    Args:
        runs: of any number of settings; of two with equal settings and seed, the later counts.
        metric: a key of ``metrics.json``; None: "test/loss" if all completed runs have it,
            "best/val/loss" otherwise.

    Raises:
        ConfigError: if no completed run has the metric.
    """
    completed = [run for run in runs if run.status == "completed"]
    metric = _choose_metric(metric, completed)
    apart = {id(run): reason for run in runs if (reason := _unfit(run, metric))}
    buckets: dict[frozenset[tuple[str, str]], list[RunFacts]] = {}
    for run in runs:
        if id(run) not in apart:
            buckets.setdefault(frozenset(_identity(run).items()), []).append(run)
    for bucket in buckets.values():
        _set_repeats_apart(bucket, apart)
    identities = [_identity(bucket[0]) for bucket in buckets.values()]
    keys = _telling_keys(identities)
    rows = [_texts(identity, keys) for identity in identities]
    groups = []
    for label, row, bucket in zip(_labels(rows, keys), rows, buckets.values(), strict=True):
        settings = dict(zip(keys, row, strict=True))
        values = tuple(run.metrics[metric] for run in bucket)
        groups.append(Group(label, settings, tuple(bucket), values, mean_interval(values)))
    sign = -1 if higher_is_better(metric) else 1
    groups.sort(key=lambda group: (sign * group.interval.mean, group.label))
    return Comparison(
        metric=metric,
        higher=higher_is_better(metric),
        keys=keys,
        groups=tuple(groups),
        apart=tuple((run, apart[id(run)]) for run in runs if id(run) in apart),
        remarks=_remarks(groups),
    )


def _choose_metric(metric: str | None, completed: Sequence[RunFacts]) -> str:
    if metric is None:
        first, second = _DEFAULTS
        metric = first if all(first in run.metrics for run in completed) else second
        how = "; say which by metric="
    else:
        how = ""
    known = sorted({key for run in completed for key in run.metrics})
    if completed and metric not in known:
        if not known:
            raise ConfigError("report.py: the completed runs hold no figures to compare")
        raise ConfigError(
            f"report.py: no completed run has the figure {metric!r}{how}: {nearest(metric, known)}"
        )
    return metric


def _unfit(run: RunFacts, metric: str) -> str | None:
    """Why a run is not averaged; None if it is."""
    if run.status == "unreadable":
        return run.problem
    if run.status != "completed":
        return run.status
    if run.settings is None:
        return f"its settings are not known ({run.problem})"
    if metric not in run.metrics or not math.isfinite(run.metrics[metric]):
        return f"has no {metric}"
    return None


def _identity(run: RunFacts) -> dict[str, str]:
    settings = (run.settings or {}).items()
    return {key: text for key, text in settings if key != "seed" and not is_incidental(key)}


def _set_repeats_apart(bucket: list[RunFacts], apart: dict[int, str]) -> None:
    """Leaves one run for each seed: a repeat is no new measurement."""
    newest = {run.seed: run for run in bucket}  # folders carry dates: the last is the newest
    for run in bucket:
        if newest[run.seed] is not run:
            apart[id(run)] = f"repeated by {newest[run.seed].folder} (same settings, same seed)"
    bucket[:] = [run for run in bucket if newest[run.seed] is run]


def _telling_keys(identities: Sequence[Mapping[str, str]]) -> tuple[str, ...]:
    """Settings that tell groups apart.

    A setting that only some groups have ("model.forget_bias" among several models) says nothing,
    unless groups would look the same without it.
    """
    names = dict.fromkeys(key for identity in identities for key in identity)
    differing = [key for key in names if len({one[key] for one in identities if key in one}) > 1]
    if len({_texts(identity, differing) for identity in identities}) < len(identities):
        differing = [key for key in names if len({one.get(key) for one in identities}) > 1]
    return tuple(differing)


def _texts(identity: Mapping[str, str], keys: Sequence[str]) -> tuple[str, ...]:
    return tuple(identity.get(key, NOTHING) for key in keys)


def _labels(rows: Sequence[tuple[str, ...]], keys: Sequence[str]) -> list[str]:
    """What the groups are called: settings by short names, numbers rounded if that is enough."""
    rounded = [tuple(brief(text) for text in row) for row in rows]
    chosen = rounded if len(set(rounded)) == len(rows) else rows
    names = list(short_names(keys).values())
    pairs = [zip(names, row, strict=True) for row in chosen]
    return [", ".join(f"{key}={text}" for key, text in row) or "all runs" for row in pairs]


def _remarks(groups: Sequence[Group]) -> tuple[str, ...]:
    runs = [run for group in groups for run in group.runs]
    found = []
    if len({(run.settings or {}).get("task.name") for run in runs}) > 1:
        found.append("These runs have different tasks: their figures do not measure the same.")
    elif len({run.fingerprint for run in runs if run.fingerprint is not None}) > 1:
        found.append("These runs have different data: compare their figures with care.")
    counts = {group.interval.count for group in groups}
    if 1 in counts:
        which = "No group has" if counts == {1} else "Some groups do not have"
        found.append(f"{which} more than one seed; a single run has no interval.")
    return tuple(found)
