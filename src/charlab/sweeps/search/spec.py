"""What makes a sweep that sweep: stored when it is created, compared by whoever joins it."""

import dataclasses
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from optuna.trial import FrozenTrial

from charlab.config.later_settings import flat_with_later
from charlab.config.schema import is_incidental
from charlab.sweeps.search.parameter import Parameter


@dataclass(frozen=True)
class StudyLocation:
    """Where a sweep is, for any process that works on it.

    Attributes:
        name: of the study in its storage.
        folder: where its trials have their folders.
        storage: the storage's URL.
    """

    name: str
    folder: Path
    storage: str

    def to_plain(self) -> dict[str, str]:
        """For another process."""
        return {"name": self.name, "folder": str(self.folder), "storage": self.storage}

    @classmethod
    def from_plain(cls, plain: dict[str, str]) -> "StudyLocation":
        """What :meth:`to_plain` gave."""
        return cls(plain["name"], Path(plain["folder"]), plain["storage"])


@dataclass(frozen=True)
class SweepSpec:
    """A sweep's definition; plain data.

    Attributes:
        space: setting -> search, in Hydra's syntax.
        fixed: the overrides that all trials share.
        objectives: the metrics that are compared.
        directions: "minimize" or "maximize" for each.
        sampler, startup_trials, seed: how trials are chosen.
        pruner, warmup, percentile, patience, reduction_factor: how trials are pruned.
        unit: characters of training between two reports.
        full: characters of a whole trial's training; None if only time limits it.
        function: "FILE.py:function" for settings that depend on others; None without.
        function_digest: SHA-256 of that file.
        base: the configuration that all trials share, flat; what is searched is not in it.
        composition: how other processes compose a configuration.
        job: "module:function" that runs a trial.
        duplicates: what becomes of a trial whose settings were tried: "reuse", "redraw", "train".
    """

    space: dict[str, str]
    fixed: tuple[str, ...]
    objectives: tuple[str, ...]
    directions: tuple[str, ...]
    sampler: str
    startup_trials: int
    seed: int
    pruner: str
    warmup: int
    percentile: float
    patience: int
    reduction_factor: int
    unit: int
    full: int | None
    function: str | None
    function_digest: str | None
    base: dict[str, Any]
    composition: dict[str, Any]
    job: str
    duplicates: str = "reuse"

    @property
    def parameters(self) -> list[Parameter]:
        """What is searched, in the order of its keys, so that no command line's order matters."""
        return [Parameter(key, text) for key, text in sorted(self.space.items())]

    def ranked(self, trials: Sequence[FrozenTrial]) -> list[FrozenTrial]:
        """The complete trials, the best by the first objective first."""
        sign = -1.0 if self.directions[0] == "maximize" else 1.0
        complete = [trial for trial in trials if trial.state.name == "COMPLETE"]
        return sorted(complete, key=lambda trial: (sign * trial.values[0], trial.number))

    def to_json(self) -> str:
        """For the storage."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "SweepSpec":
        """What :meth:`to_json` gave."""
        plain = json.loads(text)
        for key in ("fixed", "objectives", "directions"):
            plain[key] = tuple(plain[key])
        return cls(**plain)

    def differences(self, other: "SweepSpec") -> Iterator[str]:
        """A line for each thing in which another definition would make another sweep of it."""
        keys = ("space", "base", *(f.name for f in dataclasses.fields(self)))
        for key in [key for key in dict.fromkeys(keys) if key not in _NOT_COMPARED]:
            mine, others = _compared(self, key), _compared(other, key)
            for name in sorted({*mine, *others}):
                there, here = mine.get(name, _NOTHING), others.get(name, _NOTHING)
                if there != here:
                    yield f"{name}: {_shown(there)} there, {_shown(here)} here"


_NOTHING = object()
# What makes no difference: how trials are composed and counted; the fixed overrides make the base.
_NOT_COMPARED = {"fixed", "unit", "full", "composition"}


def _compared(spec: SweepSpec, key: str) -> dict[str, Any]:
    value = getattr(spec, key)
    if key == "space":
        return {f"the search of {name}": text.replace(" ", "") for name, text in value.items()}
    if key == "base":
        base = flat_with_later(value, spec.space)
        return {name: item for name, item in base.items() if not is_incidental(name)}
    if isinstance(value, tuple):
        value = ", ".join(value)
    return {f"sweep.{key}": value}


def _shown(value: Any) -> str:
    """A setting as a command line has it."""
    if value is _NOTHING:
        return "nothing"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
