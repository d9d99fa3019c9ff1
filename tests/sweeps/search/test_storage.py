"""A storage that fills its disk, loses answers, is damaged, hostile, or only just begun."""

import hashlib
import os
import shutil
import sqlite3
import struct
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from optuna.exceptions import StorageInternalError
from optuna.storages import RDBStorage
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from charlab.errors import CharlabError, ConfigError
from charlab.sweeps.results.sweep_file import file_url
from charlab.sweeps.search import retries, storage
from charlab.sweeps.search.retries import Patience, StorageError
from charlab.sweeps.search.storage import _NAMES_A_FILE, open_storage
from charlab.sweeps.search.study import load
from tests.sweeps.toys import Worker, states_of, toy_sweep, trials_of


def test_a_full_disk_is_waited_out(tmp_path: Path, monkeypatch: Any) -> None:
    """SQLite's own bound of pages stands for the disk's end; it moves while the sweep waits."""
    location = toy_sweep(tmp_path)
    worker = Worker(location)
    claimed = worker.taken(1)
    storage: Any = claimed.trial.study._storage
    bound, waits = 1, []

    def limit(connection: Any, *_: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={bound}")  # at least what is used

    event.listen(storage._backend.engine, "checkout", limit)

    def free(seconds: float) -> None:
        nonlocal bound
        waits.append(seconds)
        bound = 1 if len(waits) < 4 else 10**6

    monkeypatch.setattr(retries, "_sleep", free)
    monkeypatch.setattr(Patience, "is_over", False)
    claimed.trial.set_user_attr("figures", {"a": 1.0})
    claimed.trial.set_user_attr("large", "x" * 2000)
    claimed.trial.set_user_attr("larger", "x" * 2040)
    for number in range(60):
        claimed.trial.set_user_attr(f"more {number}", "x" * 2000)
    assert len(waits) == 4
    worker.finish(claimed)
    assert states_of(location) == {"COMPLETE": 1}


def unanswered(method: Callable[..., Any]) -> Callable[..., Any]:
    """A storage's method that works once without its answer coming back."""
    told: list[int] = []

    def call(self: Any, *arguments: Any, **named: Any) -> Any:
        result = method(self, *arguments, **named)
        if not told:
            told.append(1)
            raise StorageInternalError from OperationalError("", {}, Exception("connection lost"))
        return result

    return call


def test_a_trial_that_was_created_without_an_answer_is_no_second_one(
    tmp_path: Path, monkeypatch: Any
) -> None:
    from charlab.sweeps.search.storage import PatientStorage

    monkeypatch.setattr(retries, "_sleep", lambda seconds: None)
    create = PatientStorage._create_new_trial
    monkeypatch.setattr(PatientStorage, "_create_new_trial", unanswered(create))
    location = toy_sweep(tmp_path)
    worker = Worker(location)
    claimed = worker.taken(1)
    assert claimed.trial.number == 0
    worker.finish(claimed, value=0.5)
    assert worker.take(1) is None
    assert [trial.value for trial in trials_of(location)] == [0.5]


def test_a_number_that_another_host_took_meanwhile(tmp_path: Path) -> None:
    """Two hosts choose at once after one of them lost its lock: none makes a trial too many."""
    location = toy_sweep(tmp_path)
    worker, other = Worker(location), Worker(location, "b")
    ask = worker.study.ask

    def late_ask() -> Any:
        worker.study.ask = ask  # type: ignore[method-assign]
        other.study._storage.create_new_trial(other.study._study_id)
        return ask()

    worker.study.ask = late_ask  # type: ignore[method-assign, assignment]
    assert worker.taken(1).trial.number == 0
    assert states_of(location) == {"RUNNING": 1}


def test_an_end_that_was_told_without_an_answer(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(retries, "_sleep", lambda seconds: None)
    lossy = unanswered(RDBStorage.set_trial_state_values)
    monkeypatch.setattr("charlab.sweeps.search.storage.RDBStorage.set_trial_state_values", lossy)
    guarded = storage._guarded(lossy, repeats=True)
    monkeypatch.setattr(storage.PatientStorage, "set_trial_state_values", guarded)
    worker = Worker(toy_sweep(tmp_path))
    worker.finish(worker.taken(1), value=0.5)
    assert [trial.value for trial in trials_of(worker.location)] == [0.5]


def test_many_open_a_storage_in_its_first_second(tmp_path: Path) -> None:
    failures: list[Exception] = []

    def work() -> None:
        try:
            open_storage(file_url(tmp_path)).remove_session()
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_braces_in_a_folder_are_braces(tmp_path: Path) -> None:
    assert load(toy_sweep(tmp_path, "{x} {0"))[0].study_name == "{x} {0"


def _damage(file: Path, how: str) -> None:
    whole = file.read_bytes()
    file.unlink()
    if how == "zeros":
        file.write_bytes(bytes(len(whole)))
    elif how == "text":
        file.write_bytes(b"no database at all" * 400)
    elif how == "cut":
        file.write_bytes(whole[: len(whole) // 2])
    elif how == "holes":
        file.write_bytes(b"".join(whole[i : i + 512] + bytes(512) for i in range(0, 60_000, 1024)))
    elif how == "pipe":
        os.mkfifo(file)
    elif how == "link":
        file.symlink_to("/dev/zero")
    elif how == "folder":
        file.mkdir()
    elif how == "view":
        file.write_bytes(whole)
        with sqlite3.connect(file) as connection:
            connection.execute("DROP TABLE trials")
            loop = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n) SELECT x FROM n"
            connection.execute(f"CREATE VIEW trials AS {loop}")


HARM = ["zeros", "text", "cut", "holes", "pipe", "link", "folder", "view", "nothing"]


@pytest.mark.parametrize("reading", [True, False])
@pytest.mark.parametrize("how", HARM)
def test_a_damaged_file_is_one_line(how: str, reading: bool, tmp_path: Path) -> None:
    if how == "nothing" and not reading:
        pytest.skip("a new sweep's")
    location = toy_sweep(tmp_path)
    file = location.folder / "study.db"
    _damage(file, how)
    with pytest.raises(CharlabError) as raised:
        load(location, reading=reading)
    assert str(file) in str(raised.value)
    assert "\n" not in str(raised.value)
    assert file.is_symlink() or file.exists() == (how != "nothing")


def test_reading_changes_nothing(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path)
    file = location.folder / "study.db"
    before = hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns
    study, _ = load(location, reading=True)
    assert study.get_trials() == []
    with pytest.raises(StorageError):
        study.set_user_attr("a", 1)
    assert (hashlib.sha256(file.read_bytes()).hexdigest(), file.stat().st_mtime_ns) == before
    assert sorted(path.name for path in location.folder.iterdir()) == ["study.db"]


def _cut_off(file: Path, folder: Path) -> Path:
    """The file as a process leaves it that is killed in the midst of a transaction."""
    folder.mkdir()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA cache_size=1")  # pages: what is changed reaches the file
        connection.execute("UPDATE studies SET study_name = 'half'")
        connection.execute("CREATE TABLE more (text)")
        connection.executemany("INSERT INTO more VALUES (?)", [("x" * 1000,)] * 200)
        shutil.copy(file, folder)
        shutil.copy(f"{file}-journal", folder)
        connection.rollback()
    return folder / file.name


@pytest.mark.parametrize("reading", [True, False])
def test_what_a_killed_process_had_half_written_is_undone(reading: bool, tmp_path: Path) -> None:
    location = toy_sweep(tmp_path)
    _cut_off(location.folder / "study.db", tmp_path / "killed")
    left = replace(location, folder=tmp_path / "killed", storage=file_url(tmp_path / "killed"))
    assert load(left, reading=reading)[0].study_name == location.name
    assert sorted(path.name for path in left.folder.iterdir()) == ["study.db"]


def test_what_cannot_be_undone_is_one_line(tmp_path: Path, monkeypatch: Any) -> None:
    location = toy_sweep(tmp_path)
    file = _cut_off(location.folder / "study.db", tmp_path / "killed")
    connect = storage._connect_to_read
    monkeypatch.setattr(storage, "_connect_to_read", lambda file, *_: connect(file))  # root writes
    with pytest.raises(ConfigError, match=r"left half written .*take a copy") as raised:
        open_storage(file_url(file.parent), reading=True)
    assert "\n" not in str(raised.value)


def test_a_journal_that_names_another_file_deletes_none(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path)
    file = _cut_off(location.folder / "study.db", tmp_path / "killed")
    victim = tmp_path / "victim"
    victim.write_text("nothing that a journal would be called")
    journal = file.with_name("study.db-journal")
    name = str(victim).encode()
    lengths = struct.pack(">II", len(name), sum(name))
    start = struct.pack(">I", 2**30 // 4096 + 1)
    journal.write_bytes(journal.read_bytes() + start + name + lengths + _NAMES_A_FILE)
    with pytest.raises(ConfigError, match="more than a sweep's storage"):
        open_storage(file_url(file.parent), reading=True)
    assert victim.exists()
    with closing(sqlite3.connect(file)) as connection:  # the danger is there
        connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    assert not victim.exists()


@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_a_journal_that_is_no_file_is_not_waited_for(kind: str, tmp_path: Path) -> None:
    location = toy_sweep(tmp_path)
    journal = location.folder / "study.db-journal"
    os.mkfifo(journal) if kind == "pipe" else journal.symlink_to("/dev/zero")
    with pytest.raises(ConfigError, match="journal is not a regular file"):
        open_storage(location.storage, reading=True)


def test_damage_while_the_sweep_goes_on_is_one_line(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path)
    study, _ = load(location)
    (location.folder / "study.db").write_bytes(b"x" * 8192)
    with pytest.raises(StorageError, match=r"study\.db cannot be used: .*not a database"):
        study.get_trials()


def test_a_table_that_is_gone_is_not_waited_for(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path)
    study, _ = load(location)
    with sqlite3.connect(location.folder / "study.db") as connection:
        connection.execute("DROP TABLE trials")
    with pytest.raises(StorageError, match="no such table: trials"):
        study.get_trials()
    with pytest.raises(ConfigError, match="no such table: version_info"):
        open_storage(_empty(tmp_path), reading=True)


def _empty(folder: Path) -> str:
    """A database without a table."""
    file = folder / "study.db"
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA user_version=1")
    return file_url(folder)
