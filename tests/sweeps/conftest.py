"""Storages that do not wait for the disk; a sweep's options, a database server's URL."""

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hydra import compose, initialize_config_dir
from optuna.storages import InMemoryStorage
from optuna.storages._rdb.storage import _VersionManager
from sqlalchemy import event
from sqlalchemy.engine import Engine

from charlab.config.sweep_schema import SweepOptions, read_options
from charlab.sweeps.search import study
from charlab.sweeps.search.databases import with_driver
from charlab.sweeps.search.storage import quiet
from tests.sweeps.servers import KINDS


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


class Memory(InMemoryStorage):
    """A storage without a database behind it; its numbers need no care."""

    next_number: int | None = None

    @property
    def _backend(self) -> "Memory":
        return self


@pytest.fixture
def in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    """Studies in memory, for what goes through many trials and does not ask where they are."""
    there: dict[str, Memory] = {}
    monkeypatch.setattr(study, "open_storage", lambda url, **_: there.setdefault(url, Memory()))


@pytest.fixture(scope="session")
def sweep_options(conf: Path) -> Callable[..., SweepOptions]:
    """``sweep_options(pruner="median")``: those of sweep=optuna but for what is named."""
    with initialize_config_dir(str(conf), version_base="1.3"):
        default = read_options(compose("train", ["sweep=optuna"]))
    return lambda **changes: dataclasses.replace(default, **changes)


@pytest.fixture(scope="module", params=sorted(KINDS))
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database server, of each kind; it takes seconds to start."""
    with KINDS[request.param]() as plain:
        yield with_driver(plain)
