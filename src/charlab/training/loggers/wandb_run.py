"""Weights & Biases."""

import shlex
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pytorch_lightning.loggers import WandbLogger

from charlab.config.schema import WandbOptions
from charlab.system.terminal import visible
from charlab.training.loggers.base import RunLogger, Setting


class WandbRun(RunLogger, WandbLogger):
    """A run of Weights & Biases, whose files are in the run's folder.

    Args:
        name: what it is called there.
        group: what it is shown together with; None: nothing.
        run_id: its id, of a run that goes on.
    """

    kind = "wandb"
    has_id = True

    def __init__(
        self,
        options: WandbOptions,
        folder: Path,
        name: str,
        group: str | None = None,
        run_id: str | None = None,
    ) -> None:
        import wandb

        super().__init__(
            name,
            folder,
            id=run_id,
            project=options.project,
            entity=options.entity,
            group=group,
            mode="offline" if options.offline else None,
            settings=wandb.Settings(console="off", silent=True),
        )
        self._wandb_init.pop("anonymous", None)  # which wandb warns of
        self._is_offline = options.offline

    def begin(self, settings: Mapping[str, Setting], *, resumed: bool) -> str | None:
        """Opens the run and tells it the settings."""
        run = self.experiment
        self.log_hyperparams(dict(settings))
        if self._is_offline:
            return shlex.join(["wandb", "sync", str(Path(run.dir).parent)])
        return None if run.url is None else str(run.url)

    def add_text(self, tag: str, text: str, step: int) -> None:
        """A text, in a table of one cell."""
        self.log_text(tag, ["text"], [[visible(text, keep="\n")]], step=step)

    def add_image(self, tag: str, pixels: npt.NDArray[np.uint8], step: int) -> None:
        """An image."""
        self.log_image(tag, [pixels], step)

    def add_results(
        self, settings: Mapping[str, Setting], results: Mapping[str, float], step: int
    ) -> None:
        """The metrics in the run's summary."""
        self.experiment.summary.update(dict(results))

    def close(self, status: str) -> None:
        """Ends the run; what did not come to its end or a signal counts as failed there."""
        self.experiment.finish(exit_code=int(status == "failed"))
