"""Whose a trial's folder is: the same identity stands in the storage and in the folder.

A folder outlives its study: the storage may be removed, emptied, replaced, or be another one under
the same name. What lies there then is no result of the new study's trial.
"""

import itertools
from pathlib import Path
from typing import Any

from charlab.errors import SweepError
from charlab.runs import folder as runs
from charlab.system.files import read_json, write_json
from charlab.system.terminal import warn
from charlab.system.words import counted

MARKER = "trial.json"


def require_no_trials(folder: Path) -> None:
    """Keeps a new study out of a folder where another one's trials are.

    Raises:
        SweepError: if there are some.
    """
    found = sorted(p.name for p in folder.glob("*") if p.name.isdigit() and _holds_run(p))
    if found:
        raise SweepError(
            f"{folder} holds {counted(len(found), 'trial')} of a sweep that is not in this "
            "storage: choose another sweep.name, or move that folder away"
        )


def take_folder(folder: Path, identity: str | None) -> None:
    """Makes a folder a trial's own; what another study's trial left there is moved aside.

    Args:
        identity: the trial's; None of one that an earlier version began.

    Raises:
        RunInUseError: if a run of another study goes on in it.
    """
    if not belongs(folder, identity) and _holds_run(folder):
        with runs.exclusive(folder):
            names = (folder.with_name(f"{folder.name}.left-over-{n}") for n in itertools.count(1))
            aside = next(name for name in names if not name.exists())
            folder.rename(aside)
        warn(f"{folder} held a run of another sweep, which is {aside.name} now; the trial is new")
    if identity is not None:
        folder.mkdir(parents=True, exist_ok=True)
        write_json(folder / MARKER, {"identity": identity})


def belongs(folder: Path, identity: str | None) -> bool:
    """Whether a folder is of the trial with this identity."""
    return read_mapping(folder / MARKER).get("identity") == identity


def read_mapping(path: Path) -> dict[str, Any]:
    """A small file of JSON as a mapping; empty where there is none that can be read."""
    try:
        return read_json(path)
    except (OSError, ValueError):
        return {}


def _holds_run(folder: Path) -> bool:
    return any((folder / name).exists() for name in (MARKER, runs.CHECKPOINTS, "metrics.json"))
