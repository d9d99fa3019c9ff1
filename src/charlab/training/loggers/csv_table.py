"""``metrics.csv``: the points of all curves as a table, a row for each time some are logged."""

import csv
from collections.abc import Mapping
from pathlib import Path

from pytorch_lightning.loggers import CSVLogger
from pytorch_lightning.loggers.csv_logs import ExperimentWriter

from charlab.runs.event_files import TABLE
from charlab.training.loggers.base import RunLogger, Setting


class CsvTable(RunLogger, CSVLogger):
    """Writes ``metrics.csv`` into a run's folder; it holds numbers only.

    Args:
        resume_step: the step a resumed run goes on from; later rows of the broken-off session are
            taken back. None: a new run.
    """

    kind = "csv"

    def __init__(self, folder: Path, resume_step: int | None = None) -> None:
        super().__init__(folder, "")
        self._folder = folder
        self._experiment = _Table(folder, resume_step)

    @property
    def log_dir(self) -> str:
        """The folder."""
        return str(self._folder)

    def begin(self, settings: Mapping[str, Setting], *, resumed: bool) -> str | None:
        """Nothing is left to do."""
        return None

    def add_results(
        self, settings: Mapping[str, Setting], results: Mapping[str, float], step: int
    ) -> None:
        """The metrics in the last row."""
        self.log_metrics(dict(results), step)

    def flush(self) -> None:
        """Writes the rows so far."""
        assert self._experiment is not None
        self._experiment.save()

    def close(self, status: str) -> None:
        """Writes what is left."""
        self.flush()


class _Table(ExperimentWriter):
    """Lightning's writer, which goes on with a table instead of beginning another."""

    def __init__(self, folder: Path, resume_step: int | None) -> None:
        self._resume_step = resume_step
        super().__init__(str(folder))
        path = folder / TABLE
        if resume_step is None or not path.exists():
            return
        with path.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            kept = [row for row in rows if int(row["step"] or 0) <= resume_step]
            self.metrics_keys = list(rows.fieldnames or ())
        path.unlink()
        self.metrics = [
            {key: float(value) for key, value in row.items() if value} | {"step": int(row["step"])}
            for row in kept
        ]
        self.save()

    def _check_log_dir_exists(self) -> None:
        """Nothing: the folder is the run's, and there is more in it."""
