"""Hydra's own settings on a command line: what charlab does as they say, and what it refuses."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from charlab.config.flags import GRID
from charlab.errors import ConfigError
from charlab.system.entry_point import conf_folder

_LOG = "a run's log is train.log in its folder, and trainer.progress= says what the screen shows"
_REFUSED = {
    "hydra.job.chdir": "dataset.path and output_dir count from where you are; hydra.run.dir= alone "
    "gives a run its folder",
    "hydra.output_subdir": "the composed configuration is in the run's folder, in .hydra, where "
    "reports and resume= look for it",
    "hydra.job_logging": _LOG,
    "hydra.hydra_logging": _LOG,
    "hydra.verbose": _LOG,
}
_OFF = ("null", "none", "false")
_DIR = "--config-dir"
PROVIDER = "user"  # of configurations, as Hydra names their sources
FIRST: list[str] = []  # folders that the search path plugin puts before charlab's own
OPEN_GROUPS = ("optimizer", "scheduler", "callbacks")  # their settings may have any name
_FOLDERS = ("hydra.run.dir", "hydra.sweep.dir", "hydra.sweep.subdir")


def require_known(flags: Sequence[str], arguments: Sequence[str]) -> bool:
    """Refuses what charlab could not do as a user of Hydra expects it, before a folder is made.

    Returns:
        Whether they ask for a grid of runs, or a sweep.

    Raises:
        ConfigError: in one line.
    """
    typed = _typed(arguments)
    for key, value in typed.items():
        reason = next((r for k, r in _REFUSED.items() if f"{key}.".startswith(f"{k}.")), None)
        if reason is not None and value.lower() not in _OFF:
            raise ConfigError(f"{key} is not used here: {reason}")
        if key in _FOLDERS and value.lower() in ("", "null", "''", '""'):
            raise ConfigError(f"{key} is empty: give a folder, or leave it out")
    mode = typed.get("hydra.mode", "MULTIRUN" if GRID in flags else "RUN")
    if mode not in ("RUN", "MULTIRUN") or (mode == "RUN" and GRID in flags):
        raise ConfigError(f"hydra.mode={mode}: it is RUN, or MULTIRUN, which -m stands for")
    grid = mode == "MULTIRUN"
    for key in (key for key in _FOLDERS if key in typed):
        if grid and "sweep" in typed:
            raise ConfigError(
                f"{key}: a sweep's trials go to sweeps/ in output_dir=, by sweep.name="
            )
        if grid and key == "hydra.run.dir":
            raise ConfigError(f"{key} is the folder of one run: a grid's go below hydra.sweep.dir=")
        if not grid and key != "hydra.run.dir":
            raise ConfigError(f"{key} is for a grid (-m): one run goes to hydra.run.dir=")
    return grid


def own_folder(hydra: Any) -> Path | None:
    """The folder that the user gave a run; None: charlab chooses one.

    Args:
        hydra: the ``hydra`` node of the run's configuration.
    """
    typed = _typed(hydra.overrides.hydra)
    if hydra.mode.name == "RUN":
        is_own = "hydra.run.dir" in typed or str(hydra.run.dir) != "."
        return Path(hydra.run.dir) if is_own else None
    if not {"hydra.sweep.dir", "hydra.sweep.subdir"} & set(typed):
        return None
    subdir = hydra.sweep.subdir if "hydra.sweep.subdir" in typed else hydra.job.num
    return Path(hydra.sweep.dir) / str(subdir)


def own_configurations(flags: Sequence[str]) -> tuple[list[str], list[str]]:
    """Where the user's own configurations are: ``--config-dir``, else ``./conf`` if there is one.

    Args:
        flags: of the command line.

    Returns:
        The folders to be looked into before charlab's own, and the flags without ``--config-dir``.

    Raises:
        ConfigError: if the folder is not there.
    """
    given = dict(flag.partition("=")[::2] for flag in flags)
    rest = [flag for flag in flags if not flag.startswith(f"{_DIR}=")]
    folder = Path(given.get(_DIR, "conf")).absolute()
    if not folder.is_dir() and _DIR in given:
        raise ConfigError(f"{_DIR}={given[_DIR]}: there is no such folder")
    by_itself = _DIR not in given and "--config-path" in given
    is_own = folder.resolve() == conf_folder().resolve()
    return ([] if by_itself or is_own or not folder.is_dir() else [str(folder)]), rest


@contextlib.contextmanager
def looked_into_first(folders: Sequence[str]) -> Iterator[None]:
    """Has Hydra find what these folders hold before what charlab's own folder does."""
    before = list(FIRST)
    FIRST[:] = folders
    try:
        yield
    finally:
        FIRST[:] = before


@contextlib.contextmanager
def composed_once(*, grid: bool) -> Iterator[None]:
    """Has Hydra compose what a command line asks for once.

    ``hydra.main`` composes the whole configuration to learn ``hydra.mode`` from it, and then again
    with the mode among the words: an eighth of a second on two cores, before anything is said.

    Args:
        grid: whether the command line asks for a grid or a sweep.
    """
    from hydra._internal.config_loader_impl import ConfigLoaderImpl
    from hydra.types import RunMode

    loader: Any = ConfigLoaderImpl
    load = loader.load_configuration
    wanted = RunMode.MULTIRUN if grid else RunMode.RUN
    word = f"hydra.mode={wanted.name}"
    made: list[tuple[Any, ...]] = []

    def load_once(
        self: Any,
        config_name: str | None,
        overrides: list[str],
        run_mode: RunMode,
        from_shell: bool = True,
        validate_sweep_overrides: bool = True,
    ) -> Any:
        if not validate_sweep_overrides:  # to learn the mode; what it raises is raised again later
            config = load(self, config_name, overrides, wanted, from_shell)
            made.append((config_name, [*overrides, word], wanted, config))
            return config
        name, words, mode, config = made.pop() if made else (None, None, None, None)
        if (name, words, mode) != (config_name, overrides, run_mode):
            return load(self, config_name, overrides, run_mode, from_shell)
        config.hydra.mode = mode
        config.hydra.overrides.hydra.append(word)
        return config

    loader.load_configuration = load_once
    try:
        yield
    finally:
        loader.load_configuration = load


def origin_words(hydra: Any) -> list[str]:
    """The words that say where a run's configuration was composed from, if not from ``conf/``.

    Args:
        hydra: the ``hydra`` node of the run's configuration.
    """
    name = hydra.job.config_name
    words = [] if name == "train" else [f"--config-name={name}"]
    sources = hydra.runtime.config_sources
    words += [f"{_DIR}={s.path}" for s in sources if s.provider == PROVIDER]
    return words + [w for w in hydra.overrides.hydra if w.startswith("hydra.searchpath=")]


def _typed(arguments: Sequence[str]) -> Mapping[str, str]:
    """Values by their keys, a group's written as a setting's; the last one counts."""
    pairs = (word.lstrip("+~").partition("=")[::2] for word in arguments)
    return {key.partition("@")[0].replace("/", "."): value for key, value in pairs}
