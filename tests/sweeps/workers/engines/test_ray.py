"""Workers as actors of a real Ray cluster on this machine."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from charlab.config.sweep_schema import RayOptions
from charlab.errors import ConfigError
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.workers.engines.ray import RayEngine, _connect
from tests.sweeps.toys import ledger_of, states_of, toy_sweep
from tests.sweeps.workers.engines.clusters import (
    assert_each_once,
    engine_for,
    is_free,
    see_toys,
    until,
    work,
    workers_of,
)

ray = pytest.importorskip("ray", reason="needs the extra: pip install -e '.[ray]'")
pytestmark = pytest.mark.slow  # a cluster takes seconds to start
_HERE = RayOptions("ray", address=None, cpus=0.25, gpus=0.0)


@pytest.fixture(scope="module", autouse=True)
def cluster() -> Iterator[None]:
    """A cluster of one node, begun as a sweep begins its own."""
    with pytest.MonkeyPatch.context() as patch:
        see_toys(patch)
        patch.setattr("charlab.sweeps.workers.engines.ray.cores", lambda: 2)
        assert _connect(ray, _HERE)
        yield
        ray.shutdown()


def test_actors_share_the_trials(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, composition={"seconds": 0.3})
    engine = engine_for(_HERE, location, 6, 2)
    work(engine, location, 6, 2)
    assert_each_once(location, 6)
    assert len(workers_of(location)) == 2
    assert ray.is_initialized()  # it left the cluster to those who began it


def test_an_actor_that_is_stopped_saves_its_trial(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, composition={"steps": 100, "seconds": 0.1})
    actor = engine_for(_HERE, location, 1, 1).start("w", 0)
    until(lambda: ledger_of(location)["step 2 0"])
    assert actor.ended() is None
    actor.stop(at_once=False)
    until(lambda: actor.ended() is not None)
    assert actor.ended() == ""
    assert states_of(location) == {"RUNNING": 1}
    assert is_free(location, 0)


def test_an_actor_that_dies_says_so_and_takes_its_child_along(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path, composition={"steps": 600, "seconds": 0.1})
    actor: Any = engine_for(_HERE, location, 1, 1).start("w", 0)
    until(lambda: ledger_of(location)["step 1 0"])
    ray.kill(actor._actor)
    until(lambda: actor.ended() is not None)
    assert str(actor.ended()).startswith("Ray says: ")
    until(lambda: is_free(location, 0))


def test_an_actor_that_waits_for_room_can_be_stopped(tmp_path: Path) -> None:
    engine = engine_for(
        RayOptions("ray", address=None, cpus=2.0, gpus=0.0),
        toy_sweep(tmp_path, composition={"steps": 600, "seconds": 0.1}),
        2,
        2,
    )
    first, second = engine.start("a", 0), engine.start("b", 1)
    until(lambda: (tmp_path / "toy" / "ledger").exists())
    for actor in (second, first):
        actor.stop(at_once=False)
        until(lambda actor=actor: actor.ended() is not None)


def test_an_actor_that_cannot_work_says_why(tmp_path: Path) -> None:
    location = toy_sweep(tmp_path)
    actor = engine_for(
        _HERE, StudyLocation("another", location.folder, location.storage), 1, 1
    ).start("w", 0)
    until(lambda: actor.ended() is not None)
    assert actor.ended() == "the storage has no sweep of charlab named 'another'"


@pytest.mark.parametrize(
    ("cpus", "gpus", "says"),
    [(64.0, 0.0, "cpus=64: the largest node here has 2"), (1.0, 99.0, "gpus=99: the largest node")],
)
def test_a_worker_that_fits_nowhere(tmp_path: Path, cpus: float, gpus: float, says: str) -> None:
    options = RayOptions("ray", address=None, cpus=cpus, gpus=gpus)
    with pytest.raises(ConfigError, match=rf"^sweep\.engine\.{says}"):
        engine_for(options, toy_sweep(tmp_path), 1, 1)


class _Gone:
    """A worker whose node is gone, or one that was stopped."""

    def __init__(self, *, is_lost: bool) -> None:
        self.is_lost = is_lost

    def ended(self) -> str:
        return ""


def test_a_lost_node_is_one_line(monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    said: list[str] = []
    monkeypatch.setattr("charlab.sweeps.workers.engines.ray.warn", said.append)
    task: Any = None
    engine: Any = RayEngine(task, 1.0, 0.0, has_begun=False)
    engine._actors = [_Gone(is_lost=True), _Gone(is_lost=True), _Gone(is_lost=False)]
    engine.wait(0.0)
    engine.wait(0.0)
    assert said == [
        "a node of the Ray cluster is gone, and 2 of the workers with it; their trials go on "
        "elsewhere"
    ]
    lines = {"lines": ["Raylet is terminated."], "pid": "raylet", "is_err": False}
    ray._private.worker.print_to_stdstream(lines, ignore_prefix=False)
    assert capfd.readouterr().out == ""


def test_no_ray_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ConfigError, match=r"needs Ray: pip install -e '\.\[ray\]'"):
        engine_for(_HERE, toy_sweep(tmp_path), 1, 1)


def test_an_engine_that_began_a_cluster_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = []
    monkeypatch.setattr(ray, "shutdown", lambda: ended.append(True))
    task: Any = None
    for has_begun in (False, True):
        RayEngine(task, 1.0, 0.0, has_begun=has_begun).close()
    assert ended == [True]
