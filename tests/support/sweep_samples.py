"""Made-up sweeps: records as a sweep leaves them, with an in-memory study beside them."""

import json
import math
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import optuna

from charlab.sweeps.results.records import Finalist, SweepResults, TrialResult

SPACE = {
    "optimizer.lr": "tag(log, interval(1e-4, 1e-1))",
    "model": "choice(vanilla,lstm,gru)",
    "model.hidden_size": "choice(64,128,256)",
    "model.num_layers": "range(1,5)",
    "model.dropout": "interval(0.0,0.5)",
    "model.bidirectional": "choice(true,false)",
    "model.nonlinearity": "choice(tanh,relu)",  # conditional: of vanilla only
}
BEGAN = datetime(2026, 11, 20, 9, 30)
_STATES = {
    "complete": optuna.trial.TrialState.COMPLETE,
    "pruned": optuna.trial.TrialState.PRUNED,
    "failed": optuna.trial.TrialState.FAIL,
    "running": optuna.trial.TrialState.RUNNING,
    "waiting": optuna.trial.TrialState.WAITING,
}


def trial(number: int, state: str = "complete", value: float | None = None, **more: Any) -> Any:
    """A trial of few words; its parameters are in ``parameters=``."""
    known: dict[str, Any] = {
        "parameters": {},
        "values": None if value is None else (value,),
        "curve": (),
        "arguments": ("model=lstm", f"optimizer.lr=0.{number + 1}"),
    }
    return TrialResult(number=number, state=state, **{**known, **more})


def sweep(trials: Sequence[TrialResult], **more: Any) -> SweepResults:
    """A sweep of these trials; its study holds the same."""
    known: dict[str, Any] = {
        "name": "lr_and_size",
        "folder": Path("outputs/sweeps/lr_and_size"),
        "objectives": ("val/loss",),
        "directions": ("minimize",),
        "n_trials": len(trials),
        "sampler": "tpe",
        "pruner": "hyperband",
        "seed": 1,
        "space": dict(SPACE),
        "fixed": ("dataset=names", "trainer.max_epochs=10"),
        "finalists": (),
    }
    known |= more
    known["study"] = _study(trials, known["directions"])
    return SweepResults(trials=tuple(trials), **known)


def large_sweep(count: int = 60, seed: int = 0, **more: Any) -> SweepResults:
    """A sweep with everything in it: all states, conditional settings, finalists."""
    chance = random.Random(seed)
    return sweep(
        [_random_trial(number, chance) for number in range(count)],
        **{"n_trials": count + 5, "finalists": _finalists(count), **more},
    )


def two_objectives(count: int = 40, seed: int = 1) -> SweepResults:
    """A sweep that wants a low loss and a high speed."""
    chance = random.Random(seed)
    trials = []
    for number in range(count):
        size = chance.choice([32, 64, 128, 256])
        loss = 1.6 + 12 / size + chance.gauss(0, 0.05)
        speed = 4e6 / size * chance.uniform(0.7, 1.1)
        parameters = {"model.hidden_size": size, "optimizer.lr": 10 ** chance.uniform(-4, -2)}
        state = "failed" if number == 7 else "complete"
        values = None if state == "failed" else (loss, speed)
        arguments = tuple(f"{name}={value}" for name, value in parameters.items())
        trials.append(
            TrialResult(number, state, parameters, values, (), arguments, seconds=100.0 + size)
        )
    return sweep(
        trials,
        objectives=("val/loss", "speed/train_chars_per_second"),
        directions=("minimize", "maximize"),
        space={name: SPACE[name] for name in ("optimizer.lr", "model.hidden_size")},
    )


def write_run(
    folder: Path,
    metrics: dict[str, Any] | None = None,
    *,
    settings: str | None = None,
    status: str = "completed",
    overrides: Sequence[str] = (),
    fingerprint: str = "abc",
) -> Path:
    """A run's folder with what a comparison reads; ``settings`` is YAML."""
    folder.mkdir(parents=True)
    stored = {**(metrics or {}), "status": status}
    (folder / "metrics.json").write_text(json.dumps(stored))
    (folder / "environment.json").write_text(json.dumps({"dataset_fingerprint": fingerprint}))
    if settings is not None:
        (folder / ".hydra").mkdir()
        (folder / ".hydra" / "config.yaml").write_text(settings)
        (folder / ".hydra" / "overrides.yaml").write_text(json.dumps(list(overrides)))
    return folder


def _state(number: int, floor: float) -> str:
    """What became of a trial that could not do better than ``floor``."""
    if number in (58, 59):
        return "running"
    if number in (11, 29):
        return "failed"
    return "pruned" if number > 4 and floor > 2.35 and number != 13 else "complete"


def _random_trial(number: int, chance: random.Random) -> TrialResult:
    parameters: dict[str, Any] = {
        "optimizer.lr": 10 ** chance.uniform(-4, -1),
        "model": chance.choice(["vanilla", "lstm", "gru"]),
        "model.hidden_size": chance.choice([64, 128, 256]),
        "model.num_layers": chance.randint(1, 4),
        "model.dropout": chance.uniform(0, 0.5),
        "model.bidirectional": chance.random() < 0.5,
    }
    if parameters["model"] == "vanilla":
        parameters["model.nonlinearity"] = chance.choice(["tanh", "relu"])
    distance = abs(math.log10(parameters["optimizer.lr"]) + 2.4)
    floor = 1.95 + 0.25 * distance**2 + 12 / parameters["model.hidden_size"]
    if number == 13:
        floor = 40.0  # blew up
    steps = 12
    points = [
        (40_000 * (i + 1), floor + 1.4 * math.exp(-0.45 * i) + chance.gauss(0, 0.01))
        for i in range(steps)
    ]
    state = _state(number, floor)
    done = {"pruned": chance.choice([2, 4]), "failed": 3, "running": 6}.get(state, steps)
    arguments = tuple(
        f"{name}={str(value).lower() if isinstance(value, bool) else value}"
        for name, value in parameters.items()
    )
    begun = BEGAN + timedelta(minutes=3 * number)
    reason = None
    if state == "failed":
        reason = "the loss is not a number any more: lower optimizer.lr or trainer.gradient_clip"
    return TrialResult(
        number=number,
        state=state,
        parameters=parameters,
        values=(points[-1][1],) if state == "complete" else None,
        curve=tuple(points[:done]),
        arguments=arguments,
        reason=reason,
        seconds=16.0 * done,
        begun=begun,
        ended=None if state == "running" else begun + timedelta(seconds=16 * done),
        folder=None if number % 5 == 4 else Path(f"outputs/sweeps/lr_and_size/{number}"),
        metrics={"test/loss": floor + 0.02, "test/perplexity": math.exp(floor + 0.02)}
        if state == "complete"
        else {},
        limit_share=done / steps if state == "pruned" and number % 2 else None,
    )


def _finalists(trials: int) -> tuple[Finalist, ...]:
    return tuple(
        Finalist(
            trial=number,
            arguments=("model=lstm", f"model.hidden_size={size}", "optimizer.lr=0.0041"),
            values=dict(enumerate(values, start=1)),
            metrics={seed: {"test/loss": v + 0.01} for seed, v in enumerate(values, start=1)},
        )
        for number, size, values in (
            (31, 256, (2.013, 2.021, 2.009)),
            (22, 128, (2.031, 2.027, 2.044)),
            (40, 64, (2.08,)),
        )
        if number < trials
    )


def _study(trials: Sequence[TrialResult], directions: Sequence[str]) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(directions=list(directions))
    names = sorted({name for one in trials for name in one.parameters})
    known = {
        name: _distribution([t.parameters[name] for t in trials if name in t.parameters])
        for name in names
    }
    for one in trials:
        study.add_trial(
            optuna.trial.create_trial(
                state=_STATES[one.state],
                params=one.parameters,
                distributions={name: known[name] for name in one.parameters},
                values=one.values if one.state == "complete" else None,
            )
        )
    return study


def _distribution(values: Sequence[Any]) -> optuna.distributions.BaseDistribution:
    if all(isinstance(value, float) for value in values):
        return optuna.distributions.FloatDistribution(min(values), max(values))
    return optuna.distributions.CategoricalDistribution(list(dict.fromkeys(values)))


# Three trials whose settings are of every kind, and what was searched
MIXED_TRIALS = [
    trial(0, value=3.0, parameters={"lr": 1e-4, "n": 1, "kind": "b", "on": True, "size": 128}),
    trial(1, value=1.0, parameters={"lr": 1e-2, "n": 4, "kind": "a", "on": False, "size": 64}),
    trial(2, value=2.0, parameters={"lr": 1e-3, "kind": "a", "on": True, "size": 512}),
]
MIXED_SPACE = {
    "size": "choice(512,64,128)",
    "lr": "tag(log, interval(1e-4,1e-2))",
    "n": "int(interval(1,4))",
    "kind": "choice(a,b)",
}
