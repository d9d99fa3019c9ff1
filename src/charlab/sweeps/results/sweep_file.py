"""``sweep.json``: where a sweep's storage is, so that its folder alone is enough to read it."""

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from charlab.config.sweep_schema import SweepOptions
from charlab.errors import SweepError
from charlab.sweeps.search.databases import with_driver, without_password
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.search.trial_folders import read_mapping
from charlab.system.files import write_json

RECORD = "sweep.json"


def write_record(
    folder: Path,
    location: StudyLocation,
    n_trials: int,
    options: SweepOptions,
    words: Sequence[str],
) -> None:
    """Writes it, with the words that go on with the sweep. No password may be in them.

    One in the storage's URL stays out.
    """
    is_file = location.storage.startswith("sqlite")
    write_json(
        folder / RECORD,
        {
            "name": location.name,
            "storage": None if is_file else without_password(location.storage),
            "n_trials": n_trials,
            "workers": options.workers,
            "finalists": options.finalists,
            "finalist_seeds": options.finalist_seeds,
            "words": list(words),
        },
    )


def read_record(folder: Path) -> dict[str, Any]:
    """Reads it.

    Raises:
        SweepError: if it is not there or damaged.
    """
    record = read_mapping(folder / RECORD)
    if not record:
        raise SweepError(f"{folder} is no sweep: its {RECORD} cannot be read")
    if type(record.get("n_trials")) is not int or not isinstance(record.get("name"), str):
        raise SweepError(f"{folder / RECORD} is damaged")
    return record


def location_of(folder: Path, record: dict[str, Any], storage: str | None = None) -> StudyLocation:
    """Where the sweep of a folder is.

    Args:
        folder: the sweep's.
        record: what :func:`read_record` gave.
        storage: its URL, where it is no file in that folder.

    Raises:
        SweepError: if it is elsewhere and was not given: a folder may come from anywhere, and is
            not to choose what is connected to.
    """
    if storage is None and record.get("storage") is not None:
        raise SweepError(
            f"the storage of the sweep in {folder} is a server, which its own word is not enough "
            f"for: add storage={shlex.quote(str(record['storage'])[:200])} (with the password, if "
            "there is one)"
        )
    return StudyLocation(
        record["name"], folder, with_driver(storage) if storage else file_url(folder)
    )


def file_url(folder: Path) -> str:
    """The URL of the storage in a sweep's folder, whatever characters the path has."""
    import sqlalchemy

    path = str(folder.absolute() / "study.db")
    return sqlalchemy.engine.URL.create("sqlite", database=path).render_as_string()
