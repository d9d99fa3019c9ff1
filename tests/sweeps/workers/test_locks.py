"""Locks of trials: each goes with the process that has it, on files and on database servers."""

import errno
import fcntl
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

import pytest
import sqlalchemy

from charlab.errors import ConfigError
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.workers import locks
from charlab.sweeps.workers.locks import LOCKS, DatabaseLocks, FileLocks, locks_for
from charlab.system.file_locks import is_locked

needs_server = pytest.mark.slow


def test_a_file_belongs_to_one_process_until_it_lets_go(tmp_path: Path) -> None:
    mine, yours = FileLocks(tmp_path / "a" / "b"), FileLocks(tmp_path / "a" / "b")
    assert mine.take(3)
    assert not yours.take(3)
    assert not mine.take(3)  # nor once more
    assert yours.take(4)
    assert FileLocks(tmp_path / "another sweep").take(3)
    assert is_locked(tmp_path / "a" / "b" / "3")
    mine.let_go(3)
    assert yours.take(3)
    yours.let_go(3)
    yours.let_go(4)
    assert not is_locked(tmp_path / "a" / "b" / "3")


def _is_free(path: Path) -> bool:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def test_one_chooses_while_the_others_wait(tmp_path: Path) -> None:
    mine, yours = FileLocks(tmp_path), FileLocks(tmp_path)
    chosen: list[str] = []

    def choose() -> None:
        with yours.alone():
            chosen.append("yours")

    other = threading.Thread(target=choose)
    with mine.alone():
        assert not _is_free(tmp_path / "choice")
        other.start()
        assert mine.take(0)  # whose trials it keeps from nobody
        chosen.append("mine")
    other.join()
    assert chosen == ["mine", "yours"]
    assert _is_free(tmp_path / "choice")


def test_an_error_while_choosing_keeps_nobody_waiting(tmp_path: Path) -> None:
    choosing = FileLocks(tmp_path)
    with pytest.raises(KeyboardInterrupt), choosing.alone():
        raise KeyboardInterrupt
    assert _is_free(tmp_path / "choice")


@pytest.mark.parametrize("name", ["0", "choice"])
def test_a_folder_from_elsewhere_cannot_choose_which_file_is_emptied(
    name: str, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("of some worth")
    folder = tmp_path / "sweep"
    folder.mkdir()
    (folder / name).symlink_to(victim)
    choosing = FileLocks(folder)
    with pytest.raises(OSError, match="symbolic link"), choosing.alone():
        choosing.take(0)
    assert victim.read_text() == "of some worth"


def _without_locks(file: IO[Any], *, wait: bool) -> bool:
    raise OSError(errno.ENOLCK, "No locks available")


def test_a_file_system_without_locks_does_only_where_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "lock", _without_locks)
    optional = FileLocks(tmp_path, optional=True)
    with optional.alone():
        assert optional.take(0)
    with pytest.raises(OSError, match="No locks available"):
        FileLocks(tmp_path).take(0)


def test_a_storage_that_is_a_file_has_locks_beside_it(tmp_path: Path) -> None:
    found = locks_for(StudyLocation("x", tmp_path, f"sqlite:///{tmp_path}/study.db"))
    assert isinstance(found, FileLocks)
    assert found.take(7)
    assert is_locked(tmp_path / LOCKS / "7")


@pytest.mark.parametrize("url", ["sqlite:////tmp/x.db", "sqlite://"])
def test_a_storage_without_locks_of_its_own_is_refused(url: str) -> None:
    with pytest.raises(ConfigError, match=r"cannot share a sqlite storage; there is postgresql,"):
        DatabaseLocks(url, "s")


@needs_server
def test_a_trial_belongs_to_one_process_until_it_lets_go(url: str) -> None:
    mine, yours = DatabaseLocks(url, "s"), DatabaseLocks(url, "s")
    assert mine.take(3)
    assert not yours.take(3)
    assert yours.take(4)
    assert DatabaseLocks(url, "another sweep").take(3)
    mine.let_go(3)
    assert yours.take(3)


@needs_server
def test_a_killed_process_frees_what_it_held(url: str) -> None:
    code = (
        "import sys, time; from charlab.sweeps.workers.locks import DatabaseLocks; "
        "locks = DatabaseLocks(sys.argv[1], 'killed'); choice = locks.alone(); "
        "choice.__enter__(); print(locks.take(0), flush=True); time.sleep(600)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, url], stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        mine = DatabaseLocks(url, "killed")
        assert not mine.take(0)
        holder.send_signal(signal.SIGKILL)
    with mine.alone():  # waits no longer
        deadline = time.monotonic() + 30
        while not mine.take(0):
            assert time.monotonic() < deadline
            time.sleep(0.05)


def _break(url: str, broken: DatabaseLocks) -> None:
    """Has the server end the connection of some locks, and waits until it has: it does so later."""
    is_postgres = url.startswith("postgresql")
    ask = "SELECT pg_backend_pid()" if is_postgres else "SELECT CONNECTION_ID()"
    assert broken._connection is not None
    number = broken._connection.exec_driver_sql(ask).scalar()
    end = f"SELECT pg_terminate_backend({number})" if is_postgres else f"KILL {number}"
    view, column = ("pg_stat_activity", "pid") if is_postgres else ("processlist", "id")
    schema = "pg_catalog" if is_postgres else "information_schema"
    is_there = f"SELECT count(*) FROM {schema}.{view} WHERE {column} = {number}"
    deadline = time.monotonic() + 30
    with sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT").connect() as other:
        other.exec_driver_sql(end)
        while other.exec_driver_sql(is_there).scalar():
            assert time.monotonic() < deadline
            time.sleep(0.01)


@needs_server
def test_a_broken_connection_is_made_anew_where_it_held_nothing(url: str) -> None:
    mine = DatabaseLocks(url, "broken")
    _break(url, mine)
    assert mine.take(1)
    assert not DatabaseLocks(url, "broken").take(1)


@needs_server
def test_a_broken_connection_that_held_a_trial_takes_it_again(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_SECONDS_BETWEEN_STATUSES", 0.05)
    mine, yours = DatabaseLocks(url, "broken too"), DatabaseLocks(url, "broken too")
    assert mine.take(1)
    lost = threading.Event()
    mine.keep(is_mine=lambda: True, lost=lost.set)
    _break(url, mine)
    deadline = time.monotonic() + 30
    while yours.take(1):  # for a moment it is free
        yours.let_go(1)
        assert time.monotonic() < deadline
        time.sleep(0.2)
    assert not lost.is_set()
    mine.let_go(1)
    assert yours.take(1)


@needs_server
def test_whoever_lost_a_trial_to_another_learns_it(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "_SECONDS_BETWEEN_STATUSES", 0.05)
    mine, yours = DatabaseLocks(url, "lost"), DatabaseLocks(url, "lost")
    assert mine.take(1)
    _break(url, mine)
    assert yours.take(1)
    lost = threading.Event()
    mine.keep(is_mine=lambda: False, lost=lost.set)
    assert lost.wait(30)


@needs_server
def test_processes_of_one_file_system_see_that_nobody_died(url: str, tmp_path: Path) -> None:
    mine, yours = (locks_for(StudyLocation("shared", tmp_path, url)) for _ in range(2))
    assert mine.take(1)
    assert isinstance(mine, DatabaseLocks)
    _break(url, mine)
    assert not yours.take(1)
    mine.let_go(1)
    assert yours.take(1)


@needs_server
def test_a_server_that_is_not_there_is_one_line(url: str) -> None:
    nowhere = sqlalchemy.engine.make_url(url).set(port=1).render_as_string(hide_password=False)
    with pytest.raises(ConfigError, match=r"^sweep\.storage cannot be used: .*onnect") as caught:
        DatabaseLocks(nowhere, "s")
    assert "\n" not in str(caught.value)
