"""How weights are updated, one optimizer step after the other, and where that stands."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from itertools import islice
from typing import Any, Generic

import torch
from torch import Tensor

from charlab.config.validation import build, to_plain
from charlab.data.batches.batch import Batch
from charlab.data.batches.loaders import TrainingBatches
from charlab.data.batches.noise import with_noise
from charlab.errors import CheckpointError
from charlab.evaluation.trained_network import Network
from charlab.models.activations import Features, activation_penalty, watched_features
from charlab.models.state import State, carried_state, detach_state
from charlab.runs.checkpoint import require_like
from charlab.targets.making import make_optimizer
from charlab.tasks.task import StepOutput, Task
from charlab.training.averaging import WeightAverage
from charlab.training.distributed.process_group import ProcessGroup
from charlab.training.optimization import (
    Schedule,
    clip_gradient,
    load_optimizer_state,
    make_schedule,
    rate_scaled,
    require_rates,
    two_rates,
)
from charlab.training.precision import autocast
from charlab.training.progress import Limits, Progress
from charlab.training.statistics import TrainStatistics


class Updates(Generic[Network]):
    """Takes optimizer steps: gradients of one window or several, the rate, the average.

    Args:
        task: gives the loss; its run's options, resolved, say how to train.
        backward: of several processes, goes backward and, with a step's last window, adds up their
            gradients.

    Attributes:
        progress: where the run stands.
        statistics: what the steps since the curves' last point were like.
        average: that of the weights, if one is wanted.
        taken: parameters of another run's body, which may be frozen at first.
    """

    def __init__(
        self,
        task: Task[Network],
        network: Network,
        batches: TrainingBatches,
        limits: Limits,
        process_group: ProcessGroup,
        backward: Callable[[Tensor, bool], None],
    ) -> None:
        self.progress = Progress()
        self.statistics = TrainStatistics()
        trainer = task.run.trainer
        self.average = WeightAverage(network, trainer.ema_decay)
        self.taken: list[str] = []
        self._task = task
        self._network: Network = network
        self._limits = limits
        self._options = task.run
        self._process_group = process_group
        self._backward = backward
        self._batches = batches
        self._windows: Iterator[Batch] | None = None  # of this epoch, what is left
        self._carry: State | None = None
        self._trained = [p for p in network.parameters() if p.requires_grad]

    @cached_property
    def optimizer(self) -> torch.optim.Optimizer:
        """The one optimizer, made at the first use."""
        factor = self._options.init.body_lr
        if factor == 1:
            return make_optimizer(self._options.optimizer, self._trained)
        body = set(self._task.body_of(self._network).parameters())
        parts = ([p for p in self._trained if (p in body) is inside] for inside in (False, True))
        return two_rates(self._options.optimizer, *parts, factor=factor)

    @cached_property
    def schedule(self) -> Schedule:
        """What sets its learning rate."""
        steps = self._limits.steps_left(Progress())
        schedule = make_schedule(self._options, self.optimizer, steps)
        require_rates(self.optimizer, self._options.init.body_lr)
        return schedule

    def step(self, *, measure: bool) -> None:
        """Takes the next step; ``measure`` has correct predictions counted."""
        begin = time.perf_counter()
        windows = self._next_windows()
        self.schedule.before_step(self._limits.share(self.progress))
        self.optimizer.zero_grad()
        outputs = [
            self._go_through(window, scale, last=window is windows[-1], measure=measure)
            for window, scale in zip(
                windows, self._task.scales(windows, self._process_group.size), strict=True
            )
        ]
        if self.taken and self.progress.epoch < self._options.init.freeze_epochs:
            for name in self.taken:  # optimizers pass over what has no gradient
                self._network.get_parameter(name).grad = None
        norm = clip_gradient(self._trained, self._options.trainer.gradient_clip)
        with rate_scaled(self.optimizer, self._length_factor(windows)):
            self.optimizer.step()
        self.average.update()
        characters = sum(window.of_all.characters for window in windows)
        self.progress.advance(characters, self._batches.steps_per_epoch, len(windows))
        self.schedule.after_step(epoch_is_over=self.progress.window == 0)
        seconds = time.perf_counter() - begin
        self.statistics.add(windows, outputs, norm, seconds)
        self.progress.train_seconds += seconds

    def _next_windows(self) -> list[Batch]:
        """One window or, accumulated, several; an epoch's last step gets what is left."""
        progress = self.progress
        if self._windows is None or progress.window == 0:
            self._windows = self._batches.epoch(progress.epoch, progress.window)
        left = self._batches.steps_per_epoch - progress.window
        count = min(self._options.trainer.accumulate, left)
        windows = list(islice(self._windows, count))
        assert len(windows) == count, "an epoch has fewer windows than it says"
        return windows

    def _go_through(
        self, window: Batch, scale: float | Tensor | None, *, last: bool, measure: bool
    ) -> StepOutput:
        """Forward and backward; processes add up their gradients with the step's last window."""
        state = carried_state(self._carry, window.fresh)
        dataset = self._options.dataset
        if dataset.noise:
            window = with_noise(window, dataset.noise, dataset.noise_by)
        trainer, device = self._options.trainer, window.ids.device
        with autocast(trainer.precision, device), self._watched() as seen:
            output = self._task.training_loss(self._network, window, state, measure=measure)
        self._carry = None if output.state is None else detach_state(output.state)
        objective = output.objective
        for features in seen:
            objective = objective + activation_penalty(
                features,
                window.lengths,
                alpha=trainer.activation_penalty,
                beta=trainer.temporal_penalty,
            )
        objective = objective if scale is None else objective * scale
        if self._process_group.is_single_process:  # Lightning's way is for several, and costs time
            torch.autograd.backward(objective)
        else:
            self._backward(objective, last)
        return output

    def _watched(self) -> AbstractContextManager[Sequence[Features]]:
        """Lists the features of what reads the text, if there is a penalty on them."""
        trainer = self._options.trainer
        if trainer.activation_penalty or trainer.temporal_penalty:
            return watched_features(self._task.body_of(self._network))
        return nullcontext(())

    def _length_factor(self, windows: Sequence[Batch]) -> float:
        """Random lengths over the usual one, which the rate goes with (Merity et al. 2018)."""
        dataset = self._options.dataset
        if not dataset.random_lengths:
            return 1.0
        length = sum(window.ids.shape[1] for window in windows) / len(windows)
        return length / dataset.seq_len

    # What a checkpoint holds of them

    def to(self, device: torch.device) -> None:
        """Moves what a checkpoint brought to the device."""
        self.statistics.to(device)
        if self._carry is not None:
            self._carry = tuple(part.to(device) for part in self._carry)

    def state(self) -> dict[str, Any]:
        """Everything besides the network's weights that going on exactly needs; plain data."""
        schedule = self.schedule.state()
        return {
            "progress": to_plain(self.progress),
            "optimizer": self.optimizer.state_dict(),
            **({} if schedule is None else {"scheduler": schedule}),
            "carry": None if self._carry is None else list(self._carry),
            "sums": self.statistics.to_plain(),
            **({"taken": list(self.taken)} if self._options.init.freeze_epochs else {}),
        }

    def load(self, state: dict[str, Any]) -> None:
        """Takes up what :meth:`state` gave; the network's weights are loaded after it.

        Raises:
            CharlabError: if a value or a tensor is not as this network and these options make it.
        """
        progress = build(Progress, state["progress"], hints=False)
        if progress.window >= self._batches.steps_per_epoch:
            raise CheckpointError(f"an epoch has no batch {progress.window}")
        vars(self.progress).update(vars(progress))
        schedule = self.schedule  # made before the optimizer is no longer new
        self.taken = self._own_names(state.get("taken", []))
        frozen = [self._network.get_parameter(name) for name in self.taken]
        load_optimizer_state(self.optimizer, state["optimizer"], frozen)
        schedule.load(state.get("scheduler"))
        self._carry = self._own_carry(state["carry"])
        self.statistics.load(state["sums"])
        self._windows = None

    def _own_names(self, names: Any) -> list[str]:
        known = dict(self._network.named_parameters())
        if not isinstance(names, list) or not all(name in known for name in names):
            raise CheckpointError("what was taken over is not among the network's parameters")
        return names

    def _own_carry(self, carry: Any) -> State | None:
        """The carried state of a checkpoint, if it fits the windows that come next."""
        if carry is None:
            return None
        window = next(self._batches.epoch(self.progress.epoch, self.progress.window))
        network: Any = self._network
        own = network.init_state(len(window.ids)) if window.lengths is None else ()
        if not own:
            raise CheckpointError("documents carry no state from one batch to the next")
        for tensor, expected in zip(carry, own, strict=True):
            require_like(tensor, expected, "the carried state")
        return tuple(carry)
