"""What runs a trial, as sweeps see it."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Watch = Callable[[Mapping[str, float], int], bool]
"""Told a validation's metrics and the characters seen; whether to give the trial up."""


@dataclass(frozen=True)
class JobEnd:
    """How a trial's run ended.

    Attributes:
        status: "completed", "pruned" or "interrupted".
        metrics: what it measured; the validation's are the best checkpoint's.
    """

    status: str
    metrics: dict[str, float]


Job = Callable[[list[str], dict[str, Any], Path, Watch | None], JobEnd]
"""Runs a trial: its overrides, how to compose a configuration, its folder, who watches."""

_MOVED = {"charlab.commands.trial:run_trial": "charlab.sweeps.trial:run_trial"}


def load_job(reference: str) -> Job:
    """The job that ``module:function`` names, also as older studies name it."""
    module, _, name = _MOVED.get(reference, reference).partition(":")
    job: Job = getattr(importlib.import_module(module), name)
    return job
