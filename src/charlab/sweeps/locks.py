"""Who works on which trial: locks that go with the process that holds them, however it ends."""

import binascii
import fcntl
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Protocol

from charlab.errors import ConfigError


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
        ConfigError: if the server is of another kind.
    """

    def __init__(self, url: str, name: str) -> None:
        import sqlalchemy
        from sqlalchemy.pool import NullPool

        engine = sqlalchemy.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        if engine.dialect.name not in _STATEMENTS:
            raise ConfigError(
                f"sweep.storage: workers cannot share a {engine.dialect.name} storage; there is "
                "postgresql, mysql, or none at all for a file in the sweep's folder"
            )
        self._statements = _STATEMENTS[engine.dialect.name]
        self._connection = engine.connect()
        self._name = name

    @contextmanager
    def alone(self) -> Iterator[None]:
        """See :class:`Locks`."""
        self._ask("wait", _CHOICE)
        try:
            yield
        finally:
            self._ask("free", _CHOICE)

    def take(self, number: int) -> bool:
        """See :class:`Locks`."""
        return bool(self._ask("take", number))

    def let_go(self, number: int) -> None:
        """See :class:`Locks`."""
        self._ask("free", number)

    def _ask(self, what: str, number: int) -> Any:
        import sqlalchemy

        hashed = binascii.crc32(self._name.encode()) - 2**31  # a signed integer of 4 bytes
        values = {"name": hashed, "number": number, "word": f"charlab {hashed} {number}"}
        statement = sqlalchemy.text(self._statements[what])
        wanted = {key: values[key] for key in statement.compile().params}
        return self._connection.execute(statement, wanted).scalar()


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


def locks_for(storage: str, name: str, folder: Path) -> Locks:
    """The locks that fit a storage.

    Args:
        storage: its URL.
        name: the sweep's.
        folder: the sweep's.
    """
    if storage.startswith("sqlite"):
        return FileLocks(folder / ".locks")
    return DatabaseLocks(storage, name)
