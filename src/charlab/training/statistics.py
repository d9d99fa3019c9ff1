"""The statistics of training: losses, gradients and time since the curves' last point."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Annotated, Any

import torch
from torch import Tensor

from charlab.config.constraints import at_least
from charlab.config.validation import check_some
from charlab.data.batches.batch import Batch
from charlab.errors import CharlabError, CheckpointError
from charlab.runs.checkpoint import require_like
from charlab.tasks.task import StepOutput
from charlab.training.distributed.process_group import ProcessGroup
from charlab.training.progress import Progress


class DivergedError(CharlabError):
    """The loss is no longer a finite number."""


@dataclass
class Sums:
    """Sums since the curves' last point; tensors stay on the device until they are read.

    Losses and correct predictions are this process's, counts those of all.
    """

    device: Tensor  # (3,): loss, gradient norm, correct predictions
    windows: Annotated[int, at_least(0)] = 0  # optimizer steps; the name is that in checkpoints
    predictions: Annotated[int, at_least(0)] = 0
    measured: Annotated[int, at_least(0)] = 0  # predictions whose correctness was counted
    characters: Annotated[int, at_least(0)] = 0
    seconds: Annotated[float, at_least(0)] = 0.0


class TrainStatistics:
    """Keeps the sums that points of the curves are made of."""

    def __init__(self) -> None:
        self.sums = Sums(torch.zeros(3, dtype=torch.float64))

    def to(self, device: torch.device) -> None:
        """Moves what is summed on the device."""
        precise = torch.float32 if device.type == "mps" else torch.float64  # mps has no more
        self.sums.device = self.sums.device.to(device, precise)

    def add(
        self, windows: Sequence[Batch], outputs: Sequence[StepOutput], norm: Tensor, seconds: float
    ) -> None:
        """Enters one optimizer step.

        Args:
            norm: the gradient's, before it was cut.
        """
        sums = self.sums
        measured = outputs[0].correct is not None
        none = torch.zeros_like(norm)
        losses = reduce(add, [output.loss.float() for output in outputs])
        correct = reduce(add, [none if o.correct is None else o.correct.float() for o in outputs])
        sums.device += torch.stack([losses, norm.float(), correct])
        predictions = sum(
            output.predictions if window.whole is None else window.whole.predictions
            for window, output in zip(windows, outputs, strict=True)
        )
        sums.windows += 1
        sums.predictions += predictions
        sums.measured += predictions if measured else 0
        sums.characters += sum(window.of_all.characters for window in windows)
        sums.seconds += seconds

    def is_finite(self) -> bool:
        """Whether every sum still is; reads the device."""
        return bool(torch.isfinite(self.sums.device).all())

    def divergence(self, progress: Progress, process_group: ProcessGroup) -> DivergedError:
        """What is to be said when the sums are no longer finite; all processes call this."""
        loss, norm, _ = self._means(process_group)
        return DivergedError(
            f"the loss is no longer a finite number at step {progress.step} (epoch "
            f"{progress.epoch + 1}, gradient norm {norm:g}, loss {loss:g}); an earlier "
            "checkpoint, if there is one, is kept; try a lower optimizer.lr or "
            "trainer.gradient_clip"
        )

    def close(self, process_group: ProcessGroup) -> tuple[float, float, float | None, Sums]:
        """Reads the sums of all processes and starts anew.

        Returns:
            The mean loss of a prediction, the mean gradient norm of a step, the share of correct
            predictions (None: not measured), and the sums.
        """
        sums = self.sums
        loss, norm, correct = self._means(process_group)
        self.sums = Sums(torch.zeros_like(sums.device))
        return loss, norm, correct / sums.measured if sums.measured else None, sums

    def _means(self, process_group: ProcessGroup) -> tuple[float, float, float]:
        """Loss of a prediction, gradient norm of a step, and all correct predictions."""
        sums = self.sums
        norm = float(sums.device[1])  # of the gradient that all processes made together
        loss, correct = process_group.all_reduce_sum(sums.device[::2]).tolist()
        return loss / max(1, sums.predictions), norm / max(1, sums.windows), correct

    def load(self, plain: dict[str, Any]) -> None:
        """Takes up what :meth:`to_plain` gave.

        Raises:
            CharlabError, KeyError: if it is something else.
        """
        counts = dict(plain)
        device = counts.pop("device", None)
        require_like(device, torch.zeros(3, dtype=getattr(device, "dtype", None)), "sums.device")
        if device.dtype not in (torch.float32, torch.float64):
            raise CheckpointError(f"sums.device is of {device.dtype}")
        sums = Sums(device, **check_some(Sums, counts, prefix="sums."))
        if sums.windows and not sums.predictions:
            raise CheckpointError("the sums are of optimizer steps that predicted nothing")
        self.sums = sums

    def to_plain(self) -> dict[str, Any]:
        """For a checkpoint."""
        return {**vars(self.sums), "device": self.sums.device.clone()}
