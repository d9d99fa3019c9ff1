"""The storage of a sweep's study: opened with care, and patient with what passes."""

import functools
import os
import sqlite3
import stat
import urllib.parse
import warnings
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import RDBStorage
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from charlab.errors import ConfigError
from charlab.sweeps.search.databases import describe, file_of, one_line_errors
from charlab.sweeps.search.retries import (
    StorageError,
    TrialThereError,
    first_line,
    passing,
    patiently,
)

_BEGINNINGS = 20  # tries to open a storage that another process is just making
_LARGEST = 4 * 2**30  # bytes of a storage's file that is read
_BUSY = 60  # seconds that SQLite waits for another process
# The end of a rollback journal that names another file, a "super-journal"
_NAMES_A_FILE = bytes((0xD9, 0xD5, 0x05, 0xF9, 0x20, 0xA1, 0x63, 0xD7))


class PatientStorage(RDBStorage):
    """Optuna's storage, whose every call is repeated while the server or the disk is away.

    Attributes:
        next_number: the number that the next new trial is to have; None: any.
    """

    next_number: int | None = None

    @staticmethod
    def _fill_storage_url_template(template: str) -> str:
        return template  # braces in a path are braces

    def _get_prepared_new_trial(self, *arguments: Any) -> Any:
        """Creates nothing if another trial came in between, or a try before did it after all."""
        trial = super()._get_prepared_new_trial(*arguments)
        if self.next_number not in (None, trial.number):
            raise TrialThereError(f"trial {self.next_number} is there already")
        return trial


def _guarded(method: Callable[..., Any], *, repeats: bool) -> Callable[..., Any]:
    """A method of the storage whose errors pass, or are one line."""

    @functools.wraps(method)
    def call(self: PatientStorage, *arguments: Any, **named: Any) -> Any:
        def act() -> Any:
            return method(self, *arguments, **named)

        try:
            return patiently(act) if repeats else act()
        except (SQLAlchemyError, optuna.exceptions.StorageInternalError) as error:
            if isinstance(error, IntegrityError) or (not repeats and passing(error)):
                raise
            cause = error.__cause__ or error
            raise StorageError(f"{describe(self.url)}: {first_line(cause)}") from error

    return call


_REPEATABLE = (
    *("create_new_study", "set_study_user_attr", "set_study_system_attr"),
    *("get_study_id_from_name", "get_study_name_from_id", "get_study_directions"),
    *("get_study_user_attrs", "get_study_system_attrs", "get_all_studies"),
    *("get_trial_id_from_study_id_trial_number", "get_trial", "get_all_trials", "_get_trials"),
    *("_get_best_trial_id", "_set_trial_param", "set_trial_state_values"),
    *("set_trial_intermediate_value", "set_trial_user_attr", "set_trial_system_attr"),
)
for _name in _REPEATABLE:
    setattr(PatientStorage, _name, _guarded(getattr(RDBStorage, _name), repeats=True))
# Repeated blindly, this might make two trials: see charlab.sweeps.workers.claim
_create = _guarded(RDBStorage._create_new_trial, repeats=False)
PatientStorage._create_new_trial = _create  # type: ignore[method-assign]


def open_storage(url: str, *, reading: bool = False) -> PatientStorage:
    """The storage behind a URL.

    Args:
        reading: whether nothing is to be written: a file is neither made nor changed.

    Raises:
        ConfigError: if it cannot be reached, or is damaged.
    """
    quiet()
    options: dict[str, Any] = {"pool_pre_ping": True, "pool_size": 2}
    file = file_of(url)
    if file is not None:
        options["connect_args"] = {"timeout": _BUSY}
        if reading or file.exists():
            _require_sound(file)
        if reading:
            options["creator"] = functools.partial(_connect_to_read, file)
    with one_line_errors(url):
        for _ in range(_BEGINNINGS):
            try:
                return PatientStorage(url, dict(options), skip_table_creation=reading)
            except (SQLAlchemyError, AssertionError) as error:
                if not _is_half_made(error):
                    raise
                last = error
        raise last


def quiet() -> None:
    """Keeps Optuna's own remarks off the screen."""
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore", module="optuna")
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)


def _is_half_made(error: Exception) -> bool:
    """Whether another process was making the storage's tables just then."""
    text = str(error).lower()
    return (
        isinstance(error, IntegrityError | AssertionError)
        or "already exists" in text
        or "duplicate" in text
    )


def _require_sound(file: Path) -> None:
    """Looks at a storage's file before anything that it says is followed.

    Raises:
        ConfigError: if it is no regular file, no database, damaged, or holds more than data.
    """
    try:
        found = file.lstat()
        if not stat.S_ISREG(found.st_mode):
            raise ConfigError(f"{file} is not a regular file")
        if found.st_size > _LARGEST:
            raise ConfigError(f"{file} is larger than {_LARGEST:,} bytes")
        _undo_what_was_cut_off(file)
        with closing(_connect_to_read(file)) as connection:
            ((verdict, *_),) = connection.execute("PRAGMA quick_check(1)").fetchall()
            kinds = {kind for (kind,) in connection.execute("SELECT type FROM sqlite_schema")}
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}") from error
    except (sqlite3.Error, ValueError) as error:
        raise ConfigError(f"{file} cannot be read as a sweep's storage: {error}") from error
    if verdict != "ok":
        raise ConfigError(f"{file} is damaged: {verdict.splitlines()[-1]}")
    if not kinds <= {"table", "index"}:
        raise ConfigError(f"{file} holds more than tables, so no study: {', '.join(sorted(kinds))}")


def _undo_what_was_cut_off(file: Path) -> None:
    """Rolls back what a killed process had half written: until then, nobody can read the file.

    Raises:
        ConfigError: if the file may not be written, or the journal names another file: SQLite would
            delete that (https://www.sqlite.org/fileformat.html#the_rollback_journal).
    """
    journal = file.with_name(f"{file.name}-journal")
    with suppress(FileNotFoundError):  # journals of a sweep that goes on come and go
        if not stat.S_ISREG(journal.lstat().st_mode):
            raise ConfigError(f"{journal} is not a regular file")
    try:
        with closing(_connect_to_read(file)) as connection:
            connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_READONLY_ROLLBACK:
            raise
    else:
        return
    with suppress(FileNotFoundError), journal.open("rb") as content:  # unless another was faster
        content.seek(-len(_NAMES_A_FILE), os.SEEK_END)
        if content.read() == _NAMES_A_FILE:
            raise ConfigError(f"{journal} belongs to more than a sweep's storage: not followed")
    try:
        with closing(_connect_to_read(file, "rw")) as connection:
            connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError as error:
        raise ConfigError(
            f"{file} was left half written by a process that was killed, and may not be written "
            f"here to undo that ({error}): take a copy of the folder"
        ) from error


def _connect_to_read(file: Path, mode: str = "ro") -> sqlite3.Connection:
    """A connection that makes no file, and in its first mode changes none."""
    name = f"file:{urllib.parse.quote(str(file.absolute()))}?mode={mode}"
    return sqlite3.connect(name, timeout=_BUSY, uri=True, check_same_thread=False)
