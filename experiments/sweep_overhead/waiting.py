"""A trial that only waits: what is left of a sweep's time is the sweeper's own."""

import time
from pathlib import Path
from typing import Any

from charlab.sweeps.workers.worker import JobEnd, Watch


def run(
    arguments: list[str], composition: dict[str, Any], folder: Path, watch: Watch | None
) -> JobEnd:
    """Waits, and gives a parabola of the one setting."""
    values = dict(word.split("=", 1) for word in arguments)
    time.sleep(float(values["seconds"]))
    return JobEnd("completed", {"val/loss": (float(values["x"]) - 0.3) ** 2})
