"""Storages that do not wait for the disk."""

from collections.abc import Iterator
from typing import Any

import pytest
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


@pytest.fixture(autouse=True)
def _quiet() -> None:
    quiet()
