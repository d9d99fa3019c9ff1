"""The contract of a task: everything that differs between one task and another.

The training loop, the commands and the reports have a task and ask it; none of them knows which.
What has to be known before PyTorch is imported (settings, metrics, checks) stands in the task's
options, :class:`charlab.config.task_options.TaskOptions`.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic

import torch
from torch import Tensor, nn

from charlab.config.schema import RunOptions
from charlab.config.validation import to_plain
from charlab.data.batches.batch import ALL, Batch, BatchForm, Shard
from charlab.data.batches.evaluation import EvaluationBatches, evaluation_batches
from charlab.data.batches.loaders import TrainingBatches, training_batches
from charlab.data.batches.stream import Variation
from charlab.data.corpus import Corpus
from charlab.data.facts import DataFacts
from charlab.data.queries import Asking
from charlab.data.tokens.ragged import EncodedSplit
from charlab.decoding.text_generator import TextGenerator
from charlab.errors import ConfigError, DataError
from charlab.evaluation.evaluate import Meter
from charlab.evaluation.examples import describe_examples
from charlab.evaluation.prediction import Predictor
from charlab.evaluation.trained_network import Network, TrainedNetwork, ValidationWriter
from charlab.inspection.activations import Reading
from charlab.inspection.symbols import Axes, recurrent_axes
from charlab.inspection.units import BUDGET, UnitReport, find_units
from charlab.models import build_model
from charlab.models.recurrent import RecurrentModel
from charlab.models.state import State

if TYPE_CHECKING:
    from charlab.evaluation.ensemble import Member
    from charlab.figures.picture import Picture

POSITIONS = 16_384  # of a batch that is measured, padding included
_LOGITS = 2**24  # positions × outputs of such a batch at most: 64 MB


@dataclass(frozen=True)
class StepOutput:
    """What one batch's forward pass gives.

    Attributes:
        objective: what is minimized, a scalar: a mean over the batch's predictions.
        loss: the unweighted loss in nats summed over the predictions, detached.
        predictions: their number.
        correct: how many were right, a scalar; None if not asked for.
        state: the recurrent state to carry on; None where nothing is carried.
    """

    objective: Tensor
    loss: Tensor
    predictions: int
    correct: Tensor | None
    state: State | None


class Task(ABC, Generic[Network]):
    """One thing that a recurrent network is trained to do.

    B batch, T time, V vocabulary, C labels.

    Args:
        options: the run's resolved options.
        data: what a network has to know of its data.
    """

    batch_form: BatchForm = BatchForm.NEXT
    body_name = "recurrent"
    """The attribute of the network that reads the text: what ``init=`` puts under another head."""
    overfits_one_document = False
    """Whether ``debug=overfit`` has to keep to one document (nobody could know which begins)."""

    def __init__(self, options: RunOptions, data: DataFacts) -> None:
        self.run = options
        self.data = data

    @property
    def options(self) -> Any:
        """The settings of the task's own."""
        return self.run.task

    # Network and batches

    @abstractmethod
    def build_network(self) -> Network:
        """The network with fresh weights.

        Raises:
            ConfigError, ValueError: if the options do not fit together.
        """

    def recurrent(self, conditions: int = 0, *, tied: bool | None = None) -> RecurrentModel:
        """The composed recurrent model.

        Args:
            conditions: how many labels it is conditioned on; 0: none.
            tied: whether its embedding also writes; None: as composed.
        """
        values = to_plain(self.run.model)
        if tied is not None:
            values["tied_embeddings"] = tied
        return build_model(
            values.pop("name"),
            vocabulary_size=self.data.vocabulary.size,
            num_conditions=conditions,
            **values,
        )

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

    # What a trained network is asked; its options say by which command

    @cached_property
    def asking(self) -> Asking:
        """What reads texts as training read its own."""
        dataset = self.run.dataset
        return Asking(dataset.source, dataset.normalize, self.data.vocabulary)

    def predictor(self, network: Network) -> Predictor[Any] | None:
        """What ``predict.py`` asks about texts; None: nothing."""
        return None

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

    def generator(self, network: Network) -> TextGenerator | None:
        """What ``sample.py`` asks for texts; None: nothing."""
        return None

    # What is shown

    def log_validation(
        self, trained: TrainedNetwork[Network], meter: Meter, writer: ValidationWriter, step: int
    ) -> None:
        """Shows after a validation what numbers do not; by default the task's figure, if any."""
        if self.figure_name and meter.sums.any():
            from charlab.figures import spare, to_image  # matplotlib takes half a second

            tag = f"val/{self.figure_name}"
            with spare(tag):
                writer.image(tag, to_image(self.meter_figure(meter)), step)

    def final_lines(self, trained: TrainedNetwork[Network]) -> tuple[str, list[str]] | None:
        """What a run says at its end and leaves in ``samples.txt``: a heading and lines.

        By default what the predictor makes of a few short documents of the validation split.
        """
        predictor = self.predictor(trained.network)
        if predictor is None or trained.corpus.layout != "sequences":
            return None
        return describe_examples(predictor, trained.corpus, trained.seed, self.examples_shown)

    @property
    def examples_shown(self) -> int:
        """How many validation examples a run ends with: few where nothing was learnt yet."""
        return 3 if self.run.debug and not self.run.trainer.overfit else 12

    def describe_results(self, metrics: dict[str, float | str], split: str) -> str:
        """A split's metrics in words, and the baselines' beside them; "" if there are none."""

        def listed(names: Sequence[tuple[str, str]]) -> str:
            found = [(name, metrics.get(f"{split}/{key}")) for name, key in names]
            return ", ".join(f"{name} {value:.4f}" for name, value in found if value is not None)

        words = listed([(metric.name, metric.name) for metric in self.options.metrics])
        models = dict.fromkeys(baseline.model for baseline in self.options.baselines)
        for model in models:
            own = [(b.metric, b.name) for b in self.options.baselines if b.model == model]
            if beside := listed(own):
                words += f" ({model}: {beside})"
        return words

    def describe_meter(self, meter: Meter) -> list[str]:
        """Lines that ``evaluate.py`` prints below the metrics; nothing by default."""
        return []

    figure_name = ""
    """What :meth:`meter_figure` draws, as the name of a file ("confusion"); "": nothing."""

    def meter_figure(self, meter: Meter, title: str = "") -> Any:
        """The picture (a matplotlib figure) of a split that ``evaluate.py figure=`` writes, and a
        run's end; None: none.

        Args:
            meter: what measured the split.
            title: what was measured.
        """
        return None

    @property
    def reading(self) -> Reading:
        """How its networks read a split, for whoever looks inside them."""
        dataset = self.run.dataset
        return Reading(dataset.layout, self.batch_form, dataset.seq_len)

    def step_head(self, network: Network) -> Callable[[Tensor], Tensor]:
        """What turns the features at a position into the logits of what is predicted there.

        Raises:
            DataError: if what is predicted there does not follow from what was read before alone,
                says why.
        """
        raise DataError(f"task={self.options.name} predicts nothing from one position's state")

    def find_units(
        self, trained: TrainedNetwork[Network], split: str, budget: int = BUDGET
    ) -> UnitReport:
        """What the units of a network follow in a part of its data, labels and tags included.

        Args:
            trained: the network and its data.
            split: which part; a held-out one.
            budget: tokens that are looked at, at most.
        """
        corpus = trained.corpus
        return find_units(
            trained.network,
            corpus.splits[split],
            corpus.vocabulary,
            self.reading,
            labels=corpus.labels,
            tags=corpus.tags,
            budget=budget,
        )

    def pictures(self, trained: TrainedNetwork[Network], split: str) -> Iterator["Picture"]:
        """What a gallery shows of a trained network besides what it shows of every task's.

        Args:
            trained: the network and its data.
            split: which held-out part is looked at.
        """
        yield from ()
