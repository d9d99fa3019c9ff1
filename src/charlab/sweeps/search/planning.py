"""From what the user asked for to a sweep's definition, with every fault found before a trial."""

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.config_loader import ConfigLoader

from charlab.builders.corpus import Prepared, check_together, prepare, resolve
from charlab.config.compose import Composition
from charlab.config.fields import flat
from charlab.config.hydra_app import check
from charlab.config.schema import RunOptions, is_of_body
from charlab.config.sweep_schema import SweepOptions
from charlab.config.validation import build, to_plain
from charlab.errors import CharlabError, ConfigError, one_line
from charlab.sweeps.search.objectives import direction_of, follow_objective, require_objectives
from charlab.sweeps.search.parameter import Parameter
from charlab.sweeps.search.queueing import known_settings
from charlab.sweeps.search.space import read_space, words_of, words_of_runs
from charlab.sweeps.search.spec import SweepSpec
from charlab.sweeps.search.suggest import load_function, try_function
from charlab.sweeps.search.validations import pruner_of, report_unit, validate_more
from charlab.system.words import counted

JOB = "charlab.sweeps.trial:run_trial"
_SAME_TEXT = ("dataset.seq_len", "dataset.batch_size", "dataset.name")
_AS_GIVEN = (
    *("sampler", "startup_trials", "seed", "warmup", "percentile", "patience"),
    *("reduction_factor", "duplicates"),
)
_MOST_POINTS = 1_000_000  # of a grid: each process makes a list of them


@dataclass(frozen=True)
class Plan:
    """A sweep that can begin.

    Attributes:
        spec: its definition.
        n_trials: trials in all.
        known: settings that are tried first.
        remarks: lines for the user.
        output_dir: where sweeps are.
    """

    spec: SweepSpec
    n_trials: int
    known: tuple[dict[str, Any], ...]
    remarks: tuple[str, ...]
    output_dir: str


def plan(
    options: SweepOptions,
    composition: Composition,
    arguments: Sequence[str],
    loader: ConfigLoader | None = None,
) -> Plan:
    """Defines a sweep, and tries what its trials will do before they train.

    Args:
        loader: finds a group's choices for ``glob(…)``.

    Raises:
        ConfigError, DataError: if the space fits no trial, a searched setting does not exist or
            cannot have one of its values, objectives or data are unfit.
    """
    space, fixed = read_space(options.space, words_of_runs(arguments), loader)
    first, others = _try_out(space, fixed, composition)
    remarks = _without_body(first, space, arguments)
    prepared = prepare(first, words=fixed)
    layouts = {prepared.corpus.layout, *_try_data(others, space, fixed)}
    if texts := sorted({key for key, _, _ in others}):
        remarks.append(
            f"trials differ in their texts ({', '.join(texts)}): each is measured on its own"
        )
    if "dataset.seq_len" in space and layouts == {"sequences"}:
        del space["dataset.seq_len"]
        remarks.append(
            "dataset.seq_len is not searched: it has no meaning for short documents, "
            "which are read whole"
        )
    if not space and options.space_function is None:
        raise ConfigError(
            "nothing is searched: give settings as choice(…), range(…) or interval(…), "
            "or leave sweep.space as it is"
        )
    _try_lengths(space, prepared)
    objectives = require_objectives(options, prepared)
    fixed = follow_objective(fixed, space, objectives, prepared.options)
    fixed, prepared = validate_more(options, objectives, space, fixed, prepared)
    spec = _spec(options, space, fixed, objectives, prepared, composition)
    known = _known_settings(options, space, fixed, composition)
    n_trials = _number_of_trials(options, spec, remarks)
    if spec.function is not None:
        try_function(spec, composition)
    return Plan(spec, n_trials, tuple(known), tuple(remarks), prepared.options.output_dir)


def _without_body(
    options: RunOptions, space: dict[str, Parameter], arguments: Sequence[str]
) -> list[str]:
    """Takes what makes a network's shape out of the default search where ``init=`` brings it.

    Raises:
        ConfigError: if the user asked for it.
    """
    shape = [key for key in space if options.init.run is not None and is_of_body(key)]
    for key in shape:
        if any(word.lstrip("+").startswith(f"{key}=") for word in arguments):
            raise ConfigError(
                f"{key} cannot be searched with init=: the network of that run brings its shape; "
                "leave one of them out"
            )
        del space[key]
    return [f"{', '.join(shape)}: not searched, as init= brings the shape"] if shape else []


def _number_of_trials(options: SweepOptions, spec: SweepSpec, remarks: list[str]) -> int:
    n_trials = options.n_trials
    if options.sampler == "grid":
        points = _grid_size(spec)
        if n_trials is None or points < n_trials:
            remarks.append(f"the grid has {counted(points, 'point')}: that many trials")
            return points
    if n_trials is None:
        raise ConfigError("sweep.n_trials=null is for sweep.sampler=grid, whose points are counted")
    return n_trials


def _known_settings(
    options: SweepOptions,
    space: Mapping[str, Parameter],
    fixed: Sequence[str],
    composition: Composition,
) -> list[dict[str, Any]]:
    """The settings to try first, each of which makes a run (with what it leaves open as it is)."""
    if options.enqueue and options.sampler == "grid":
        raise ConfigError("sweep.enqueue: a grid tries all of its points anyway: leave it out")
    known = known_settings(options.enqueue, space)
    for settings in known:
        arguments = words_of(space.values(), settings)
        with _faults_of(f"sweep.enqueue holds {' '.join(arguments)}"):
            check_together(check(composition.compose([*fixed, *arguments])))
    return known


@contextmanager
def _faults_of(what: str, hint: str = "") -> Iterator[None]:
    """Says whose a fault is, and what would mend it where whole numbers are wanted."""
    try:
        yield
    except CharlabError as error:
        hint = hint if "must be a whole number" in str(error) else ""
        raise ConfigError(f"{what}: {one_line(error)}{hint}") from error


def _try_out(
    space: Mapping[str, Parameter], fixed: Sequence[str], composition: Composition
) -> tuple[RunOptions, list[tuple[str, str, RunOptions]]]:
    """Checks every value (of a range its ends) of every setting, the others at their first.

    Returns:
        The options of the first values; and of the others those that read another text: the
        setting, its override, the options.
    """
    others_texts = []
    firsts = {key: p.word(p.extremes()[0]) for key, p in space.items()}
    config = composition.compose([*fixed, *firsts.values()])
    options = check(config)
    check_together(options)
    plain = to_plain(options)
    for key, parameter in space.items():
        for value in parameter.extremes()[1:]:
            word = parameter.word(value)
            hint = f"; write {key}=int({parameter.text})" if isinstance(value, float) else ""
            with _faults_of(f"the search of {key} holds {word}", hint):
                if _is_scalar(plain, key, value):
                    changed = build(RunOptions, _replaced(plain, key.split("."), value))
                else:
                    others = [w for name, w in firsts.items() if name != key]
                    changed = check(composition.compose([*fixed, *others, word]))
                check_together(changed)
            if f"{key}.".startswith("dataset.") and key not in _SAME_TEXT:
                others_texts.append((key, word, changed))
    return options, others_texts


def _try_data(
    others: Sequence[tuple[str, str, RunOptions]],
    space: Mapping[str, Parameter],
    fixed: Sequence[str],
) -> Iterator[str]:
    """Reads every text that the first trial does not; their layouts."""
    for key, word, options in others:
        with _faults_of(f"the search of {key} holds {word}"):
            prepared = prepare(options, words=fixed)
        _try_lengths(space, prepared)
        yield prepared.corpus.layout


def _try_lengths(space: Mapping[str, Parameter], prepared: Prepared) -> None:
    """Checks that a text is long enough for every window."""
    parameter = space.get("dataset.seq_len")
    if parameter is None or prepared.corpus.layout == "sequences":
        return
    options = prepared.options
    for value in parameter.extremes():
        dataset = dataclasses.replace(options.dataset, seq_len=value)
        with _faults_of(f"the search of dataset.seq_len holds {parameter.word(value)}"):
            resolve(dataclasses.replace(options, dataset=dataset), prepared.corpus)


def _is_scalar(plain: Mapping[str, Any], key: str, value: Any) -> bool:
    """Whether a value can be tried without composing: a known setting's, as it stands."""
    found: Any = plain
    for part in key.split("."):
        if not isinstance(found, Mapping) or part not in found:
            return False
        found = found[part]
    return not isinstance(found, Mapping | list) and not str(value).startswith(("[", "{", "$"))


def _replaced(plain: Mapping[str, Any], path: Sequence[str], value: Any) -> dict[str, Any]:
    head, *rest = path
    return {**plain, head: _replaced(plain[head], rest, value) if rest else value}


def _spec(
    options: SweepOptions,
    space: Mapping[str, Parameter],
    fixed: Sequence[str],
    objectives: tuple[str, ...],
    prepared: Prepared,
    composition: Composition,
) -> SweepSpec:
    unit, full = report_unit(prepared)
    base = dict(flat(to_plain(prepared.options)))
    searched = tuple(f"{key.lstrip('+')}." for key in space)
    function = options.space_function
    digest = None
    if function is not None:
        load_function(function)
        file, _, name = function.rpartition(":")
        function = f"{Path(file).resolve()}:{name}"
        digest = hashlib.sha256(Path(file).read_bytes()).hexdigest()
    return SweepSpec(
        space={parameter.key: parameter.text for parameter in space.values()},
        fixed=tuple(fixed),
        objectives=objectives,
        directions=tuple(direction_of(name, options.direction) for name in objectives),
        pruner=pruner_of(options, objectives),
        unit=unit,
        full=full,
        function=function,
        function_digest=digest,
        base={k: v for k, v in base.items() if not f"{k}.".startswith(searched)},
        composition=composition.to_plain(),
        job=JOB,
        **{name: getattr(options, name) for name in _AS_GIVEN},
    )


def _grid_size(spec: SweepSpec) -> int:
    if spec.function is not None:
        raise ConfigError(
            "sweep.sampler=grid knows all points beforehand: leave space_function out"
        )
    size = 1
    for parameter in spec.parameters:
        if parameter.count is None:
            raise ConfigError(
                f"sweep.sampler=grid needs points, and {parameter} is an "
                f"interval: write {parameter.key}=choice(…), or leave it out by a plain value"
            )
        size *= parameter.count
    if size > _MOST_POINTS:
        raise ConfigError(f"the grid has {size:,} points, more than {_MOST_POINTS:,}: search less")
    return size
