"""MLflow."""

import logging
import os
import shlex
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pytorch_lightning.loggers import MLFlowLogger

from charlab.config.schema import MlflowOptions
from charlab.system.terminal import visible
from charlab.training.loggers.base import RunLogger, Setting

_VARIABLE = "MLFLOW_TRACKING_URI"
_ENDED = {"completed": "FINISHED", "failed": "FAILED"}  # anything else is "KILLED" there


class MlflowRun(RunLogger, MLFlowLogger):
    """A run in MLflow.

    Args:
        output_dir: where the store is, if neither the options nor the environment say where.
        name: what it is called there.
        run_id: its id, of a run that goes on.
    """

    kind = "mlflow"
    has_id = True

    def __init__(
        self, options: MlflowOptions, output_dir: Path, name: str, run_id: str | None = None
    ) -> None:
        logging.getLogger("mlflow").setLevel(logging.ERROR)
        logging.getLogger("alembic").setLevel(logging.ERROR)
        own = None
        uri = options.tracking_uri or os.environ.get(_VARIABLE)
        if not uri:
            place = output_dir.absolute()
            path = str(place).replace("%", "%25").replace("?", "%3F")  # an address's own signs
            uri, own = f"sqlite:///{path}/mlflow.db", f"{place.as_uri()}/mlartifacts"
        super().__init__(
            options.experiment, name, tracking_uri=uri, artifact_location=own, run_id=run_id
        )
        self._uri = uri

    def begin(self, settings: Mapping[str, Setting], *, resumed: bool) -> str | None:
        """Opens the run and tells it the settings, which never change there."""
        self._open()
        if resumed and self._run_id is not None:
            self.experiment.update_run(self._own_id, "RUNNING")
        else:
            self.log_hyperparams({key: visible(value) for key, value in settings.items()})
        local = self._uri.startswith(("sqlite:", "file:"))
        command = ["mlflow", "ui", "--backend-store-uri", self._uri]
        return shlex.join(command) if local else None

    def _open(self) -> None:
        """Opens the run; the environment, where MLflow names its store, stays the user's own."""
        before = os.environ.get(_VARIABLE)
        try:
            _ = self.experiment
        finally:
            os.environ.pop(_VARIABLE, None)
            if before is not None:
                os.environ[_VARIABLE] = before

    @property
    def _own_id(self) -> str:
        run_id = self.version
        assert run_id is not None
        return run_id

    def add_text(self, tag: str, text: str, step: int) -> None:
        """A text, as an artifact."""
        self.experiment.log_text(self._own_id, text, f"{tag}/{step:09}.txt")

    def add_image(self, tag: str, pixels: npt.NDArray[np.uint8], step: int) -> None:
        """An image, as an artifact."""
        self.experiment.log_image(self._own_id, pixels, f"{tag}/{step:09}.png")

    def add_results(
        self, settings: Mapping[str, Setting], results: Mapping[str, float], step: int
    ) -> None:
        """The metrics beside the others."""
        self.log_metrics(results, step)

    def close(self, status: str) -> None:
        """Ends the run."""
        self.experiment.set_terminated(self._own_id, _ENDED.get(status, "KILLED"))
