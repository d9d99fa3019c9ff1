"""Hydra's side of a sweep. Every Hydra program here imports this file: nothing heavy belongs in."""

from dataclasses import dataclass

from hydra.core.config_store import ConfigStore
from hydra.plugins.sweeper import Sweeper
from hydra.types import HydraContext, TaskFunction
from omegaconf import DictConfig


@dataclass
class CharlabSweeperConfig:
    """What selects it: ``hydra/sweeper: charlab_optuna``. Its settings are the ``sweep`` group."""

    _target_: str = "hydra_plugins.charlab_sweeper.sweeper.CharlabSweeper"


ConfigStore.instance().store(
    group="hydra/sweeper", name="charlab_optuna", node=CharlabSweeperConfig, provider="charlab"
)


class CharlabSweeper(Sweeper):
    """Optuna 5 with pruning, resuming to a total, and workers that never wait for each other."""

    def setup(
        self, *, hydra_context: HydraContext, task_function: TaskFunction, config: DictConfig
    ) -> None:
        """Takes what Hydra composed."""
        self.hydra_context = hydra_context
        self.config = config

    def sweep(self, arguments: list[str]) -> None:
        """Runs the sweep that the command line and the configuration describe.

        Raises:
            CharlabError: if it cannot begin or go on.
        """
        from charlab.config.compose import Composition
        from charlab.config.sweep_schema import read_options

        assert self.hydra_context is not None
        assert self.config is not None
        options = read_options(self.config)  # what is wrong with them is said before Optuna comes
        from charlab.sweeps.run import run_sweep

        loader = self.hydra_context.config_loader
        run_sweep(options, Composition.of(self.config), arguments, loader)
