"""What starts workers: this machine, or a cluster. An engine only starts; workers pull trials."""

import importlib

from charlab.config.sweep_schema import EngineOptions
from charlab.sweeps.search.spec import StudyLocation
from charlab.sweeps.workers.supervisor import Engine


def build_engine(
    options: EngineOptions, location: StudyLocation, n_trials: int, size: int, job: str
) -> Engine:
    """The engine that the options name.

    Args:
        size: workers at a time.
        job: what runs trials, "module:function".

    Raises:
        ConfigError: if the engine's library is not installed.
    """
    module = importlib.import_module(f"{__name__}.{options.name}")
    engine: Engine = module.build(options, location, n_trials, size, job)
    return engine
