"""What MLflow is told of a run, and where."""

import importlib.util
import json
import os
import shlex
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy.engine import make_url

from charlab.config.schema import MlflowOptions
from charlab.training.loggers.mlflow_run import MlflowRun
from tests.support.shell import only_run

pytestmark = [
    pytest.mark.usefixtures("undrawn"),
    pytest.mark.skipif(
        importlib.util.find_spec("mlflow") is None, reason="pip install '.[mlflow]'"
    ),
]

VARIABLE = "MLFLOW_TRACKING_URI"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A store in files, which needs no database."""
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.delenv(VARIABLE, raising=False)
    yield tmp_path / "store"
    os.environ.pop(VARIABLE, None)


def begun(store: Path, run_id: str | None = None, **settings: Any) -> MlflowRun:
    run = MlflowRun(MlflowOptions(f"file:{store}", "mine"), store.parent, "a name", run_id)
    run.begin(settings, resumed=run_id is not None)
    return run


def folder_of(store: Path) -> Path:
    (meta,) = store.glob("*/*/meta.yaml")
    return meta.parent


@pytest.mark.parametrize(
    ("status", "code"), [("completed", 3), ("failed", 4), ("interrupted", 5), ("pruned", 5)]
)
def test_a_run_has_what_was_logged_and_how_it_ended(files: Path, status: str, code: int) -> None:
    run = begun(files, seed=1, path="naïve\x1b[31m")
    assert "status: 1" in (folder_of(files) / "meta.yaml").read_text()  # is running
    run.add_text("samples", "été\n", 3)
    run.add_image("val/confusion", np.zeros((4, 5, 3), np.uint8), 3)
    run.log_metrics({"val/loss": 1.5}, 3)
    run.add_results({}, {"test/loss": 2.5}, 4)
    run.close(status)
    folder = folder_of(files)
    assert folder.name == run.version
    meta = (folder / "meta.yaml").read_text()
    assert f"status: {code}" in meta  # mlflow.entities.RunStatus
    assert "run_name: a name" in meta
    assert (folder / "params" / "seed").read_text() == "1"
    assert (folder / "params" / "path").read_text() == "naïve\\x1b[31m"
    assert (folder / "artifacts/samples/000000003.txt").read_text() == "été\n"
    assert (folder / "artifacts/val/confusion/000000003.png").read_bytes()[1:4] == b"PNG"
    for tag, value, at in (("val/loss", "1.5", "3"), ("test/loss", "2.5", "4")):
        (point,) = (folder / "metrics" / tag).read_text().splitlines()
        assert point.split()[1:] == [value, at]


def test_a_run_that_goes_on_is_the_same_one_with_its_first_settings(files: Path) -> None:
    first = begun(files, seed=1)
    first.close("interrupted")
    begun(files, first.version, seed=2)
    folder = folder_of(files)
    assert "status: 1" in (folder / "meta.yaml").read_text()
    assert (folder / "params" / "seed").read_text() == "1"


@pytest.mark.parametrize("theirs", [None, "http://127.0.0.1:9"])
def test_the_next_run_s_store_is_not_the_last_one_s(
    theirs: str | None, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if theirs is not None:
        monkeypatch.setenv(VARIABLE, theirs)
    begun(files)
    assert os.environ.get(VARIABLE) == theirs
    monkeypatch.setenv(VARIABLE, f"file:{files}")
    before = os.environ.copy()
    run = MlflowRun(MlflowOptions(None, "mine"), files.parent, "another")
    assert run.begin({}, resumed=False) == f"mlflow ui --backend-store-uri file:{files}"
    assert os.environ == before
    assert len(list(files.glob("*/*/meta.yaml"))) == 2


def test_a_server_that_is_away_leaves_the_environment_alone(
    files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR"):
        monkeypatch.setenv(name, "0")
    run = MlflowRun(MlflowOptions("http://127.0.0.1:9", "mine"), files.parent, "a name")
    with pytest.raises(Exception, match=r"127\.0\.0\.1"):
        run.begin({}, resumed=False)
    assert VARIABLE not in os.environ


@pytest.mark.usefixtures("files")
def test_unless_said_otherwise_the_store_is_in_the_output_folder(tmp_path: Path) -> None:
    folder = tmp_path / "мо's, 100%20 what? #1"  # which may hold what has a meaning in an address
    folder.mkdir()
    said = MlflowRun(MlflowOptions(None, "mine"), folder, "a name").begin({}, resumed=False)
    with closing(sqlite3.connect(folder / "mlflow.db")) as store:
        assert store.execute("SELECT name FROM runs").fetchall() == [("a name",)]
        ((artifacts,),) = store.execute("SELECT artifact_uri FROM runs").fetchall()
    assert artifacts.startswith(f"{folder.as_uri()}/mlartifacts/")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [folder / "mlflow.db"]
    assert said is not None
    *words, address = shlex.split(said)
    assert words == ["mlflow", "ui", "--backend-store-uri"]
    assert make_url(address).database == str(folder / "mlflow.db")


@pytest.mark.slow
def test_a_run_in_local_files_goes_on(
    given: list[str], train: Callable[..., None], tmp_path: Path
) -> None:
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"
    store = tmp_path / "store"
    train(*given, "logger=[mlflow,csv]", f"logger.mlflow.tracking_uri=file:{store}", "seed=3")
    folder = only_run(tmp_path)
    train(f"resume={folder}", "trainer.max_epochs=3")
    (run,) = (path.parent for path in store.glob("*/*/meta.yaml"))  # the same one
    assert json.loads((folder / "loggers.json").read_text()) == {"mlflow": run.name}
    meta = (run / "meta.yaml").read_text()
    assert "status: 3" in meta  # finished
    assert "run_name: classify names lstm" in meta
    assert (run / "params" / "model.hidden_size").read_text() == "12"
    metrics = json.loads((folder / "metrics.json").read_text())
    for tag in ("val/loss", "test/accuracy", "best/val/loss"):
        last = (run / "metrics" / tag).read_text().splitlines()[-1]
        assert float(last.split()[1]) == pytest.approx(metrics[tag])
    steps = [int(line.split()[2]) for line in (run / "metrics/val/loss").read_text().splitlines()]
    assert steps == sorted(set(steps))
    assert len(steps) == 3
    assert len(list((run / "artifacts/val/confusion").glob("*.png"))) == 3
