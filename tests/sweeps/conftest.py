"""Storages that do not wait for the disk."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from optuna.storages._rdb.storage import _VersionManager
from sqlalchemy import event
from sqlalchemy.engine import Engine

from charlab.sweeps.search.storage import quiet


@pytest.fixture(autouse=True, scope="session")
def _quick_storages() -> Iterator[None]:
    """No test outlives the machine, so none needs to wait until its data are on the disk."""

    def hurry(connection: Any, _: Any) -> None:
        if type(connection).__module__.startswith("sqlite"):
            connection.execute("PRAGMA synchronous=OFF")

    event.listen(Engine, "connect", hurry)
    yield
    event.remove(Engine, "connect", hurry)


@pytest.fixture(autouse=True, scope="session")
def _known_version() -> Iterator[None]:
    """Optuna reads its migrations at every opening of a storage, to know the newest."""
    found: list[str] = []
    read = _VersionManager.get_head_version

    def newest(manager: _VersionManager) -> str:
        if not found:
            found.append(read(manager))
        return found[0]

    with patch.object(_VersionManager, "get_head_version", newest):
        yield


@pytest.fixture(autouse=True)
def _quiet() -> None:
    quiet()
