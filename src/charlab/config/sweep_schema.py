"""The typed schema of a sweep: the ``sweep`` group of the composed configuration."""

from dataclasses import dataclass
from typing import Annotated, Any

from charlab.config.constraints import (
    FREE_TEXT,
    ByName,
    above,
    at_least,
    between,
    folder_name,
    one_of,
    steps_or_share,
)
from charlab.config.validation import build


@dataclass(frozen=True)
class EngineOptions:
    """What starts workers. An engine with more options adds a subclass."""

    name: str


@dataclass(frozen=True)
class LocalOptions(EngineOptions):
    """Workers on this machine."""


@dataclass(frozen=True)
class SlurmOptions(EngineOptions):
    """Workers as jobs of SLURM, through submitit."""

    cluster: Annotated[str, one_of("slurm", "local")]
    partition: str | None
    minutes: Annotated[int, at_least(1)]
    cpus: Annotated[int, at_least(1)]
    gpus: Annotated[int, at_least(0)]
    memory_gb: Annotated[float, above(0)]
    parameters: dict[str, str]


@dataclass(frozen=True)
class RayOptions(EngineOptions):
    """Workers as actors of a Ray cluster."""

    address: str | None
    cpus: Annotated[float, above(0)]
    gpus: Annotated[float, at_least(0)]


ENGINES: dict[str, type] = {"local": LocalOptions, "slurm": SlurmOptions, "ray": RayOptions}

SAMPLERS = ("tpe", "random", "grid", "gp", "qmc")
DUPLICATES = ("reuse", "redraw", "train")
PRUNERS = ("none", "median", "percentile", "successive_halving", "hyperband", "patient")


@dataclass(frozen=True)
class SweepOptions:
    """What is searched, how, how long, and by whom."""

    name: Annotated[str | None, FREE_TEXT, folder_name()]
    n_trials: Annotated[int | None, at_least(1)]
    max_minutes: Annotated[float | None, above(0)]
    objective: str
    objectives: tuple[str, ...]
    direction: Annotated[str, one_of("auto", "minimize", "maximize")]
    sampler: Annotated[str, one_of(*SAMPLERS)]
    startup_trials: Annotated[int, at_least(0)]
    pruner: Annotated[str, one_of("auto", *PRUNERS)]
    warmup: Annotated[int, at_least(0)]
    validate_every: Annotated[float | None, steps_or_share()]
    percentile: Annotated[float, between(0, 100)]
    patience: Annotated[int, at_least(1)]
    reduction_factor: Annotated[int, at_least(2)]
    seed: Annotated[int, between(0, 2**31 - 1)]
    duplicates: Annotated[str, one_of(*DUPLICATES)]
    enqueue: tuple[dict[str, Any], ...]
    retry_failed: bool
    workers: Annotated[int, between(1, 10_000)]
    storage: Annotated[str | None, FREE_TEXT]
    max_failures: Annotated[int | None, at_least(1)]
    space: dict[str, str]
    space_function: Annotated[str | None, FREE_TEXT]
    finalists: Annotated[int, between(0, 1000)]
    finalist_seeds: Annotated[int, between(1, 1000)]
    engine: Annotated[EngineOptions, ByName(ENGINES)]


@dataclass(frozen=True)
class SweepConfig:
    """The ``sweep`` group where it stands, so that messages name its keys in full."""

    sweep: SweepOptions


def read_options(config: Any) -> SweepOptions:
    """The ``sweep`` group of what Hydra composed, checked.

    Raises:
        ConfigError: a line for each fault.
    """
    from omegaconf import OmegaConf

    plain: Any = OmegaConf.to_container(config.sweep, resolve=True)
    return build(SweepConfig, {"sweep": plain}).sweep
