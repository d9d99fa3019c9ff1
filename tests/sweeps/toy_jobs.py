"""Trials that train nothing: what they are to do stands in the composition. Imports no torch."""

import os
import signal
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

from charlab.sweeps.workers.worker import JobEnd, Watch

LEDGER = "ledger"
UNIT = 100  # characters between two validations


def toy_job(
    arguments: list[str], composition: dict[str, Any], folder: Path, watch: Watch | None
) -> JobEnd:
    """Computes a parabola in a few steps, from where it stopped; every step goes to the ledger.

    The composition may hold:
        steps: how many, 3 without it; seconds: that each takes.
        deaths: trial -> how often it kills itself, in its second step.
        failures: trials that raise; all: of every one.
        metrics: further figures.
    """
    stopped = threading.Event()

    def note(number: int, frame: FrameType | None) -> None:
        stopped.set()

    signal.signal(signal.SIGTERM, note)
    trial = folder.name
    folder.mkdir(exist_ok=True)
    _write(folder, f"began {trial}")
    if composition.get("failures") == "all" or trial in composition.get("failures", []):
        raise RuntimeError(f"toy {trial}\nis broken")
    value = distance(arguments)
    saved = folder / "step"
    first = int(saved.read_text()) if saved.exists() else 0
    for step in range(first + 1, composition.get("steps", 3) + 1):
        time.sleep(composition.get("seconds", 0.0))
        if step == 2:
            _die_perhaps(composition.get("deaths", {}).get(trial, 0), folder)
        figure = value + 1 / step
        given_up = watch is not None and watch({"val/loss": figure}, step * UNIT)
        _save(saved, step)
        _write(folder, f"step {step} {trial}")
        if given_up:
            _write(folder, f"ended {trial}")
            return JobEnd("pruned", {"val/loss": figure})
        if stopped.is_set():
            return JobEnd("interrupted", {})
    _write(folder, f"ended {trial}")
    return JobEnd("completed", {"val/loss": value, **composition.get("figures", {})})


def distance(arguments: list[str]) -> float:
    """The square of the distance from 0.3 in all numeric settings."""
    return sum((float(word.partition("=")[2]) - 0.3) ** 2 for word in arguments)


def _die_perhaps(times: int, folder: Path) -> None:
    deaths = folder / "deaths"
    so_far = len(deaths.read_text()) if deaths.exists() else 0
    if so_far < times:
        deaths.write_text("x" * (so_far + 1))
        os.kill(os.getpid(), signal.SIGKILL)


def _save(path: Path, step: int) -> None:
    temporary = path.with_name(".step")
    temporary.write_text(str(step))
    temporary.replace(path)


def _write(folder: Path, line: str) -> None:
    """Appends whole lines: a short write to a file that is open for appending is not torn."""
    ledger = os.open(folder.parent / LEDGER, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(ledger, f"{line} {os.getpid()}\n".encode())
    os.close(ledger)
