"""The contract of a task: everything that differs between one task and another.

The training loop, the commands and the reports have a task and ask it; none of them knows which.
What has to be known before PyTorch is imported (settings, metrics, checks) stands in the task's
options, :class:`charlab.config.task_options.TaskOptions`.
"""

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from charlab.config.validation import to_plain
from charlab.data.batches.batch import ALL, Batch, Shard
from charlab.data.batches.evaluation import EvaluationBatches, evaluation_batches
from charlab.data.batches.loaders import TrainingBatches, training_batches
from charlab.data.batches.stream import Variation
from charlab.data.corpus import Corpus
from charlab.data.tokens.ragged import EncodedSplit
from charlab.errors import ConfigError
from charlab.evaluation.evaluate import Meter
from charlab.evaluation.losses import StepOutput
from charlab.evaluation.trained_network import Network
from charlab.inspection.symbols import Axes, recurrent_axes
from charlab.models import build_model
from charlab.models.recurrent import RecurrentModel
from charlab.models.state import State
from charlab.tasks._presented import Presented

if TYPE_CHECKING:
    from charlab.evaluation.ensemble import Member

__all__ = ["POSITIONS", "StepOutput", "Task"]

POSITIONS = 16_384  # of a batch that is measured, padding included
_LOGITS = 2**24  # positions × outputs of such a batch at most: 64 MB


class Task(Presented[Network]):
    """One thing that a recurrent network is trained to do.

    B batch, T time, V vocabulary, C labels.

    Args:
        options: the run's resolved options.
        data: what a network has to know of its data.
    """

    body_name = "recurrent"
    """The attribute of the network that reads the text: what ``init=`` puts under another head."""
    overfits_one_document = False
    """Whether ``debug=overfit`` has to keep to one document (nobody could know which begins)."""

    # Network and batches

    @abstractmethod
    def build_network(self) -> Network:
        """The network with fresh weights.

        Raises:
            ConfigError, ValueError: if the options do not fit together.
        """

    def recurrent(self, conditions: int = 0, **changes: Any) -> RecurrentModel:
        """The composed recurrent model.

        Args:
            conditions: how many labels it is conditioned on; 0: none.
            changes: options of `RecurrentModel` that are to be others than composed.
        """
        size = self.data.vocabulary.size
        options: dict[str, Any] = {"vocabulary_size": size, "num_conditions": conditions}
        options |= to_plain(self.run.model) | changes
        return build_model(**options)

    def symbol_axes(self, network: Network) -> dict[str, Axes]:
        """Which axes of parameters are symbols and not units, by the parameters' names.

        What is not named here is taken over by ``init=`` only from a network with as many units. A
        task adds those of its head.
        """
        body = self.body_of(network)
        return recurrent_axes(body, self.body_name, self.data.vocabulary, self.data.labels)

    def body_of(self, network: Network) -> RecurrentModel:
        """What reads the text in a network.

        Raises:
            ConfigError: if it is not where the task says.
        """
        body = getattr(network, self.body_name, None)
        if not isinstance(body, RecurrentModel):
            raise ConfigError(
                f"the network of task={self.run.task.name} has no recurrent model called "
                f"{self.body_name!r}: init= and penalties on features need one (Task.body_name)"
            )
        return body

    def prepare_training(self, corpus: Corpus) -> None:
        """Takes from the training split what the loss needs besides batches; nothing by default."""

    def training_batches(
        self, train: EncodedSplit, *, processes: int, device: torch.device, shard: Shard
    ) -> TrainingBatches:
        """The training split in the batch form that this task learns from."""
        dataset = self.run.dataset
        return training_batches(
            train,
            layout=dataset.layout,
            form=self.batch_form,
            batch_size=dataset.batch_size * processes,
            seq_len=dataset.seq_len,
            seed=self.run.seed,
            device=device,
            shard=shard,
            vary=Variation(dataset.random_offset, dataset.random_lengths),
        )

    def evaluation_batches(
        self,
        split: EncodedSplit,
        *,
        device: torch.device,
        positions: int = POSITIONS,
        shard: Shard = ALL,
    ) -> EvaluationBatches:
        """The batches that a split is measured by: no setting of training changes them.

        Args:
            split: what is measured.
            device: where to measure.
            positions: token ids of a batch; fewer where the outputs of a position are many.
            shard: this process's share.
        """
        dataset = self.run.dataset
        return evaluation_batches(
            split,
            layout=dataset.layout,
            form=self.batch_form,
            seq_len=dataset.seq_len,
            device=device,
            budget=max(1, min(positions, _LOGITS // self.outputs_per_position())),
            shard=shard,
        )

    def outputs_per_position(self) -> int:
        """Numbers that the network gives for each position: what an evaluation's memory is for."""
        return 1

    # Loss and metrics

    @abstractmethod
    def training_loss(
        self, network: Network, batch: Batch, state: State | None, *, measure: bool
    ) -> StepOutput:
        """A batch's forward pass and loss; runs under autocast, losses are to be float32.

        Args:
            network: what is trained.
            batch: the batch.
            state: the state it begins with; None: zero.
            measure: whether correct predictions are to be counted (a pass over the logits).
        """

    def amounts(self, batch: Batch) -> tuple[float | Tensor, float | Tensor]:
        """What a batch's objective, a mean, is divided by: here, and for all processes' shares."""
        return batch.predictions, batch.of_all.predictions

    def scales(self, batches: Sequence[Batch], processes: int) -> list[float | Tensor | None]:
        """What each batch's objective counts in its step's: its share of all that is predicted.

        Gradients are averaged over processes, so a share of the sum is taken that many times.
        None: the batch is the whole.
        """
        if len(batches) == 1 and batches[0].whole is None:
            return [None]
        amounts = [self.amounts(batch) for batch in batches]
        total = sum(whole for _, whole in amounts)
        return [processes * own / total for own, _ in amounts]

    @abstractmethod
    def new_meter(self, network: Network) -> Meter:
        """An empty meter for a split's metrics."""

    def training_metrics(self, loss: float) -> dict[str, float]:
        """A mean training loss and what is derived from it, without the split's prefix."""
        return {"loss": loss}

    def baseline_metrics(self, corpus: Corpus) -> dict[str, float]:
        """Metrics of a simple model beside which the network's are read, by full tags."""
        return {}

    def as_classifier(self, network: Network) -> "tuple[Task[Any], nn.Module] | None":
        """What measures the network as a classifier (``as=classify``), and that classifier; None:
        it tells no labels, or is one.
        """
        return None

    def ensemble(self, members: "Sequence[Member[Network]]") -> nn.Module:
        """A network that gives the mean of several networks' probabilities, for an ensemble.

        It is measured and asked as one of them is; token ids and outputs are those of this task.

        Args:
            members: their networks, each with its own task of this type; they read texts alike.

        Raises:
            ConfigError: if they do not answer alike, or this task averages none.
        """
        raise ConfigError(f"task={self.options.name} has no mean of several networks: name one run")
