"""What the sweeper itself costs: python experiments/sweep_overhead/measure.py

Prints, and writes to results.json beside this file: the wall time of 1, 2 and 4 workers on trials
that only wait, against the ideal; and the time per trial that waits not at all, beside a bare
Optuna loop over the same function with the same storage.
"""

import argparse
import json
import math
import os
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # workers import the job from here
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(HERE), os.environ.get("PYTHONPATH"))))

import optuna  # noqa: E402

from charlab.sweeps.search.spec import StudyLocation, SweepSpec  # noqa: E402
from charlab.sweeps.search.study import create, load, quiet  # noqa: E402
from charlab.sweeps.workers.engines.local import LocalEngine  # noqa: E402
from charlab.sweeps.workers.supervisor import Supervisor  # noqa: E402

JOB = "waiting:run"


def spec(seconds: float) -> SweepSpec:
    """A sweep over one number by random search."""
    return SweepSpec(
        space={"x": "interval(0,1)"},
        fixed=(f"seconds={seconds}",),
        objectives=("val/loss",),
        directions=("minimize",),
        sampler="random",
        startup_trials=0,
        seed=1,
        pruner="none",
        warmup=0,
        percentile=25.0,
        patience=1,
        reduction_factor=3,
        unit=1,
        full=None,
        function=None,
        function_digest=None,
        base={},
        composition={},
        job=JOB,
    )


def sweep(trials: int, workers: int, seconds: float) -> float:
    """The wall time of a whole sweep in a fresh folder."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        location = StudyLocation("wait", folder, f"sqlite:///{folder / 'study.db'}")
        create(location, spec(seconds))
        study, _ = load(location)
        begun = time.perf_counter()
        Supervisor(
            location=location,
            n_trials=trials,
            size=workers,
            engine=LocalEngine(location, trials, workers, JOB),
            max_failures=1,
        ).run()
        wall = time.perf_counter() - begun
        states = [trial.state.name for trial in study.get_trials(deepcopy=False)]
        assert states == ["COMPLETE"] * trials, states
        return wall


def bare_loop(trials: int) -> float:
    """The wall time of Optuna's own loop over the same function and kind of storage."""
    with tempfile.TemporaryDirectory() as name:
        study = optuna.create_study(
            storage=f"sqlite:///{Path(name) / 'study.db'}", sampler=optuna.samplers.RandomSampler(1)
        )
        begun = time.perf_counter()
        study.optimize(lambda trial: (trial.suggest_float("x", 0, 1) - 0.3) ** 2, trials)
        return time.perf_counter() - begun


def main() -> None:
    """Measures and writes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=2.0)
    options = parser.parse_args()
    quiet()
    sweep(2, 1, 0.0)  # the fork server starts once for all
    results: dict[str, object] = {"trials": options.trials, "seconds": options.seconds}
    for workers in (1, 2, 4):
        wall = sweep(options.trials, workers, options.seconds)
        ideal = math.ceil(options.trials / workers) * options.seconds
        results[f"{workers} workers"] = {
            "wall": round(wall, 2),
            "ideal": ideal,
            "ratio": round(wall / ideal, 3),
        }
        print(f"{workers} workers: {wall:.1f} s, ideal {ideal:.1f} s, ratio {wall / ideal:.3f}")
    ours, bare = sweep(options.trials, 1, 0.0) / options.trials, bare_loop(200) / 200
    results["seconds per empty trial"] = {"sweeper": round(ours, 3), "optuna": round(bare, 4)}
    print(f"an empty trial: {ours:.3f} s here, {bare:.4f} s in a bare Optuna loop")
    (HERE / "results.json").write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
