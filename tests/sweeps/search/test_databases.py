"""Sweeps whose storage is a real database server."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy

from charlab.errors import ConfigError
from charlab.sweeps.search.databases import without_password
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.search.storage import open_storage
from charlab.sweeps.search.study import create
from charlab.sweeps.workers.locks import DatabaseLocks
from tests.support.shell import ROOT, environment, through_bash
from tests.sweeps.servers import PASSWORD, QUOTED
from tests.sweeps.toys import ledger_of, states_of, toy_spec, trials_of

pytestmark = pytest.mark.slow  # a server takes seconds to start


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


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_connections_that_drop_at_random_change_no_result(url: str, tmp_path: Path) -> None:
    """Every trial ends once, with the value that an undisturbed sweep gives."""
    composition = {"seconds": 0.15, "steps": 5}
    calm = _sweep(url, tmp_path, "calm", composition=composition)
    rough = _sweep(url, tmp_path, "rough", composition=composition)
    assert _supervisor(calm, 8).wait(120) == 0
    command = _supervisor(rough, 8)
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
    assert drops > 12
    assert states_of(rough) == {"COMPLETE": 8}
    values = [[(t.params["x"], t.value) for t in trials_of(location)] for location in (calm, rough)]
    assert values[0] == values[1]
    ledger = ledger_of(rough)
    assert [ledger[f"ended {n}"] for n in range(8)] == [1] * 8
    assert [ledger[f"step {s} {n}"] for n in range(8) for s in range(1, 6)] == [1] * 40


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


@pytest.mark.parametrize("url", ["postgresql"], indirect=True)
def test_a_real_sweep_writes_its_password_nowhere(url: str, tmp_path: Path) -> None:
    done = through_bash(
        "train.py",
        *["-m", "sweep=optuna", "sweep.name=secret", "sweep.n_trials=1", "sweep.finalists=1"],
        *["sweep.finalist_seeds=1", "debug=smoke", "dataset.limit=5000"],
        f"output_dir={tmp_path}",
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
