"""What every task shares: how a network is trained, window by window, and where it stands."""

import dataclasses
import math
import time
from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import Any, Generic, Self, TypeVar

import pytorch_lightning as pl
import torch
from torch import Tensor, nn

from charlab.data.batch import Batch
from charlab.data.batches import TrainingBatches
from charlab.data.original import OriginalText
from charlab.metrics import Meter, carried_state
from charlab.models.state import State, detach_state
from charlab.tasks.legs import WINDOWS_PER_STRETCH, Legs
from charlab.tasks.optimization import build_optimizer, rate_factor
from charlab.tasks.precision import autocast
from charlab.tasks.progress import Clock, Limits, Progress
from charlab.tasks.records import DivergedError, Outcome, Stopped, Sums, TrainingOptions

Network = TypeVar("Network", bound=nn.Module)


class CharTask(pl.LightningModule, Generic[Network]):
    """Trains a network. A task adds how a batch becomes a loss, and what its metrics are.

    Optimization is manual and a training step is a stretch of several windows; see
    :mod:`charlab.tasks.legs`.

    Args:
        network: what is trained.
        batches: the training split's batches.
        limits: what ends the run.
        options: how to train.
    """

    def __init__(
        self, network: Network, batches: TrainingBatches, limits: Limits, options: TrainingOptions
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.network = network
        self.limits = limits
        self.options = options
        self.progress = Progress()
        self.legs = Legs(self.progress, limits, options.validate_every)
        self.figures: dict[str, float] = {}
        self.meter = self.new_meter()
        self.val_text: OriginalText | None = None  # what validations measure, if a whole text
        self.on_log: Callable[[dict[str, float]], None] = lambda figures: None
        self.stop_signal: Callable[[], int | None] = lambda: None
        self._batches = batches
        self._windows: Iterator[Batch] | None = None
        self._carry: State | None = None
        self._sums = Sums(torch.zeros(3, dtype=torch.float64))
        self._clock = Clock(self.progress)
        self._optimizer: torch.optim.Optimizer | None = None
        self._trained = [p for p in network.parameters() if p.requires_grad]

    @classmethod
    def build(
        cls,
        network: Network,
        batches: TrainingBatches,
        limits: Limits,
        training: TrainingOptions,
        *,
        task: Any,
        class_counts: Tensor,
        unit: str,
    ) -> Self:
        """Makes the task from what every run has; one with options of its own overrides this.

        Args:
            network, batches, limits, training: as of the class.
            task: the options of the task's own group.
            class_counts: training examples of each label, (C,).
            unit: what a symbol of the text is: "char", "byte" or "word".
        """
        return cls(network, batches, limits, training)

    # What a task adds

    @abstractmethod
    def forward_window(self, batch: Batch, state: State | None, *, measure: bool) -> Outcome:
        """One window's forward pass; runs under autocast, losses are to be float32.

        Args:
            batch: the window.
            state: the state it begins with; None: zero.
            measure: whether correct predictions are to be counted (a pass over the logits).
        """

    @abstractmethod
    def new_meter(self) -> Meter:
        """An empty meter for a split's figures."""

    @abstractmethod
    def training_figures(self, loss: float) -> dict[str, float]:
        """A mean training loss and what is derived from it, without the split's prefix."""

    # Lightning's hooks

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """The optimizer; its rate is set before each step from the run's progress."""
        return self.optimizer

    @property
    def optimizer(self) -> torch.optim.Optimizer:
        """The one optimizer, made at the first use."""
        if self._optimizer is None:
            self._optimizer = build_optimizer(self.options.optimizer, self._trained)
        return self._optimizer

    def transfer_batch_to_device(self, batch: Any, device: torch.device, index: int) -> Any:
        """Nothing: batches are made where they are used."""
        return batch

    def on_fit_start(self) -> None:
        """Starts the clock and moves what a checkpoint brought to the device."""
        self._clock = Clock(self.progress)
        precise = torch.float32 if self.device.type == "mps" else torch.float64  # mps has no more
        self._sums.device = self._sums.device.to(self.device, precise)
        if self._carry is not None:
            self._carry = tuple(part.to(self.device) for part in self._carry)

    def training_step(self, stretch: int) -> None:
        """Trains on the next ``stretch`` windows.

        Raises:
            DivergedError: if the loss is not finite.
            Stopped: if a signal asked for it; the state is consistent and can be saved.
        """
        progress = self.progress
        for _ in range(stretch):
            self._train_window(measure=progress.step % WINDOWS_PER_STRETCH == 0)
            if progress.step % self.options.log_every == 0:
                self._log()
            self._clock.tick()
            if self.limits.reached(progress) or self.stop_signal() is not None:
                break
        if self.device.type == "cpu":  # elsewhere reading would wait for the device
            self._require_finite()
        if self.limits.reached(progress):
            self.trainer.should_stop = True
        progress.validation_due = progress.step >= self.legs.last_step or self.trainer.should_stop
        signum = self.stop_signal()
        if signum is not None:
            raise Stopped(signum)

    def on_validation_epoch_start(self) -> None:
        """Takes an empty meter."""
        self.meter = self.new_meter()

    def validation_step(self, batch: Batch) -> None:
        """Adds a batch to the meter.

        Raises:
            Stopped: if a signal asked for it; the validation is due again after a resume.
        """
        signum = self.stop_signal()
        if signum is not None:
            raise Stopped(signum)
        self.meter.update(batch)

    def on_validation_epoch_end(self) -> None:
        """Computes the validation's figures."""
        self._log()
        values = self.meter.compute(self.val_text)
        figures = {f"val/{name}": value for name, value in values.items()}
        self._clock.tick()
        if not math.isfinite(figures["val/loss"]):
            raise DivergedError(
                f"the validation loss is {figures['val/loss']} at step {self.progress.step}: the "
                "weights have blown up; an earlier checkpoint, if there is one, is kept; try a "
                "lower optimizer.lr"
            )
        self.figures.update(figures)
        self.on_log(figures)

    def on_train_epoch_end(self) -> None:
        """Ends a leg; callbacks that save come after this."""
        self._require_finite()
        self.progress.validation_due = False

    # Training on one window

    def _train_window(self, *, measure: bool) -> None:
        begin = time.perf_counter()
        batch = self._next_window()
        rate = self.options.optimizer.lr * self.rate_factor()
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        with autocast(self.options.precision, self.device):
            outcome = self.forward_window(batch, self._carry, measure=measure)
        self._carry = None if outcome.state is None else detach_state(outcome.state)
        self.optimizer.zero_grad()
        self.manual_backward(outcome.objective)
        norm = self._clip_gradient()
        self.optimizer.step()
        self.progress.advance(batch.characters, self._batches.steps_per_epoch)
        self._count(outcome, norm, batch.characters, time.perf_counter() - begin)

    def _next_window(self) -> Batch:
        """The window that the progress points at, with the state it begins with in place."""
        if self._windows is None or self.progress.window == 0:
            self._windows = self._batches.epoch(self.progress.epoch, self.progress.window)
        batch = next(self._windows, None)
        assert batch is not None, "an epoch has fewer windows than it says"
        self._carry = carried_state(batch, self._carry)
        return batch

    def rate_factor(self) -> float:
        """What the highest learning rate is multiplied by now."""
        return rate_factor(self.options.scheduler, self.limits.share(self.progress))

    def _clip_gradient(self) -> Tensor:
        if self.options.gradient_clip is None:
            gradients = [p.grad for p in self._trained if p.grad is not None]
            return nn.utils.get_total_norm(gradients)
        return nn.utils.clip_grad_norm_(self._trained, self.options.gradient_clip)

    # Figures of the training itself

    def _count(self, outcome: Outcome, norm: Tensor, characters: int, seconds: float) -> None:
        correct = outcome.correct if outcome.correct is not None else torch.zeros_like(norm)
        sums = self._sums
        sums.device += torch.stack([outcome.loss.float(), norm.float(), correct.float()])
        sums.windows += 1
        sums.predictions += outcome.predictions
        sums.measured += outcome.predictions if outcome.correct is not None else 0
        sums.characters += characters
        sums.seconds += seconds
        self.progress.train_seconds += seconds

    def _require_finite(self) -> None:
        if not bool(torch.isfinite(self._sums.device).all()):
            loss, norm, _ = (self._sums.device / max(1, self._sums.windows)).tolist()
            raise DivergedError(
                f"the loss is no longer a finite number at step {self.progress.step} (epoch "
                f"{self.progress.epoch + 1}, gradient norm {norm:g}, loss {loss:g}); an earlier "
                "checkpoint, if there is one, is kept; try a lower optimizer.lr or "
                "trainer.gradient_clip"
            )

    def _log(self) -> None:
        """Reads the sums, gives their means away as a point of the curves, and starts anew."""
        sums = self._sums
        if sums.windows == 0:
            return
        begin = time.perf_counter()
        self._require_finite()
        loss, norm, correct = sums.device.tolist()
        waited = time.perf_counter() - begin  # for a device that was still computing
        sums.seconds += waited
        self.progress.train_seconds += waited
        means = self.training_figures(loss / sums.predictions)
        figures = {f"train/{name}": value for name, value in means.items()}
        if sums.measured:
            figures["train/accuracy"] = correct / sums.measured
        figures["train/gradient_norm"] = norm / sums.windows
        figures["train/learning_rate"] = self.options.optimizer.lr * self.rate_factor()
        figures["speed/train_chars_per_second"] = sums.characters / sums.seconds
        self._sums = Sums(torch.zeros_like(sums.device))
        self.figures.update(figures)
        self.on_log(figures)

    # What a checkpoint holds of the training

    def training_state(self) -> dict[str, Any]:
        """Everything besides the network's weights that going on exactly needs; plain data.

        Raises:
            DivergedError: if the loss is not finite: such a state must not replace a good one.
        """
        self._require_finite()
        sums = self._sums
        return {
            "progress": self.progress.to_plain(),
            "optimizer": self.optimizer.state_dict(),
            "carry": None if self._carry is None else list(self._carry),
            "figures": dict(self.figures),
            "sums": {**vars(sums), "device": sums.device.clone()},
        }

    def load_training_state(self, state: dict[str, Any]) -> None:
        """Takes up what :meth:`training_state` gave, from a checkpoint on the CPU."""
        for field in dataclasses.fields(Progress):
            setattr(self.progress, field.name, state["progress"][field.name])
        self.optimizer.load_state_dict(state["optimizer"])
        carry = state["carry"]
        self._carry = None if carry is None else tuple(tensor for tensor in carry)
        self.figures = dict(state["figures"])
        self._sums = Sums(**state["sums"])
        self._windows = None
