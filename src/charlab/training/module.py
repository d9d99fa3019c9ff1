"""How a network is trained at its task, batch by batch, and where it stands."""

import math
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any, Generic

import pytorch_lightning as pl
import torch
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from charlab.data.batches.batch import Batch
from charlab.data.batches.loaders import TrainingBatches
from charlab.evaluation.bits_per_character import OriginalText
from charlab.evaluation.evaluate import Meter
from charlab.evaluation.trained_network import Network
from charlab.runs.checkpoint import named
from charlab.runs.history import History
from charlab.system.signals import Stopped
from charlab.tasks.task import Task
from charlab.training.distributed.process_group import ProcessGroup
from charlab.training.loader import STEPS_PER_CHUNK, TrainLoader
from charlab.training.precision import fast_products
from charlab.training.progress import Clock, Limits
from charlab.training.statistics import DivergedError
from charlab.training.updates import Updates


class TrainingModule(pl.LightningModule, Generic[Network]):
    """Trains a network at a task.

    Optimization is manual and a training step is a chunk of several optimizer steps; see
    :mod:`charlab.training.loader`. Of several processes each trains on its share of every window;
    where they have to agree (on the time, on stopping, on metrics) they exchange a few numbers.

    Args:
        task: gives loss and metrics; its run's options, resolved, say how to train.
        process_group: this process's place among those that train together.
    """

    def __init__(
        self,
        task: Task[Network],
        network: Network,
        batches: TrainingBatches,
        limits: Limits,
        process_group: ProcessGroup,
    ) -> None:
        super().__init__()
        self.task = task
        self.automatic_optimization = False
        self.network: Network = network
        self.limits = limits
        self.options = task.run
        trainer = task.run.trainer
        self.process_group = process_group
        self.updates = Updates(task, network, batches, limits, process_group, self._backward)
        self.progress = self.updates.progress
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
        self._stop: int | None = None  # the signal that asked for it
        self._statistics = self.updates.statistics
        self._clock = Clock(self.progress)

    # Lightning's hooks

    def configure_optimizers(self) -> torch.optim.Optimizer:
        """The optimizer; its rate is set before each step from the run's progress."""
        return self.updates.optimizer

    def transfer_batch_to_device(self, batch: Any, device: torch.device, index: int) -> Any:
        """Nothing: batches are made where they are used."""
        return batch

    def on_fit_start(self) -> None:
        """Starts the clock and moves what a checkpoint brought to the device."""
        self._clock = Clock(self.progress)
        self.updates.to(self.device)

    def training_step(self, chunk: int) -> None:
        """Takes the next ``chunk`` optimizer steps.

        Raises:
            DivergedError: if the loss is not finite.
        """
        progress = self.progress
        for _ in range(chunk):
            with fast_products(self.device):
                self.updates.step(measure=progress.step % STEPS_PER_CHUNK == 0)
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
        self.updates.average.show()
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
        self.updates.schedule.after_validation(metrics)
        self.on_log({**metrics, **self.progress.measured()})
        # for callbacks of others, which look in trainer.callback_metrics
        self.log_dict(metrics, logger=False)

    def on_validation_end(self) -> None:
        """Puts the weights back that are trained."""
        self.updates.average.show(False)

    def on_train_epoch_end(self) -> None:
        """Ends a validation interval; callbacks that save come after this."""
        self._require_finite()
        self.progress.validation_due = False

    def _backward(self, objective: Tensor, last: bool) -> None:
        """Lightning's way, in which processes add up their gradients: with a step's last window."""
        model = None if last else self.trainer.strategy.model
        with model.no_sync() if isinstance(model, DistributedDataParallel) else nullcontext():
            self.manual_backward(objective)

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
        metrics["train/learning_rate"] = self.updates.schedule.rate(
            self.limits.share(self.progress)
        )
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
        history = self.history.to_plain()
        return {**self.updates.state(), "figures": dict(self.metrics), "history": history}

    def load_training_state(self, state: dict[str, Any]) -> None:
        """Takes up what :meth:`training_state` gave; the network's weights are loaded after it.

        Raises:
            CharlabError: if a value or a tensor is not as this network and these options make it.
        """
        self.updates.load(state)
        self.metrics = named(state["figures"], int | float)
        self.history.load(state.get("history"))
