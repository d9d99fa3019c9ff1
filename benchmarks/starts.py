"""How long a user waits: for help, for an error, for the first training step."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.rows import Row

_FAST = {
    "--help": ["--help"],
    "--cfg job": ["--cfg", "job"],
    "a value out of range": ["model.hidden_size=-1"],
    "an unknown setting": ["model.hidden=5"],
    "an unknown choice": ["model=transformer"],
}


def start_rows(project: Path, rounds: int) -> Iterator[Row]:
    """Seconds from the command to what it is for; the best of some rounds, caches warm.

    Args:
        project: the folder of ``train.py``.
        rounds: of measurements, after one that warms the caches.
    """
    for what, arguments in _FAST.items():
        seconds = min(_run(project, arguments)[1] for _ in range(rounds + 1))
        yield Row("starts", what, "s", seconds, 1.0, "1 s", "<1")
    first = min(_first_step(project) for _ in range(rounds + 1))
    yield Row("starts", "first training step, embedded names", "s", first, 6.0, "6 s", "<1")
    importing = min(_seconds([sys.executable, "-c", "import torch"]) for _ in range(rounds + 1))
    yield Row("starts", "the same", "s", first, importing, "`import torch` alone", "")


def _first_step(project: Path) -> float:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    with tempfile.TemporaryDirectory() as folder:
        arguments = [
            "trainer.max_steps=1",
            "trainer.log_every=1",
            "trainer.accelerator=cpu",
            "task.samples.count=0",
            "trainer.figures=never",
            f"output_dir={folder}",
        ]
        begin, _ = _run(project, arguments)
        events = next(Path(folder).glob("generate/**/events.out.tfevents.*"))
        written = EventAccumulator(str(events.parent))  # a run writes several files
        written.Reload()
        return float(written.Scalars("train/loss")[0].wall_time) - begin


def _run(project: Path, arguments: list[str]) -> tuple[float, float]:
    """When a command began, and the seconds it took."""
    begin = time.time()
    return begin, _seconds([sys.executable, str(project / "train.py"), *arguments], project)


def _seconds(command: list[str], folder: Path | None = None) -> float:
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    begin = time.perf_counter()
    subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    return time.perf_counter() - begin
