"""Hydra's own settings on a command line: what charlab does as they say, and what it refuses."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from charlab.config.flags import GRID
from charlab.errors import ConfigError

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
_FOLDERS = ("hydra.run.dir", "hydra.sweep.dir", "hydra.sweep.subdir")


def require_known(flags: Sequence[str], words: Sequence[str]) -> bool:
    """Refuses what charlab could not do as a user of Hydra expects it, before a folder is made.

    Args:
        flags: of the command line.
        words: its overrides.

    Returns:
        Whether they ask for a grid of runs, or a sweep.

    Raises:
        ConfigError: in one line.
    """
    typed = _typed(words)
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
    for key in _FOLDERS:
        if key in typed and grid and "sweep" in typed:
            raise ConfigError(
                f"{key}: a sweep's trials go to sweeps/ in output_dir=, by sweep.name="
            )
        if key in typed and grid and key == "hydra.run.dir":
            raise ConfigError(f"{key} is the folder of one run: a grid's go below hydra.sweep.dir=")
        if key in typed and not grid and key != "hydra.run.dir":
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


def origin_words(hydra: Any) -> list[str]:
    """The words that say where a run's configuration was composed from, if not from ``conf/``.

    Args:
        hydra: the ``hydra`` node of the run's configuration.
    """
    name = hydra.job.config_name
    words = [] if name == "train" else [f"--config-name={name}"]
    sources = hydra.runtime.config_sources
    words += [f"--config-dir={s.path}" for s in sources if s.provider == "command-line"]
    return words + [w for w in hydra.overrides.hydra if w.startswith("hydra.searchpath=")]


def _typed(words: Sequence[str]) -> Mapping[str, str]:
    """Values by their keys, a group's written as a setting's; the last one counts."""
    pairs = (word.lstrip("+~").partition("=")[::2] for word in words)
    return {key.partition("@")[0].replace("/", "."): value for key, value in pairs}
