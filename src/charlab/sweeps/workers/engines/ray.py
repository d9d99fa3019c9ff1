"""Workers as actors of a Ray cluster."""

import dataclasses
import logging
import os
import socket
import time
from typing import Any

from charlab.config.sweep_schema import RayOptions
from charlab.errors import ConfigError, SweepError
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.workers.engines.local import cores
from charlab.sweeps.workers.engines.remote import Child, Task
from charlab.system.terminal import warn

_CALLS = 10  # to an actor at once: its wait(), again after a break in the connection, and stop()
_OBJECT_STORE = 100 * 2**20  # bytes; workers exchange nothing but a line


def build(
    options: RayOptions, location: StudyLocation, n_trials: int, size: int, job: str
) -> "RayEngine":
    """See :func:`charlab.sweeps.workers.engines.build_engine`."""
    try:
        import ray
    except ImportError as error:
        raise ConfigError("sweep=ray needs Ray: pip install -e '.[ray]'") from error
    has_begun = _connect(ray, options)
    try:
        _require_room(ray, options)
        _warn_about_files(ray, location)
    except ConfigError:
        if has_begun:
            ray.shutdown()
        raise
    task = Task.on(location, n_trials, job, options.cpus, options.gpus)
    return RayEngine(task, options.cpus, options.gpus, has_begun=has_begun)


class RayEngine:
    """Starts actors.

    Args:
        task: what an actor does, but for its owner.
        has_begun: whether this process connected to Ray, and has to leave it.
    """

    def __init__(self, task: Task, cpus: float, gpus: float, *, has_begun: bool) -> None:
        import ray

        self._ray: Any = ray
        self._task = task
        self._has_begun = has_begun
        self._actor: Any = ray.remote(Node).options(
            num_cpus=cpus, num_gpus=gpus, max_concurrency=_CALLS, max_restarts=0
        )
        self._actors: list[RayActor] = []

    def start(self, owner: str, slot: int) -> "RayActor":
        """An actor that works on one trial after the other."""
        self._forget_ended()
        task = dataclasses.replace(self._task, owner=owner)
        self._actors.append(RayActor(self._ray, self._actor.remote(task)))
        return self._actors[-1]

    def wait(self, seconds: float) -> None:
        """Waits until an actor ends, for some seconds at most."""
        self._forget_ended()
        ends = [actor.end for actor in self._actors]
        if ends:
            self._ray.wait(ends, timeout=seconds)
        else:
            time.sleep(seconds)

    def _forget_ended(self) -> None:
        ended = [actor for actor in self._actors if actor.ended() is not None]
        self._actors = [actor for actor in self._actors if actor not in ended]
        if lost := sum(actor.is_lost for actor in ended):
            warn(
                f"a node of the Ray cluster is gone, and {lost} of the workers with it; their "
                "trials go on elsewhere"
            )

    def close(self) -> None:
        """Leaves the cluster; one that was begun here ends."""
        if self._has_begun:
            self._ray.shutdown()


class RayActor:
    """A worker.

    Args:
        ray: the library.
        actor: its handle of a :class:`Node`.
    """

    def __init__(self, ray: Any, actor: Any) -> None:
        self._ray = ray
        self._actor = actor
        self.end = actor.wait.remote()  # a promise of how it ends
        self._is_there = actor.is_there.remote()
        self._how: str | None = None
        self.is_lost = False  # with its node

    def ended(self) -> str | None:
        """See :class:`charlab.sweeps.workers.supervisor.Worker`."""
        if self._how is None and self._ray.wait([self.end], timeout=0)[0]:
            self._how = self._end()
            if self._how is not None:
                self._ray.kill(self._actor)  # gives its share of the node back
        return self._how

    def stop(self, *, at_once: bool) -> None:
        """See :class:`charlab.sweeps.workers.supervisor.Worker`."""
        if self.ended() is not None:
            return
        is_there = bool(self._ray.wait([self._is_there], timeout=0)[0])
        if is_there and not at_once:
            self._actor.stop.remote()
        else:  # the child of an actor that is no more ends with it
            self._ray.kill(self._actor)

    def _end(self) -> str | None:
        """How it ended; None if it is only out of reach, until Ray knows more."""
        try:
            return str(self._ray.get(self.end))
        except self._ray.exceptions.ActorUnavailableError:
            self.end = self._actor.wait.remote()
            return None
        except self._ray.exceptions.RayError as error:
            text = " ".join(str(error).split())
            if "node has died" in text or getattr(error, "preempted", False):
                self.is_lost = True
                return ""  # no fault of the trial's
            cause = getattr(error, "cause", None)
            return f"Ray says: {str(cause or text)[:300]}"


class Node:
    """What Ray makes an actor of."""

    def __init__(self, task: Task) -> None:
        self._child: Child | None = None
        self._refusal = ""
        try:
            self._child = Child(task)
        except SweepError as error:
            self._refusal = str(error)

    def is_there(self) -> bool:
        """Whether there is room for it on a node: known once this is answered."""
        return True

    def wait(self) -> str:
        """Waits for the end of the work; "" or, if it could not be done, why."""
        return self._refusal if self._child is None else self._child.wait()

    def stop(self) -> None:
        """Asks for the end of the work."""
        if self._child is not None:
            self._child.stop(at_once=False)


def _connect(ray: Any, options: RayOptions) -> bool:
    """Whether it had to."""
    if ray.is_initialized():
        return False
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # a user's sweeps are nobody's business
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # says nothing of it
    ray._private.worker._worker_logs_enabled = False  # dumps of a dead node's daemon too
    common = {"logging_level": logging.ERROR, "log_to_driver": False, "namespace": "charlab"}
    try:
        if options.address is not None:
            ray.init(address=options.address, **common)
        else:
            ray.init(
                address="local",
                num_cpus=cores(),
                include_dashboard=False,
                object_store_memory=_OBJECT_STORE,
                **common,
            )
    except Exception as error:
        text = " ".join(str(error).split())[:300]
        raise ConfigError(f"sweep.engine.address={options.address or 'null'}: {text}") from error
    return True


def _require_room(ray: Any, options: RayOptions) -> None:
    """Looks whether a node is large enough for a worker: Ray itself would wait for one for ever."""
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    for key, name, wanted in (("cpus", "CPU", options.cpus), ("gpus", "GPU", options.gpus)):
        largest = max((node.get(name, 0.0) for node in nodes), default=0.0)
        if wanted <= largest:
            continue
        text = f"sweep.engine.{key}={wanted:g}: the largest node here has {largest:g}"
        if options.address is None:
            raise ConfigError(text)
        warn(f"{text}; workers wait until there is a larger one")


def _warn_about_files(ray: Any, location: StudyLocation) -> None:
    others = {n["NodeManagerHostname"] for n in ray.nodes() if n["Alive"]} - {socket.gethostname()}
    if others and location.storage.startswith("sqlite"):
        warn(
            "the sweep's storage is an SQLite file, which other hosts can only use on a file "
            "system that they share; sweep.storage= with a server (PostgreSQL, MySQL) is safer"
        )
