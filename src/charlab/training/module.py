"""How a network is trained at its task, batch by batch, and where it stands."""

import math
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from typing import Any, Generic

import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from charlab.config.validation import build, to_plain
from charlab.data.batches.batch import Batch
from charlab.data.batches.loaders import TrainingBatches
from charlab.data.batches.noise import with_noise
from charlab.errors import CheckpointError
from charlab.evaluation.bits_per_character import OriginalText
from charlab.evaluation.evaluate import Meter
from charlab.evaluation.trained_network import Network
from charlab.models.activations import Features, activation_penalty, watched_features
from charlab.models.state import State, carried_state, detach_state
from charlab.runs.checkpoint import named, require_like
from charlab.runs.history import History
from charlab.system.signals import Stopped
from charlab.targets.making import make_optimizer
from charlab.tasks.task import StepOutput, Task
from charlab.training.averaging import WeightAverage
from charlab.training.distributed.process_group import ProcessGroup
from charlab.training.loader import STEPS_PER_CHUNK, BatchIterator, TrainLoader
from charlab.training.optimization import (
    Schedule,
    clip_gradient,
    load_optimizer_state,
    make_schedule,
    rate_scaled,
    require_rates,
    two_rates,
)
from charlab.training.precision import autocast, fast_products
from charlab.training.progress import Clock, Limits, Progress
from charlab.training.statistics import DivergedError, TrainStatistics


class TrainingModule(pl.LightningModule, Generic[Network]):
    """Trains a network at a task.

    Optimization is manual and a training step is a chunk of several optimizer steps; see
    :mod:`charlab.training.loader`. Of several processes each trains on its share of every window;
    where they have to agree (on the time, on stopping, on metrics) they exchange a few numbers.

    Args:
        task: gives loss and metrics; its run's options, resolved, say how to train.
    """

    def __init__(
        self, task: Task[Network], network: Network, batches: TrainingBatches, limits: Limits
    ) -> None:
        super().__init__()
        self.task = task
        self.automatic_optimization = False
        self.network: Network = network
        self.limits = limits
        self.options = task.run
        trainer = task.run.trainer
        self.progress = Progress()
        self.train_loader = TrainLoader(
            self.progress,
            limits,
            trainer.validate_every,
            steps_per_chunk=1 if task.run.callbacks else STEPS_PER_CHUNK,
        )
        self.metrics: dict[str, float] = {}
        self.history = History()
        self.meter = self.task.new_meter(self.network)
        self.best_meter: Meter | None = None  # that of the best validation since this run went on
        self.val_text: OriginalText | None = None  # what validations measure, if a whole text
        self.on_log: Callable[[dict[str, float]], None] = lambda metrics: None
        self.stop_signal: Callable[[], int | None] = lambda: None
        self.process_group = ProcessGroup()
        self._batch_iterator = BatchIterator(batches, self.progress, trainer.accumulate)
        self._carry: State | None = None
        self._stop: int | None = None  # the signal that asked for it
        self._statistics = TrainStatistics()
        self._clock = Clock(self.progress)
        self._trained = [p for p in network.parameters() if p.requires_grad]
        decay = trainer.ema_decay
        self.average = None if decay is None else WeightAverage(network, decay)
        self.taken: list[str] = []  # parameters of another run's body, which may be frozen at first

    # Lightning's hooks

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """The optimizer; its rate is set before each step from the run's progress."""
        return self.optimizer

    @cached_property
    def optimizer(self) -> torch.optim.Optimizer:
        """The one optimizer, made at the first use."""
        factor = self.options.init.body_lr
        if factor == 1:
            return make_optimizer(self.options.optimizer, self._trained)
        body = set(self.task.body_of(self.network).parameters())
        parts = ([p for p in self._trained if (p in body) is inside] for inside in (False, True))
        return two_rates(self.options.optimizer, *parts, factor=factor)

    @cached_property
    def schedule(self) -> Schedule:
        """What sets its learning rate."""
        steps = self.limits.steps_left(Progress())
        schedule = make_schedule(self.options, self.optimizer, steps)
        require_rates(self.optimizer, self.options.init.body_lr)
        return schedule

    def transfer_batch_to_device(self, batch: Any, device: torch.device, index: int) -> Any:
        """Nothing: batches are made where they are used."""
        return batch

    def on_fit_start(self) -> None:
        """Starts the clock and moves what a checkpoint brought to the device."""
        self._clock = Clock(self.progress)
        self._statistics.to(self.device)
        if self._carry is not None:
            self._carry = tuple(part.to(self.device) for part in self._carry)

    def training_step(self, chunk: int) -> None:
        """Takes the next ``chunk`` optimizer steps.

        Raises:
            DivergedError: if the loss is not finite.
        """
        progress = self.progress
        for _ in range(chunk):
            with fast_products(self.device):
                self._train_step(measure=progress.step % STEPS_PER_CHUNK == 0)
            if progress.step % self.options.trainer.log_every == 0:
                self._log()
            if self.process_group.is_single_process:  # several agree after the chunk
                self._clock.tick()
                if self.limits.reached(progress) or self.stop_signal() is not None:
                    break
        self.tell_step()
        # Elsewhere than on a CPU reading the sums would wait for the device.
        signum = self._agree(broken=self.device.type == "cpu" and not self._statistics.is_finite())
        if self.limits.reached(progress):
            self.trainer.should_stop = True
        progress.validation_due = (
            progress.step >= self.train_loader.last_step or self.trainer.should_stop
        )
        self._stop = signum

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        """After a chunk, which callbacks have seen by then.

        Raises:
            Stopped: if a signal asked for it; the state is consistent and can be saved.
        """
        if not self.finishes_interval:
            self._heed(self._stop)

    @property
    def finishes_interval(self) -> bool:
        """Whether the run may not be saved now, but after the validation that is due.

        So it is with callbacks of the user's: Lightning would call them once more for the batch
        before it when the run goes on, and they may have put other weights in place for it.
        """
        return bool(self.options.callbacks) and self.progress.validation_due

    def tell_step(self) -> None:
        """Lets ``trainer.global_step`` say to callbacks where the run stands."""
        optimization = self.trainer.fit_loop.epoch_loop.manual_optimization
        optimization.optim_step_progress.total.completed = self.progress.step

    def on_validation_epoch_start(self) -> None:
        """Takes an empty meter, and puts the average of the weights in place, if there is one."""
        if self.average is not None:
            self.average.show()
        self.meter = self.task.new_meter(self.network)

    def validation_step(self, batch: Batch | None) -> None:
        """Adds a batch to the meter; None is the share of a process for which there is nothing.

        Raises:
            Stopped: if a signal asked for it; the validation is due again after a resume.
        """
        if self.process_group.is_single_process and not self.finishes_interval:
            self._heed(self.stop_signal())
        if batch is not None:
            self.meter.update(batch)

    def on_validation_epoch_end(self) -> None:
        """Computes the validation's metrics, of all processes' shares.

        Raises:
            DivergedError: if the loss is not finite.
            Stopped: if a signal asked several processes for it meanwhile.
        """
        self._log()
        if not self.process_group.is_single_process:
            self.meter.sums = self.process_group.all_reduce_sum(self.meter.sums)
            signum = self._agree()
            if not self.finishes_interval:
                self._heed(signum)
        values = self.meter.compute(self.val_text)
        metrics = {f"val/{name}": value for name, value in values.items()}
        if self.process_group.is_single_process:
            self._clock.tick()
        if not math.isfinite(metrics["val/loss"]):
            raise DivergedError(
                f"the validation loss is {metrics['val/loss']} at step {self.progress.step}: the "
                "weights have blown up; an earlier checkpoint, if there is one, is kept; try a "
                "lower optimizer.lr"
            )
        self.metrics.update(metrics)
        self._record("val", values, 1)
        self.schedule.after_validation(metrics)
        self.on_log({**metrics, **self.progress.measured()})
        # for callbacks of others, which look in trainer.callback_metrics
        self.log_dict(metrics, logger=False)

    def on_validation_end(self) -> None:
        """Puts the weights back that are trained."""
        if self.average is not None:
            self.average.show(False)

    def averaged(self) -> AbstractContextManager[None]:
        """Has the network hold the average of its weights, if there is one, for what is shown."""
        return nullcontext() if self.average is None else self.average.shown()

    def on_train_epoch_end(self) -> None:
        """Ends a validation interval; callbacks that save come after this."""
        self._require_finite()
        self.progress.validation_due = False

    # One optimizer step

    def _train_step(self, *, measure: bool) -> None:
        begin = time.perf_counter()
        windows = self._batch_iterator.step()
        self.schedule.before_step(self.limits.share(self.progress))
        self.optimizer.zero_grad()
        outputs = [
            self._go_through(window, scale, last=window is windows[-1], measure=measure)
            for window, scale in zip(
                windows, self.task.scales(windows, self.process_group.size), strict=True
            )
        ]
        self._freeze()
        norm = clip_gradient(self._trained, self.options.trainer.gradient_clip)
        with rate_scaled(self.optimizer, self._length_factor(windows)):
            self.optimizer.step()
        if self.average is not None:
            self.average.update()
        characters = sum(window.of_all.characters for window in windows)
        self.progress.advance(characters, self._batch_iterator.windows_per_epoch, len(windows))
        self.schedule.after_step(epoch_is_over=self.progress.window == 0)
        seconds = time.perf_counter() - begin
        self._statistics.add(windows, outputs, norm, seconds)
        self.progress.train_seconds += seconds

    def _go_through(
        self, window: Batch, scale: float | Tensor | None, *, last: bool, measure: bool
    ) -> StepOutput:
        """Forward and backward; processes add up their gradients with the step's last window."""
        state = carried_state(self._carry, window.fresh)
        dataset = self.options.dataset
        if dataset.noise:
            window = with_noise(window, dataset.noise, dataset.noise_by)
        with autocast(self.options.trainer.precision, self.device), self._watched() as seen:
            output = self.task.training_loss(self.network, window, state, measure=measure)
        self._carry = None if output.state is None else detach_state(output.state)
        objective = output.objective
        trainer = self.options.trainer
        for features in seen:
            objective = objective + activation_penalty(
                features,
                window.lengths,
                alpha=trainer.activation_penalty,
                beta=trainer.temporal_penalty,
            )
        objective = objective if scale is None else objective * scale
        if self.process_group.is_single_process:  # Lightning's way is for several, and costs time
            torch.autograd.backward(objective)
            return output
        model = None if last else self.trainer.strategy.model
        with model.no_sync() if isinstance(model, DistributedDataParallel) else nullcontext():
            self.manual_backward(objective)
        return output

    def _watched(self) -> AbstractContextManager[Sequence[Features]]:
        """Lists the features of what reads the text, if there is a penalty on them."""
        trainer = self.options.trainer
        if trainer.activation_penalty or trainer.temporal_penalty:
            return watched_features(self.task.body_of(self.network))
        return nullcontext(())

    def _length_factor(self, windows: Sequence[Batch]) -> float:
        """Random lengths over the usual one, which the rate goes with (Merity et al. 2018)."""
        dataset = self.options.dataset
        if not dataset.random_lengths:
            return 1.0
        length = sum(window.ids.shape[1] for window in windows) / len(windows)
        return length / dataset.seq_len

    def _freeze(self) -> None:
        """Takes the gradients of what stays as it was taken over; optimizers pass over them."""
        if self.taken and self.progress.epoch < self.options.init.freeze_epochs:
            for name in self.taken:
                self.network.get_parameter(name).grad = None

    # Metrics of the training itself

    def _heed(self, signum: int | None) -> None:
        if signum is not None:
            raise Stopped(signum)

    def _agree(self, *, broken: bool = False) -> int | None:
        """Lets all processes know the same time and the same reasons to stop.

        Args:
            broken: whether the sums here are not finite.

        Returns:
            The signal that any of them got.

        Raises:
            DivergedError: if any of them is broken.
        """
        signum, process_group = self.stop_signal(), self.process_group
        if not process_group.is_single_process:
            now = self._clock.now() if process_group.is_main_process else 0.0
            now, highest, broken_one = process_group.all_reduce_max([now, signum or 0, broken])
            self.progress.elapsed_seconds = now
            signum, broken = int(highest) or None, broken_one > 0
        if broken:
            raise self._statistics.divergence(self.progress, self.process_group)
        return signum

    def _require_finite(self) -> None:
        broken = not self._statistics.is_finite()
        if self.process_group.all_reduce_max([broken])[0]:
            raise self._statistics.divergence(self.progress, self.process_group)

    def _log(self) -> None:
        """Reads the sums, gives their means away as a point of the curves, and starts anew."""
        if self._statistics.sums.windows == 0:
            return
        begin = time.perf_counter()
        self._require_finite()
        loss, norm, accuracy, sums = self._statistics.close(self.process_group)
        waited = time.perf_counter() - begin  # for a device that was still computing
        self.progress.train_seconds += waited
        means = self.task.training_metrics(loss)
        correct_share = {} if accuracy is None else {"accuracy": accuracy}
        self._record("train", {"loss": loss, **correct_share}, sums.windows)
        metrics = {f"train/{name}": value for name, value in (means | correct_share).items()}
        metrics["train/gradient_norm"] = norm
        metrics["train/learning_rate"] = self.schedule.rate(self.limits.share(self.progress))
        metrics["speed/train_chars_per_second"] = sums.characters / (sums.seconds + waited)
        self.metrics.update(metrics)
        self.on_log(metrics)

    def _record(self, split: str, metrics: dict[str, float], steps: int) -> None:
        """Enters a measurement, a mean over some steps, into the history."""
        progress = self.progress
        epochs = progress.epoch + progress.window / max(1, self.limits.windows_per_epoch)
        place = {"epochs": epochs, "step": progress.step, "steps": steps}
        self.history.add(split, {**metrics, **place})

    # What a checkpoint holds of the training

    def training_state(self) -> dict[str, Any]:
        """Everything besides the network's weights that going on exactly needs; plain data.

        Raises:
            DivergedError: if the loss is not finite: such a state must not replace a good one.
        """
        self._require_finite()
        schedule = self.schedule.state()
        return {
            "progress": to_plain(self.progress),
            "optimizer": self.optimizer.state_dict(),
            **({} if schedule is None else {"scheduler": schedule}),
            "carry": None if self._carry is None else list(self._carry),
            "figures": dict(self.metrics),
            "sums": self._statistics.to_plain(),
            "history": self.history.to_plain(),
            **({"taken": list(self.taken)} if self.options.init.freeze_epochs else {}),
        }

    def load_training_state(self, state: dict[str, Any]) -> None:
        """Takes up what :meth:`training_state` gave; the network's weights are loaded after it.

        Raises:
            CharlabError: if a value or a tensor is not as this network and these options make it.
        """
        progress = build(Progress, state["progress"], hints=False)
        if progress.window >= self._batch_iterator.windows_per_epoch:
            raise CheckpointError(f"an epoch has no batch {progress.window}")
        vars(self.progress).update(vars(progress))
        schedule = self.schedule  # made before the optimizer is no longer new
        self.taken = self._own_names(state.get("taken", []))
        frozen = [self.network.get_parameter(name) for name in self.taken]
        load_optimizer_state(self.optimizer, state["optimizer"], frozen)
        schedule.load(state.get("scheduler"))
        self._carry = self._own_carry(state["carry"])
        self.metrics = named(state["figures"], int | float)
        self._statistics.load(state["sums"])
        self.history.load(state.get("history"))
        self._batch_iterator.rewind()

    def _own_names(self, names: Any) -> list[str]:
        known = dict(self.network.named_parameters())
        if not isinstance(names, list) or not all(name in known for name in names):
            raise CheckpointError("what was taken over is not among the network's parameters")
        return names

    def _own_carry(self, carry: Any) -> State | None:
        """The carried state of a checkpoint, if it fits the windows that come next."""
        if carry is None:
            return None
        window = self._batch_iterator.look_ahead()
        network: Any = self.network
        own = network.init_state(len(window.ids)) if window.lengths is None else ()
        if not own:
            raise CheckpointError("documents carry no state from one batch to the next")
        for tensor, expected in zip(carry, own, strict=True):
            require_like(tensor, expected, "the carried state")
        return tuple(carry)
