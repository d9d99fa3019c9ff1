"""A run's curves, texts, figures and hyperparameters for TensorBoard."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from torch.utils.tensorboard import SummaryWriter
from torch.utils.tensorboard.summary import hparams

from charlab.directions import higher_is_better

_ROW_SUFFIX = ".hparams"
FIGURES = (
    "loss",
    "perplexity",
    "bits_per_char",
    "bits_per_byte",
    "bits_per_word",
    "bits_per_original_char",
    "accuracy",
    "macro_f1",
    "top3_accuracy",
)


class Curves:
    """Writes event files into a run's folder.

    Args:
        folder: the run's folder.
        resume_step: the step a resumed run goes on from; later points of the broken-off session
            are hidden. None: a new run.
    """

    def __init__(self, folder: Path, resume_step: int | None = None) -> None:
        self._folder = folder
        purge = None if resume_step is None else resume_step + 1
        self._writer = SummaryWriter(str(folder), purge_step=purge, flush_secs=10)

    def scalars(self, figures: Mapping[str, float], step: int) -> None:
        """Points of curves, by tag."""
        for tag, value in figures.items():
            self._writer.add_scalar(tag, value, step)

    def text(self, tag: str, text: str, step: int) -> None:
        """A text, shown with its line breaks and nothing of it taken for markup."""
        indented = "\n".join(f"    {line}" for line in text.split("\n"))
        self._writer.add_text(tag, indented, step)

    def image(self, tag: str, pixels: npt.NDArray[np.uint8], step: int) -> None:
        """An image, (height, width, 3)."""
        self._writer.add_image(tag, pixels, step, dataformats="HWC")

    def row(self, settings: Mapping[str, Any], figures: Mapping[str, float], step: int) -> None:
        """The run's row in the HPARAMS tab: its settings, its last and its best figures.

        The row has an event file of its own, which a resumed run replaces: TensorBoard keeps the
        first row that it meets.
        """
        for old in self._folder.glob(f"events.out.tfevents.*{_ROW_SUFFIX}"):
            old.unlink(missing_ok=True)
        self.scalars(
            {tag: v for tag, v in figures.items() if tag.startswith(("best/", "test/"))}, step
        )
        writer = SummaryWriter(str(self._folder), filename_suffix=_ROW_SUFFIX)
        events: Any = writer.file_writer
        rows: Any = hparams  # torch's TensorBoard helpers are not typed
        # The first summary describes the columns of all runs, of which this one knows nothing:
        # without it TensorBoard looks which settings differ, and what their types are.
        for summary in rows(dict(settings), {})[1:]:
            events.add_summary(summary)
        writer.close()

    def flush(self) -> None:
        """Lets a watching TensorBoard see everything so far."""
        self._writer.flush()

    def close(self) -> None:
        """Writes what is left."""
        self._writer.close()


class BestFigures:
    """The best value so far of each validation figure, as ``best/val/loss`` and so on.

    Args:
        known: values from before a run was resumed.
    """

    def __init__(self, known: Mapping[str, float] | None = None) -> None:
        self.values = {k: v for k, v in (known or {}).items() if k.startswith("best/")}

    def offer(self, figures: Mapping[str, float]) -> None:
        """Takes note of a validation."""
        for tag, value in figures.items():
            if not tag.startswith("val/") or tag.removeprefix("val/") not in FIGURES:
                continue
            best = self.values.get(f"best/{tag}", value)
            choose = max if higher_is_better(tag) else min
            self.values[f"best/{tag}"] = choose(best, value)
