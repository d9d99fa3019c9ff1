"""Who works on which trial: locks that go with the process that holds them, however it ends."""

import binascii
import fcntl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from charlab.errors import ConfigError
from charlab.sweeps.databases import one_line_errors

if TYPE_CHECKING:
    import sqlalchemy

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


class FileLocks:
    """Locks of the kernel on files, for processes that share a file system.

    Args:
        folder: where the files are; made if need be.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._held: dict[int, Any] = {}

    @contextmanager
    def alone(self) -> Iterator[None]:
        """See :class:`Locks`."""
        with (self._folder / "choice").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def take(self, number: int) -> bool:
        """See :class:`Locks`."""
        file = (self._folder / str(number)).open("w")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._held[number] = file
        return True

    def let_go(self, number: int) -> None:
        """See :class:`Locks`."""
        self._held.pop(number).close()


class DatabaseLocks:
    """Locks of a PostgreSQL or MySQL server, for hosts that share no more than it.

    They belong to one connection of its own, and the server frees them when that breaks.

    Args:
        url: the storage's.
        name: the sweep's.

    Raises:
        ConfigError: if the server is of another kind, or cannot be reached.
    """

    def __init__(self, url: str, name: str) -> None:
        import sqlalchemy
        from sqlalchemy.pool import NullPool

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
        self._held: set[int] = set()
        with one_line_errors(url):
            self._connection = self._connect()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """See :class:`Locks`."""
        self._ask("wait", _CHOICE)
        self._held.add(_CHOICE)
        try:
            yield
        finally:
            self.let_go(_CHOICE)

    def take(self, number: int) -> bool:
        """See :class:`Locks`."""
        taken = bool(self._ask("take", number))
        if taken:
            self._held.add(number)
        return taken

    def let_go(self, number: int) -> None:
        """See :class:`Locks`."""
        from sqlalchemy.exc import DBAPIError

        self._held.discard(number)
        with suppress(DBAPIError):  # without the connection it is free already
            self._execute("free", number)

    def _connect(self) -> "sqlalchemy.Connection":
        connection = self._engine.connect()
        for statement in _SETTINGS[self._engine.dialect.name]:
            connection.exec_driver_sql(statement)
        return connection

    def _ask(self, what: str, number: int) -> Any:
        """Asks the server; a connection that broke while it held nothing is made anew."""
        from sqlalchemy.exc import DBAPIError

        try:
            return self._execute(what, number)
        except DBAPIError as error:
            if self._held or not error.connection_invalidated:
                raise
            return self._execute(what, number)

    def _execute(self, what: str, number: int) -> Any:
        import sqlalchemy

        hashed = binascii.crc32(self._name.encode()) - 2**31  # a signed integer of 4 bytes
        values = {"name": hashed, "number": number, "word": f"charlab {hashed} {number}"}
        statement = sqlalchemy.text(self._statements[what])
        wanted = {key: values[key] for key in statement.compile().params}
        try:
            return self._connection.execute(statement, wanted).scalar()
        except sqlalchemy.exc.DBAPIError as error:
            if error.connection_invalidated:  # for whoever asks next
                self._connection.close()
                self._connection = self._connect()
            raise


_CHOICE = -1
_STATEMENTS = {
    "postgresql": {
        "wait": "SELECT pg_advisory_lock(:name, :number)",
        "take": "SELECT pg_try_advisory_lock(:name, :number)",
        "free": "SELECT pg_advisory_unlock(:name, :number)",
    },
    "mysql": {
        "wait": "SELECT GET_LOCK(:word, -1)",
        "take": "SELECT GET_LOCK(:word, 0)",
        "free": "SELECT RELEASE_LOCK(:word)",
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


def locks_for(storage: str, name: str, folder: Path) -> Locks:
    """The locks that fit a storage.

    Args:
        storage: its URL.
        name: the sweep's.
        folder: the sweep's.
    """
    if storage.startswith("sqlite"):
        return FileLocks(folder / LOCKS)
    return DatabaseLocks(storage, name)
