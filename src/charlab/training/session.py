"""A training run put together: data, network, task, and what happens around them."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from charlab.builders.initial_weights import InitialWeights, TakenOver, take_over
from charlab.builders.network import load_weights, require_memory
from charlab.config.schema import RunOptions
from charlab.config.validation import build, to_plain
from charlab.data.batches.evaluation import EvaluationBatches, NothingToRead
from charlab.data.batches.loaders import TrainingBatches
from charlab.data.corpus import Corpus
from charlab.data.facts import facts_of
from charlab.errors import CheckpointError, ConfigError
from charlab.evaluation.bits_per_character import split_text
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.runs.checkpoint import UNFIT, Checkpoint, listed_tokens, named
from charlab.runs.environment import versions
from charlab.system.devices import choose_device
from charlab.system.random_state import random_states, restore_random_states
from charlab.system.terminal import warn
from charlab.system.words import counted
from charlab.tasks import TASKS
from charlab.tasks.task import Task
from charlab.training.callbacks.checkpointing import BestSoFar, CheckpointCallback
from charlab.training.callbacks.log_validation import BestMetrics
from charlab.training.callbacks.users import UserCallbacks
from charlab.training.distributed.process_group import SINGLE_PROCESS, ProcessGroup
from charlab.training.distributed.sharded_state import join, share
from charlab.training.module import TrainingModule
from charlab.training.overfit import FirstBatchOnly
from charlab.training.precision import resolve_precision
from charlab.training.progress import Limits


class Session:
    """One run from its settings to its last step; new, or going on from a checkpoint.

    Building it computes nothing yet and writes nothing; a fault in the settings shows here.

    Args:
        process_group: this process's place among those that train together.

    Raises:
        ConfigError: if the options fit neither each other nor the machine.
    """

    def __init__(
        self, options: RunOptions, corpus: Corpus, process_group: ProcessGroup = SINGLE_PROCESS
    ) -> None:
        self.corpus = corpus
        self.process_group = process_group
        kind = choose_device(options.trainer.accelerator, "trainer.accelerator")
        self.device = process_group.device(kind)
        self.precision = resolve_precision(options.trainer.precision, self.device)
        trainer = dataclasses.replace(options.trainer, precision=self.precision)
        self.options = options = dataclasses.replace(options, trainer=trainer)
        self.task: Task[Any] = TASKS[options.task.name](options, facts_of(corpus))
        self.batches = self._training_batches()
        epoch, windows = self.batches.characters_per_epoch, self.batches.steps_per_epoch
        require_memory(self.task, positions=epoch // windows, device=self.device)
        self.user_callbacks = UserCallbacks(options.callbacks)
        self.task.prepare_training(corpus)
        self.network: nn.Module = self.task.build_network()
        limits = Limits(
            trainer.max_epochs,
            trainer.max_steps,
            trainer.max_minutes,
            windows_per_epoch=self.batches.steps_per_epoch,
            accumulate=trainer.accumulate,
        )
        self.module: TrainingModule[Any] = TrainingModule(
            self.task, self.network.to(self.device), self.batches, limits, process_group
        )
        if "val" in corpus.splits and not trainer.overfit:
            self.module.val_text = split_text(corpus, "val")
        self.best = BestSoFar()
        self.best_metrics = BestMetrics(options.task.metrics)
        self.data_paths: dict[str, str] = {}
        self.begun_from: Checkpoint | None = None
        self.taken_over: TakenOver | None = None

    def begin_with(self, initial: InitialWeights) -> None:
        """Begins with the weights of another run's network, as far as they fit.

        Raises:
            ConfigError: if nothing of it fits.
        """
        self.taken_over = take_over(self.task, self.network, initial)
        body = f"{self.task.body_name}."
        self.module.updates.taken = [
            name for name in self.taken_over.whole if name.startswith(body)
        ]

    @property
    def trained(self) -> TrainedNetwork[Any]:
        """The network as it is, with its data."""
        model = self.options.model
        name = f"{model.name} {model.num_layers} × {model.hidden_size}"
        return TrainedNetwork(self.network, self.corpus, self.options.seed, name)

    def _training_batches(self) -> TrainingBatches:
        batches = self.task.training_batches(
            self.corpus.splits["train"],
            processes=self.process_group.size,
            device=self.device,
            shard=self.process_group.shard,
        )
        if not self.options.trainer.overfit:
            return batches
        if not self.process_group.is_single_process:
            raise ConfigError(
                "trainer.overfit=true learns one batch by heart and takes one process: set "
                "trainer.devices=1"
            )
        return FirstBatchOnly(batches, single_document=self.task.overfits_one_document)

    def validation_batches(self) -> EvaluationBatches | NothingToRead | None:
        """What validations read here; None without a validation part."""
        if isinstance(self.batches, FirstBatchOnly):
            return self.batches
        if "val" not in self.corpus.splits:
            return None
        batches = self.task.evaluation_batches(
            self.corpus.splits["val"], device=self.device, shard=self.process_group.shard
        )
        return batches if len(batches) else NothingToRead()

    def metrics(self) -> dict[str, float]:
        """All metrics so far, as in TensorBoard and ``metrics.json``."""
        return {**self.module.metrics, **self.best_metrics.values}

    def snapshot(self) -> Checkpoint:
        """The run at this moment, as a checkpoint; all processes take it together."""
        corpus = self.corpus
        training = self.module.training_state()
        training["random"] = random_states(self.device)
        training["best"] = to_plain(self.best)
        training["threads"] = torch.get_num_threads()
        training = join(training, self.process_group)
        network, average = self.network.state_dict(), self.module.updates.average
        is_averaged = self.options.trainer.ema_decay is not None
        if is_averaged:
            network, training["average"] = average.weights(), average.state()
        if self.options.callbacks:
            callbacks = self.user_callbacks.state(self.module.trainer, self.module) or {}
            if "network" in callbacks and is_averaged:
                raise ConfigError(
                    "trainer.ema_decay and a callback both give the weights that stand for the "
                    "run's: leave one of them out"
                )
            network = callbacks.pop("network", network)  # an average, say
            training["callbacks"] = callbacks
        return Checkpoint(
            options=dataclasses.replace(self.options, callbacks={}),
            symbols=listed_tokens(corpus.vocabulary),
            labels=corpus.labels,
            label_counts=self.task.data.label_counts,
            tags=corpus.tags,
            target_symbols=None
            if corpus.target_vocabulary is None
            else listed_tokens(corpus.target_vocabulary),
            fingerprint=corpus.fingerprint,
            precision=self.precision,
            network=network,
            metrics=self.metrics(),
            training=training,
            versions=versions(),
            data_paths=self.data_paths,
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Takes up a run exactly where a checkpoint left it.

        Raises:
            CheckpointError: if the data are no longer those that the run was trained on, or
                another number of processes trained it.
        """
        if checkpoint.fingerprint != self.corpus.fingerprint:
            raise CheckpointError(
                "the dataset is not the one that this run was trained on (its text has changed); "
                "start a new run, or bring the old text back"
            )
        try:
            training = share(checkpoint.training, self.process_group)
            self.module.load_training_state(training)  # its optimizer takes a step on the way
            load_weights(self.network, checkpoint.network)
            if self.options.trainer.ema_decay is not None:
                self.module.updates.average.load(training.get("average"))
            self.user_callbacks.restore(training.get("callbacks"))
            self.best = build(BestSoFar, training["best"], hints=False)
            self.best_metrics = BestMetrics(self.options.task.metrics, checkpoint.metrics)
            restore_random_states(named(training["random"], object), self.device)
        except CheckpointError:
            raise
        except UNFIT as error:
            reason = " ".join(str(error).split())
            raise CheckpointError(
                f"the checkpoint lacks what going on needs ({type(error).__name__}: {reason})"
            ) from error
        before, now = training.get("threads"), torch.get_num_threads()
        on_cpu = self.device.type == "cpu" and self.process_group.is_single_process
        if on_cpu and isinstance(before, int) and before != now:
            warn(
                f"this run computed with {counted(before, 'thread')} and goes on with {now}: sums "
                f"are added up in another order, so bits may differ "
                f"(OMP_NUM_THREADS={before} keeps them)"
            )
        self.begun_from = None if self.process_group.is_single_process else checkpoint

    def saving(
        self, folder: Path, after_validation_interval: Callable[[], object]
    ) -> CheckpointCallback:
        """The callback that writes this run's checkpoints."""
        return CheckpointCallback(
            folder, self.snapshot, self.best, self.module, after_validation_interval
        )
