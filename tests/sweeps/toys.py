"""Sweeps of toy jobs: their definition, their ledger, ways to work through them."""

import dataclasses
import functools
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from charlab.config.compose import Composition
from charlab.config.sweep_schema import LocalOptions
from charlab.sweeps.results.sweep_file import file_url
from charlab.sweeps.search.pruners import build_pruner
from charlab.sweeps.search.spec import StudyLocation, SweepSpec
from charlab.sweeps.search.storage import open_storage
from charlab.sweeps.search.study import create, load
from charlab.sweeps.workers.claim import Claimed, claim, end
from charlab.sweeps.workers.engines import build_engine
from charlab.sweeps.workers.locks import locks_for
from charlab.sweeps.workers.pruning_reports import Reporter
from charlab.sweeps.workers.supervisor import Supervisor, SweepStatus
from tests.sweeps.toy_jobs import LEDGER, distance

PLAIN = SweepSpec(
    space={"x": "interval(0,1)"},
    fixed=(),
    objectives=("val/loss",),
    directions=("minimize",),
    sampler="random",
    startup_trials=2,
    seed=1,
    pruner="none",
    warmup=1,
    percentile=25.0,
    patience=1,
    reduction_factor=3,
    unit=100,
    full=900,
    function=None,
    function_digest=None,
    base={},
    composition=Composition("conf", "train", (), ()).to_plain(),
    job="tests.sweeps.toy_jobs:toy_job",
)


def toy_spec(**changes: Any) -> SweepSpec:
    """A definition of a sweep of toy jobs."""
    return dataclasses.replace(PLAIN, **changes)


def toy_sweep(folder: Path, name: str = "toy", **changes: Any) -> StudyLocation:
    """A new sweep; its settings are those of a :class:`SweepSpec`."""
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "study.db").write_bytes(_empty_storage())
    location = StudyLocation(name, place, file_url(place))
    create(location, toy_spec(**changes))
    return location


@functools.cache
def _empty_storage() -> bytes:
    """A storage's file with its tables: making them takes longer than all the rest."""
    with tempfile.TemporaryDirectory() as folder:
        open_storage(file_url(Path(folder))).remove_session()
        return (Path(folder) / "study.db").read_bytes()


@dataclasses.dataclass
class Worker:
    """A process that takes one trial after the other, played in this one.

    Its locks are its own: files that are opened twice lock each other out in one process too.
    """

    location: StudyLocation
    owner: str = "a"

    def __post_init__(self) -> None:
        self.study, self.spec = load(self.location)
        self.locks = locks_for(self.location)

    def take(self, n_trials: int) -> Claimed | None:
        """Claims a trial; its pruner knows no more than a fresh process's."""
        self.study.pruner = build_pruner(self.spec)
        return claim(self.study, self.spec, self.locks, n_trials, self.owner)

    def taken(self, n_trials: int) -> Claimed:
        """The same, where there is one."""
        claimed = self.take(n_trials)
        assert claimed is not None
        return claimed

    def die(self, claimed: Claimed) -> None:
        """What a process that dies leaves behind: nothing but a free lock."""
        self.locks.let_go(claimed.trial.number)

    def finish(self, claimed: Claimed, state: str = "COMPLETE", value: float | None = 1.0) -> None:
        """Ends a trial."""
        end(self.study, claimed.trial._trial_id, state, None if value is None else [value])
        self.die(claimed)


def work_serially(location: StudyLocation, n_trials: int) -> list[dict[str, Any]]:
    """Works through a sweep as one process after the other would; each validates nine times."""
    worker = Worker(location)
    while (claimed := worker.take(n_trials)) is not None:
        value = distance([word for word in claimed.arguments if word[-1].isdigit()])
        if worker.spec.pruner != "none" and _is_given_up(claimed, value):
            worker.finish(claimed, "PRUNED", None)
        else:
            worker.finish(claimed, value=value)
    return [dict(trial.params) for trial in trials_of(location)]


def _is_given_up(claimed: Claimed, value: float) -> bool:
    report = Reporter(claimed.trial, "val/loss", 100)
    way = 1 if value > 100 else -1  # a bad one gets worse
    return any(report({"val/loss": value + way * step / 99}, 100 * step) for step in range(1, 10))


def trials_of(location: StudyLocation) -> list[Any]:
    """The trials in the storage."""
    study, _ = load(location)
    return study.get_trials(deepcopy=False)


def states_of(location: StudyLocation) -> Counter[str]:
    """How many trials are in each state."""
    return Counter(trial.state.name for trial in trials_of(location))


def ledger_of(location: StudyLocation) -> Counter[str]:
    """How often each thing happened: "began 3", "step 2 3" (step 2 of trial 3), "ended 3"."""
    file = location.folder / LEDGER
    lines = file.read_text().splitlines() if file.exists() else []
    return Counter(line.rpartition(" ")[0] for line in lines)


def toy_supervisor(location: StudyLocation, n_trials: int, size: int, **more: Any) -> Supervisor:
    """A pool of real processes."""
    _, spec = load(location)
    return Supervisor(
        location=location,
        n_trials=n_trials,
        size=size,
        engine=build_engine(LocalOptions("local"), location, n_trials, size, spec.job),
        max_failures=more.pop("max_failures", 5),
        **more,
    )


def main(folder: str, name: str, n_trials: str, size: str) -> None:
    """A supervisor in a process of its own."""
    place = Path(folder) / name
    location = StudyLocation(name, place, file_url(place))

    def on_status(status: SweepStatus) -> None:
        (place / "looked").touch()

    toy_supervisor(location, int(n_trials), int(size), on_status=on_status).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
