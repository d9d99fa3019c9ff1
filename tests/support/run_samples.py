"""Made-up runs, as a comparison reads them from their folders."""

from collections.abc import Sequence
from pathlib import Path

from charlab.reports.run_records import RunFacts


def run(
    name: str,
    seed: int,
    value: float | None,
    *,
    status: str = "completed",
    metric: str = "test/loss",
    arguments: Sequence[str] | None = None,
    **settings: str,
) -> RunFacts:
    """A run of few words: its model, its seed, its figure; further settings by ``model__x=``."""
    known = {"task.name": "generate", "model.name": name, "seed": str(seed)}
    typed = (f"model={name}", f"seed={seed}", "+output_dir=x") if arguments is None else arguments
    return RunFacts(
        folder=Path(f"outputs/{name}/{seed}"),
        status=status,
        metrics={} if value is None else {metric: value},
        settings={**known, **{k.replace("__", "."): v for k, v in settings.items()}},
        overrides=tuple(typed),
        fingerprint="abc",
    )


RUNS = [
    run("lstm", 1, 2.0, model__forget_bias="1.0"),
    run("lstm", 2, 2.2, model__forget_bias="1.0"),
    run("gru", 1, 1.9),
    run("gru", 2, 2.0),
    run("gru", 3, 2.1),
    run("gru", 4, 1.0, status="interrupted"),
    run("vanilla", 1, 2.5, model__nonlinearity="tanh"),
]
