"""A trial's settings: what the study's sampler chooses, and what the user's function adds."""

import importlib.util
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import CategoricalDistribution, IntDistribution

from charlab.builders.corpus import check_together
from charlab.config.compose import Composition
from charlab.config.hydra_app import check
from charlab.config.overrides import quote
from charlab.errors import CharlabError, ConfigError, one_line
from charlab.sweeps.search.parameter import Parameter
from charlab.sweeps.search.space import words_of
from charlab.sweeps.search.spec import SweepSpec
from charlab.sweeps.search.storage import quiet
from charlab.system.words import spelled

_PROBES = 20  # tries of the user's function before the first trial
_SHOWN = 100  # characters of what it returned


class SpaceFunctionError(ConfigError):
    """The user's function for dependent settings does not work."""


def choose(spec: SweepSpec, trial: optuna.trial.BaseTrial) -> list[str]:
    """The overrides of a trial, chosen by its study's sampler.

    Raises:
        SpaceFunctionError: if the user's function fails.
        optuna.TrialPruned: if it refuses the trial.
    """
    values = {p.key: _suggest(trial, p) for p in spec.parameters}
    arguments = [*spec.fixed, *words_of(spec.parameters, values)]
    if spec.function is None:
        return arguments
    function = load_function(spec.function)
    try:
        extra = function(trial)
    except optuna.TrialPruned:
        raise
    except Exception as error:
        raise SpaceFunctionError(f"{spec.function} failed: {one_line(error)}") from error
    if not isinstance(extra, Mapping):
        got = " ".join(repr(extra).split())[:_SHOWN]
        raise SpaceFunctionError(
            f"{spec.function} must return a mapping of settings to values, got {got}"
        )
    return [*arguments, *(f"{key}={_literal(value)}" for key, value in extra.items())]


def try_function(spec: SweepSpec, composition: Composition) -> None:
    """Tries the user's function on a few random trials.

    Raises:
        ConfigError: if it fails, refuses all of them, or gives what no run accepts.
    """
    quiet()
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(spec.seed))
    accepted = 0
    for _ in range(_PROBES):
        try:
            arguments = choose(spec, study.ask())
        except optuna.TrialPruned:
            continue
        try:
            check_together(check(composition.compose(arguments)))
        except CharlabError as error:
            given = " ".join(arguments)
            raise ConfigError(f"{spec.function} gave {given}: {one_line(error)}") from error
        accepted += 1
    if not accepted:
        raise ConfigError(f"{spec.function} refuses every one of {_PROBES} trials")


def _suggest(trial: optuna.trial.BaseTrial, parameter: Parameter) -> Any:
    asked: Any = parameter.distribution
    if isinstance(asked, CategoricalDistribution):
        return trial.suggest_categorical(parameter.key, asked.choices)
    if isinstance(asked, IntDistribution):
        return trial.suggest_int(
            parameter.key, asked.low, asked.high, step=asked.step, log=asked.log
        )
    return trial.suggest_float(parameter.key, asked.low, asked.high, step=asked.step, log=asked.log)


def load_function(reference: str) -> Callable[[Any], Any]:
    """The function that ``FILE.py:name`` names.

    Raises:
        SpaceFunctionError: if there is none.
    """
    path, _, name = reference.rpartition(":")
    if Path(path).suffix != ".py" or not Path(path).is_file():
        raise SpaceFunctionError(
            f"sweep.space_function={reference}: there is no file {path or reference}; "
            "write FILE.py:function"
        )
    loader = importlib.util.spec_from_file_location("charlab_space_function", path)
    assert loader is not None
    assert loader.loader is not None
    module = importlib.util.module_from_spec(loader)
    try:
        loader.loader.exec_module(module)
        function: Callable[[Any], Any] = getattr(module, name)
    except Exception as error:
        raise SpaceFunctionError(f"sweep.space_function={reference}: {one_line(error)}") from error
    if not callable(function):
        raise SpaceFunctionError(f"sweep.space_function={reference}: {name} is no function")
    return function


def _literal(value: Any) -> str:
    """A value in Hydra's syntax: a text is taken to be in it already, unless it is in a list."""
    if isinstance(value, list | tuple):
        items = (quote(item) if isinstance(item, str) else _literal(item) for item in value)
        return f"[{', '.join(items)}]"
    return spelled(value)
