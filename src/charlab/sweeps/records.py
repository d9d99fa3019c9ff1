"""``sweep.json``: where a sweep's storage is, so that its folder alone is enough to read it."""

from pathlib import Path
from typing import Any

from charlab.config.sweep_schema import SweepOptions
from charlab.errors import SweepError
from charlab.files import read_json, write_json
from charlab.sweeps.databases import with_driver, without_password
from charlab.sweeps.spec import Address

RECORD = "sweep.json"


def write_record(folder: Path, address: Address, n_trials: int, options: SweepOptions) -> None:
    """Writes it. A password in the storage's URL stays out."""
    write_json(
        folder / RECORD,
        {
            "name": address.name,
            "storage": _public(address.storage),
            "n_trials": n_trials,
            "workers": options.workers,
            "finalists": options.finalists,
            "finalist_seeds": options.finalist_seeds,
        },
    )


def read_record(folder: Path) -> dict[str, Any]:
    """Reads it.

    Raises:
        SweepError: if it is not there or damaged.
    """
    try:
        record = read_json(folder / RECORD)
    except (OSError, ValueError) as error:
        raise SweepError(f"{folder} is no sweep: its {RECORD} cannot be read") from error
    if not isinstance(record.get("n_trials"), int):
        raise SweepError(f"{folder / RECORD} is damaged")
    return record


def address_of(folder: Path, record: dict[str, Any], storage: str | None = None) -> Address:
    """Where the sweep of a folder is.

    Args:
        folder: the sweep's.
        record: what :func:`read_record` gave.
        storage: its URL, where it cannot be read without a password.
    """
    own = None if storage is None else with_driver(storage)
    url = own or record.get("storage") or file_url(folder)
    return Address(str(record["name"]), folder, str(url))


def file_url(folder: Path) -> str:
    """The URL of the storage in a sweep's folder, whatever characters the path has."""
    import sqlalchemy

    path = str(folder.absolute() / "study.db")
    return sqlalchemy.engine.URL.create("sqlite", database=path).render_as_string()


def _public(storage: str) -> str | None:
    return None if storage.startswith("sqlite") else without_password(storage)
