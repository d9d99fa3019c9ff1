"""Who works on which trial: locks that go with the process that holds them, however it ends."""

import binascii
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO, Any, Protocol

import sqlalchemy
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from charlab.errors import ConfigError
from charlab.sweeps.search.databases import one_line_errors
from charlab.sweeps.search.retries import patiently
from charlab.sweeps.search.spec import StudyLocation
from charlab.system.file_locks import lock
from charlab.system.files import open_regular

LOCKS = ".locks"  # the folder of a sweep's lock files, one for each trial


class Locks(Protocol):
    """A sweep's locks."""

    def alone(self) -> AbstractContextManager[None]:
        """Waits until no other process is choosing a trial, and keeps the others waiting."""
        ...

    def take(self, number: int) -> bool:
        """Makes a trial this process's own, until it ends or lets go; False: another has it."""
        ...

    def let_go(self, number: int) -> None:
        """Gives a trial back."""
        ...

    def keep(self, is_mine: Callable[[], bool], lost: Callable[[], None]) -> None:
        """Watches from now on over what this process has.

        Args:
            is_mine: whether no other process has taken it over.
            lost: called, by another thread, when one has.
        """
        ...


class FileLocks:
    """Locks of the kernel on files, for processes that share a file system.

    Args:
        folder: where the files are; made if need be.
        optional: whether a file system without locks will do.
    """

    def __init__(self, folder: Path, *, optional: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._optional = optional
        self._held: dict[int, Any] = {}

    @contextmanager
    def alone(self) -> Iterator[None]:
        """See :class:`Locks`."""
        with open_regular(self._folder / "choice", "w") as file:
            self._lock(file, wait=True)
            yield

    def take(self, number: int) -> bool:
        """See :class:`Locks`."""
        file = open_regular(self._folder / str(number), "w")
        if not self._lock(file, wait=False):
            file.close()
            return False
        self._held[number] = file
        return True

    def let_go(self, number: int) -> None:
        """See :class:`Locks`."""
        self._held.pop(number).close()

    def keep(self, is_mine: Callable[[], bool], lost: Callable[[], None]) -> None:
        """See :class:`Locks`. The kernel takes no lock away."""

    def _lock(self, file: IO[Any], *, wait: bool) -> bool:
        try:
            return lock(file, wait=wait)
        except OSError:
            if not self._optional:
                raise
            return True


class DatabaseLocks:
    """Locks of a PostgreSQL or MySQL server, for hosts that share no more than it.

    They belong to one connection of its own, and the server frees them when that breaks. It may
    break while its process lives: then another connection takes them again. Meanwhile processes
    that share a file system see by its locks that nobody died; one that does not may take a trial
    over, which its former owner finds out by the storage.

    Args:
        files: locks of a file system that some of the processes may share; None: of none.

    Raises:
        ConfigError: if the server is of another kind, or cannot be reached.
    """

    def __init__(self, url: str, name: str, files: FileLocks | None = None) -> None:
        with one_line_errors(url):
            self._engine = sqlalchemy.create_engine(
                url, poolclass=NullPool, isolation_level="AUTOCOMMIT"
            )
        server = self._engine.dialect.name
        if server not in _STATEMENTS:
            raise ConfigError(
                f"sweep.storage: workers cannot share a {server} storage; there is "
                "postgresql, mysql, or none at all for a file in the sweep's folder"
            )
        self._statements = _STATEMENTS[server]
        # MySQL's locks are the server's, not the database's
        self._name = f"{self._engine.url.database}/{name}"
        self._files = files
        self._held: set[int] = set()
        self._missing: set[int] = set()  # held, and not yet taken again by a new connection
        self._turn = threading.RLock()  # one connection, two threads
        self._connection: sqlalchemy.Connection | None = None
        with one_line_errors(url):
            self._connect()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """See :class:`Locks`."""
        with nullcontext() if self._files is None else self._files.alone():
            self._ask("wait", _CHOICE)
            self._held.add(_CHOICE)
            try:
                yield
            finally:
                self._free(_CHOICE)

    def take(self, number: int) -> bool:
        """See :class:`Locks`."""
        if self._files is not None and not self._files.take(number):
            return False
        taken = False
        try:
            taken = bool(self._ask("take", number))
        finally:
            if taken:
                self._held.add(number)
            elif self._files is not None:
                self._files.let_go(number)
        return taken

    def let_go(self, number: int) -> None:
        """See :class:`Locks`."""
        self._free(number)
        if self._files is not None:
            self._files.let_go(number)

    def keep(self, is_mine: Callable[[], bool], lost: Callable[[], None]) -> None:
        """See :class:`Locks`."""

        def watch() -> None:
            while True:
                time.sleep(_SECONDS_BETWEEN_STATUSES)
                if not self._look_after() and not is_mine():
                    lost()
                    return

        threading.Thread(target=watch, daemon=True).start()

    def _look_after(self) -> bool:
        """Mends the connection if need be; whether all that was held is held."""
        with self._turn:
            with suppress(DBAPIError):  # the server is away: so are its other locks
                self._execute("look", _CHOICE)
                for number in list(self._missing):
                    if self._execute("take", number):
                        self._missing.discard(number)
            return not self._missing

    def _ask(self, what: str, number: int) -> Any:
        with self._turn:
            return patiently(lambda: self._execute(what, number))

    def _free(self, number: int) -> None:
        with self._turn:
            self._held.discard(number)
            self._missing.discard(number)
            with suppress(DBAPIError):  # without the connection it is free already
                if self._connection is not None:
                    self._execute("free", number)

    def _connect(self) -> sqlalchemy.Connection:
        connection = self._engine.connect()
        for statement in _SETTINGS[self._engine.dialect.name]:
            connection.exec_driver_sql(statement)
        self._connection = connection
        self._missing = set(self._held)
        for number in self._held:
            if self._execute("take", number):
                self._missing.discard(number)
        return connection

    def _execute(self, what: str, number: int) -> Any:
        hashed = binascii.crc32(self._name.encode()) - 2**31  # a signed integer of 4 bytes
        values = {"name": hashed, "number": number, "word": f"charlab {hashed} {number}"}
        statement = sqlalchemy.text(self._statements[what])
        wanted = {key: values[key] for key in statement.compile().params}
        connection = self._connection or self._connect()
        try:
            return connection.execute(statement, wanted).scalar()
        except DBAPIError:
            self._connection = None  # another one, whatever is the matter with this
            with suppress(SQLAlchemyError):
                connection.close()
            raise


_CHOICE = -1
_SECONDS_BETWEEN_STATUSES = 2.0
_STATEMENTS = {
    "postgresql": {
        "wait": "SELECT pg_advisory_lock(:name, :number)",
        "take": "SELECT pg_try_advisory_lock(:name, :number)",
        "free": "SELECT pg_advisory_unlock(:name, :number)",
        "look": "SELECT 1",
    },
    "mysql": {
        "wait": "SELECT GET_LOCK(:word, -1)",
        "take": "SELECT GET_LOCK(:word, 0)",
        "free": "SELECT RELEASE_LOCK(:word)",
        "look": "SELECT 1",
    },
}
_STATEMENTS["mariadb"] = _STATEMENTS["mysql"] | {"wait": "SELECT GET_LOCK(:word, 31536000)"}

# A trial may take days, in which its connection is silent: the server is not to end it. A host
# that falls silent for good, though, loses its locks in two minutes rather than in hours.
_SETTINGS = {
    "postgresql": (
        "SELECT set_config(name, '0', false) FROM pg_settings "
        "WHERE name IN ('idle_session_timeout', 'statement_timeout', 'lock_timeout')",
        "SET tcp_keepalives_idle = 60",
        "SET tcp_keepalives_interval = 15",
        "SET tcp_keepalives_count = 4",
    ),
    "mysql": ("SET SESSION wait_timeout = 31536000",),
}
_SETTINGS["mariadb"] = _SETTINGS["mysql"]


def locks_for(location: StudyLocation) -> Locks:
    """The locks that fit a sweep's storage."""
    is_file = location.storage.startswith("sqlite")
    files = FileLocks(location.folder / LOCKS, optional=not is_file)
    return files if is_file else DatabaseLocks(location.storage, location.name, files)
