"""Hydra around a function: composition, grids, ``--help``; and its errors in one line."""

import argparse
import contextlib
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from charlab.config.fields import choices_with, dotted_keys
from charlab.config.flags import sort_flags
from charlab.config.help import describe_group, describe_settings, wants_settings
from charlab.config.help_layout import show_help
from charlab.config.hydra_settings import (
    composed_once,
    looked_into_first,
    origin_words,
    own_configurations,
    own_folder,
    require_known,
)
from charlab.config.later_settings import with_later_model
from charlab.config.loggers import require_loggers
from charlab.config.overrides import as_typed, protect
from charlab.config.schema import RunOptions
from charlab.config.sweep_schema import SweepConfig
from charlab.config.unknown_words import nearest_key, no_choice, unknown_key
from charlab.config.validation import build
from charlab.errors import CharlabError, ConfigError
from charlab.system.entry_point import command_line, conf_folder

FULL_ERROR = "HYDRA_FULL_ERROR"
_ENVIRONMENT = re.compile(r"(?<!\\)(?:\\\\)*\$\{\s*oc\.env\b")  # "\${" is no interpolation


def run_composed(
    job: Callable[[RunOptions, str, Sequence[str], Path | None], int],
    report: Callable[[Exception], int | None],
    announce: Callable[[Sequence[str], int | None], None],
) -> int:
    """Lets Hydra compose the configuration from the command line and runs a job for each.

    Args:
        job: takes checked options, the composed YAML, the words that make it again and the folder
            that the user gave the run (``hydra.run.dir``); returns an exit code.
        report: says what was wrong with a job and returns its exit code (None: it does not know
            either); the other jobs of a grid go on.
        announce: told of each job of a grid before it begins: the words that not all have, and
            how many jobs there are, if that is known.

    Returns:
        The highest exit code of all jobs (a grid has several).

    Raises:
        ConfigError: if the arguments of the command line do not make a configuration.
    """
    flags, arguments = sort_flags(sys.argv[1:], known_words())
    folders, flags = own_configurations(flags)
    if wants_settings(flags):
        with looked_into_first(folders), _worded():
            show_help(describe_settings([*flags, *arguments]))
        return 0
    grid = require_known(flags, arguments)
    import hydra
    from hydra.core.hydra_config import HydraConfig
    from omegaconf import DictConfig, OmegaConf

    codes = [0]

    def task_function(config: DictConfig) -> None:
        composed = HydraConfig.get()
        if max(codes) > _SIGNALLED:  # whoever stopped a job of a grid wants no more of them
            return
        overrides = [*origin_words(composed), *composed.overrides.task]
        if grid:
            total, differing = _jobs(composed, words)
            own = [as_typed(word) for word in composed.overrides.task]
            announce([w for w in own if w.partition("=")[0] in differing] or own, total)
        try:
            codes.append(
                job(check(config), OmegaConf.to_yaml(config), overrides, own_folder(composed))
            )
        except Exception as error:
            code = report(error)
            if code is None:
                raise
            codes.append(code)

    words = protect(arguments, grid=grid)
    sys.argv[1:] = [*flags, *words]
    main = hydra.main(version_base="1.3", config_path=str(conf_folder()), config_name="train")
    with looked_into_first(folders), _worded(), _help_unchecked(), composed_once(grid=grid):
        main(task_function)()
    return max(codes)


def help_of_group(arguments: Sequence[str], group: str) -> str:
    """What ``--help`` says of a group's choices and settings.

    Raises:
        ConfigError: if the arguments make no configuration.
    """
    folders, _ = own_configurations([])
    words = [word for word in arguments if "=" in word and not word.startswith(("-", "output="))]
    with looked_into_first(folders), _worded():
        return describe_group(words, group)


def _jobs(hydra: Any, words: Sequence[str]) -> tuple[int | None, set[str]]:
    """How many jobs Hydra makes of a grid's words, and which settings differ among them.

    Args:
        hydra: the ``hydra`` node of a job's configuration.

    Returns:
        The number is None where a sweeper of the user's own makes the jobs.
    """
    from hydra._internal.core_plugins.basic_sweeper import BasicSweeper
    from hydra.core.global_hydra import GlobalHydra
    from hydra.core.override_parser.overrides_parser import OverridesParser

    if not str(hydra.sweeper._target_).endswith(f".{BasicSweeper.__name__}"):
        return None, set()
    parser = OverridesParser.create(GlobalHydra.instance().config_loader())
    of_jobs = [word for word in words if not word.lstrip("+~").startswith("hydra")]
    own = [f"{key}={value}" for key, value in (hydra.sweeper.params or {}).items()]
    overrides = parser.parse_overrides([*own, *of_jobs])
    (jobs,) = BasicSweeper.split_arguments(overrides, None)
    return len(jobs), {o.get_key_element() for o in overrides if o.is_sweep_override()}


@contextlib.contextmanager
def _worded() -> Iterator[None]:
    """Words Hydra's errors, which come through instead of being printed; not if a wish says so."""
    wish = os.environ.get(FULL_ERROR)
    os.environ[FULL_ERROR] = "1"
    try:
        with contextlib.nullcontext() if wish == "1" else explained():
            yield
    finally:
        os.environ.pop(FULL_ERROR)
        if wish is not None:
            os.environ[FULL_ERROR] = wish


@contextlib.contextmanager
def _help_unchecked() -> Iterator[None]:
    """Python 3.14's argparse wants each help text at once; Hydra 1.3 has one that it makes late."""
    parser: Any = argparse.ArgumentParser
    parser._check_help = lambda *_: None
    try:
        yield
    finally:
        del parser._check_help


def check(config: Any) -> RunOptions:
    """A composed configuration as typed options.

    Raises:
        ConfigError: a line for each fault; also where a value comes from the environment, which
            a checkpoint must not hold, where a sweep was asked for without ``-m``, and where a
            logger is not installed.
    """
    from omegaconf import OmegaConf

    if config.get("sweep") is not None:
        raise ConfigError(
            "sweep=… makes many runs: add -m, as in " + command_line("train", "-m", "sweep=optuna")
        )

    if _reads_environment(OmegaConf.to_container(config, resolve=False)):
        raise ConfigError(
            "a setting takes its value from the environment (oc.env); checkpoints hold all "
            "settings and are shared, so write the value out"
        )
    plain = OmegaConf.to_container(config, resolve=True)
    assert isinstance(plain, dict)
    settings = {str(key): value for key, value in plain.items() if key != "sweep"}
    options = build(RunOptions, {"callbacks": {}, **with_later_model(settings)})
    require_loggers(options.logger)
    return options


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Raises what `explain` knows as a ConfigError of that line."""
    try:
        yield
    except CharlabError:
        raise
    except Exception as error:
        message = explain(error)
        if message is None:
            raise
        raise ConfigError(message) from error


def explain(error: BaseException) -> str | None:
    """One line for an error of Hydra or OmegaConf about the command line; None for any other."""
    from hydra.errors import HydraException, MissingConfigException
    from omegaconf.errors import OmegaConfBaseException

    if isinstance(error, MissingConfigException) and error.missing_cfg_file:
        group, _, choice = str(error.missing_cfg_file).partition("/")
        # of several choices for a group Hydra does not say what there would be
        options = sorted(error.options or [p.stem for p in (conf_folder() / group).glob("*.yaml")])
        if group and options:
            return no_choice(group, choice, options)
    if isinstance(error, ValueError) and str(error).startswith("Config group override"):
        return (
            f"a group is chosen by name, as in model=lstm or debug=smoke; the groups: "
            f"{', '.join(_GROUPS)}; to go without one, leave it out"
        )
    if isinstance(error, ValueError) and str(error).startswith("Only one of --run"):
        return "--cfg, --info and -m exclude each other: leave -m out to look at a configuration"
    if isinstance(error, ValueError) and "integer string conversion" in str(error):
        return "a whole number among the settings has too many digits"
    if isinstance(error, HydraException | OmegaConfBaseException):
        cause = error.__cause__
        key = getattr(cause, "full_key", None)
        if key and "not in struct" in str(cause):
            whole = re.match(r"Could not override '([^']+)'", str(error))
            key = whole[1] if whole and nearest_key(whole[1], known_words()) else key
            return unknown_key(key, known_words(), choices_with(RunOptions, key))
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        return _reword(lines, cause) if lines else type(error).__name__
    return None


def _reads_environment(value: Any) -> bool:
    """Whether an interpolation somewhere in unresolved data asks for an environment variable."""
    if isinstance(value, dict):
        return any(_reads_environment(item) for item in value.values())
    if isinstance(value, list):
        return any(_reads_environment(item) for item in value)
    return isinstance(value, str) and _ENVIRONMENT.search(value) is not None


def _reword(lines: list[str], cause: BaseException | None) -> str:
    first = lines[0]
    if "does not support sweep type" in first:
        return "interval(…) is for a search, which needs sweep=optuna: -m sweep=optuna …"
    if "NoneType is incompatible" in first:
        return "choice(…) cannot hold null; a list of values can: key=null,1,2"
    if first.startswith("Could not override '"):
        key = first.split("'")[1]
        group = key.rsplit("@", 1)[0]
        return unknown_key(group, known_words())
    if "missing EQUAL" in first:
        return f"{first.split(chr(39))[1]!r} is not of the form key=value"
    if first.startswith("Cannot find primary config"):
        return f"there is no configuration {first.split(chr(39))[1]!r} (--config-name)"
    if first.startswith("Error merging override"):
        return f"{first}: {str(cause).splitlines()[0]}" if str(cause or "") else first
    if first.startswith("Ambiguous value"):
        return f"{first}: several values make a grid of runs, which needs -m"
    if "LexerNoViableAltException" in first or "mismatched input" in first or "token" in first:
        word = first.split(":", 1)[-1].strip()
        return (
            f"Hydra cannot read this override ({word}); put quotes around a value with special "
            "characters: 'key=\"value\"'"
        )
    return " ".join(lines[:2])


_SIGNALLED = 128  # exit codes above are 128 + a signal's number
_GROUPS = (
    "dataset",
    "model",
    "task",
    "optimizer",
    "scheduler",
    "trainer",
    "callbacks",
    "logger",
    "sweep",
    "experiment",
    "debug",
)


def known_words() -> list[str]:
    """What may stand before the ``=`` of an override: settings and groups."""
    return [*dotted_keys(RunOptions, {}), *dotted_keys(SweepConfig, {}), *_GROUPS, "init"]
