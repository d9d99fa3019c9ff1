"""Sweeps whose storage is a real database server."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy

from charlab.errors import ConfigError
from charlab.sweeps.search.databases import with_driver, without_password
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.search.storage import open_storage
from charlab.sweeps.search.study import create
from charlab.sweeps.workers.locks import DatabaseLocks, locks_for
from tests.support.shell import ROOT, environment, through_bash
from tests.sweeps.servers import KINDS, PASSWORD, QUOTED
from tests.sweeps.toys import ledger_of, states_of, toy_spec, trials_of

pytestmark = pytest.mark.slow  # a server takes seconds to start


@pytest.fixture(scope="module", params=sorted(KINDS))
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with KINDS[request.param]() as plain:
        yield with_driver(plain)


def _sweep(url: str, folder: Path, name: str, **changes: object) -> StudyLocation:
    place = folder / name
    place.mkdir()
    location = StudyLocation(name, place, url)
    create(location, toy_spec(**changes))
    return location


def _supervisor(location: StudyLocation, n_trials: int) -> "subprocess.Popen[str]":
    arguments = [location.storage, str(location.folder), location.name, str(n_trials), "2"]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.sweeps.joining", *arguments],
        cwd=ROOT,
        env={**environment(), "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_trial_belongs_to_one_process_until_it_lets_go(url: str) -> None:
    mine, yours = DatabaseLocks(url, "s"), DatabaseLocks(url, "s")
    assert mine.take(3)
    assert not yours.take(3)
    assert yours.take(4)
    assert DatabaseLocks(url, "another sweep").take(3)
    mine.let_go(3)
    assert yours.take(3)


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


def _break(url: str, locks: DatabaseLocks) -> None:
    """Has the server end the connection of some locks, and waits until it has: it does so later."""
    is_postgres = url.startswith("postgresql")
    ask = "SELECT pg_backend_pid()" if is_postgres else "SELECT CONNECTION_ID()"
    assert locks._connection is not None
    number = locks._connection.exec_driver_sql(ask).scalar()
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


def test_a_broken_connection_is_made_anew_where_it_held_nothing(url: str) -> None:
    locks = DatabaseLocks(url, "broken")
    _break(url, locks)
    assert locks.take(1)
    assert not DatabaseLocks(url, "broken").take(1)


def test_a_broken_connection_that_held_a_trial_takes_it_again(url: str, monkeypatch: Any) -> None:
    monkeypatch.setattr("charlab.sweeps.workers.locks._SECONDS_BETWEEN_STATUSES", 0.05)
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


def test_whoever_lost_a_trial_to_another_learns_it(url: str, monkeypatch: Any) -> None:
    monkeypatch.setattr("charlab.sweeps.workers.locks._SECONDS_BETWEEN_STATUSES", 0.05)
    mine, yours = DatabaseLocks(url, "lost"), DatabaseLocks(url, "lost")
    assert mine.take(1)
    _break(url, mine)
    assert yours.take(1)
    lost = threading.Event()
    mine.keep(is_mine=lambda: False, lost=lost.set)
    assert lost.wait(30)


def test_processes_of_one_file_system_see_that_nobody_died(url: str, tmp_path: Path) -> None:
    mine, yours = (locks_for(StudyLocation("shared", tmp_path, url)) for _ in range(2))
    assert mine.take(1)
    assert isinstance(mine, DatabaseLocks)
    _break(url, mine)
    assert not yours.take(1)
    mine.let_go(1)
    assert yours.take(1)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_connections_that_drop_at_random_change_no_result(url: str, tmp_path: Path) -> None:
    """Every trial ends once, with the value that an undisturbed sweep gives."""
    composition = {"seconds": 0.15, "steps": 5}
    calm = _sweep(url, tmp_path, "calm", composition=composition)
    rough = _sweep(url, tmp_path, "rough", composition=composition)
    assert _supervisor(calm, 12).wait(120) == 0
    command = _supervisor(rough, 12)
    chance, drops = random.Random(1), 0
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        ask = (
            "SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename = 'charlab'"
        )
        while command.poll() is None:
            pids = [pid for (pid,) in connection.exec_driver_sql(ask)]
            if pids:
                drops += 1
                connection.exec_driver_sql(f"SELECT pg_terminate_backend({chance.choice(pids)})")
            time.sleep(chance.uniform(0.02, 0.2))
    assert command.returncode == 0, command.communicate()
    assert drops > 20
    assert states_of(rough) == {"COMPLETE": 12}
    values = [[(t.params["x"], t.value) for t in trials_of(location)] for location in (calm, rough)]
    assert values[0] == values[1]
    ledger = ledger_of(rough)
    assert [ledger[f"ended {n}"] for n in range(12)] == [1] * 12
    assert [ledger[f"step {s} {n}"] for n in range(12) for s in range(1, 6)] == [1] * 60


def test_two_commands_do_together_what_one_would_do_alone(url: str, tmp_path: Path) -> None:
    location = _sweep(url, tmp_path, "joined", composition={"seconds": 0.02, "deaths": {"4": 1}})
    commands = [_supervisor(location, 16) for _ in range(2)]
    said = [command.communicate(timeout=120)[1] for command in commands]
    assert [command.returncode for command in commands] == [0, 0], said
    assert states_of(location) == {"COMPLETE": 16}
    ledger = ledger_of(location)
    assert {n: ledger[f"ended {n}"] for n in range(16)} == dict.fromkeys(range(16), 1)
    # trial 4 killed its process once, and went on from where it was
    assert {n: ledger[f"began {n}"] for n in range(16)} == {**dict.fromkeys(range(16), 1), 4: 2}
    assert {n: ledger[f"step 1 {n}"] for n in range(16)} == dict.fromkeys(range(16), 1)
    assert len({trial.params["x"] for trial in trials_of(location)}) == 16


def test_a_wrong_password_is_one_line_that_does_not_say_it(url: str) -> None:
    wrong = url.replace(QUOTED, "wr0ng")
    for use in (open_storage, lambda url: DatabaseLocks(url, "s")):
        with pytest.raises(ConfigError, match=r"^sweep\.storage cannot be used: .*") as caught:
            use(wrong)
        assert "\n" not in str(caught.value)
        assert "wr0ng" not in str(caught.value)


def test_a_server_that_is_not_there_is_one_line(url: str) -> None:
    nowhere = sqlalchemy.engine.make_url(url).set(port=1).render_as_string(hide_password=False)
    with pytest.raises(ConfigError, match=r"^sweep\.storage cannot be used: .*onnect") as caught:
        DatabaseLocks(nowhere, "s")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_real_sweep_writes_its_password_nowhere(url: str, tmp_path: Path) -> None:
    done = through_bash(
        "train.py",
        *["-m", "sweep=optuna", "sweep.name=secret", "sweep.n_trials=1", "sweep.finalists=1"],
        *["sweep.finalist_seeds=1", "debug=smoke", f"output_dir={tmp_path}"],
        f"sweep.storage={url.replace('+psycopg', '')}",
    )
    assert done.returncode == 0, done.stderr
    assert "1 complete of 1 trial" in done.stdout
    said = [done.stdout.encode(), done.stderr.encode()]
    said += [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert len(said) > 10
    said += [_everything_in(url).encode()]
    for text in said:
        assert PASSWORD.encode() not in text
        assert QUOTED.encode() not in text
    assert b"127.0.0.1" in (tmp_path / "sweeps" / "secret" / "sweep.json").read_bytes()


def _everything_in(url: str) -> str:
    with sqlalchemy.create_engine(url).connect() as connection:
        tables = sqlalchemy.inspect(connection).get_table_names()
        assert "trials" in tables
        rows = [connection.exec_driver_sql(f"SELECT * FROM {t}").fetchall() for t in tables]
    return repr(rows)


def test_a_url_without_its_password() -> None:
    url = "postgresql+psycopg://ada:ge%3Aheim@host:5432/db?password=geheim&sslmode=require"
    assert without_password(url) == "postgresql+psycopg://ada@host:5432/db?sslmode=require"
