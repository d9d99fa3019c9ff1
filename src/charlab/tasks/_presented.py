"""The part of a task about trained networks: how they are queried, and what is shown of them."""

from abc import ABC
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic

from torch import Tensor

from charlab.config.schema import RunOptions
from charlab.data.batches.batch import BatchForm
from charlab.data.facts import DataFacts
from charlab.data.queries import Asking
from charlab.decoding.text_generator import TextGenerator
from charlab.errors import DataError
from charlab.evaluation.evaluate import Meter
from charlab.evaluation.examples import describe_examples
from charlab.evaluation.prediction import Predictor
from charlab.evaluation.trained_network import Network, TrainedNetwork, ValidationWriter
from charlab.inspection.activations import Reading
from charlab.inspection.units import BUDGET, UnitReport, find_units

if TYPE_CHECKING:
    from charlab.figures.picture import Picture


class Presented(ABC, Generic[Network]):
    """What a task does with trained networks: prediction, sampling, examples, pictures, units.

    By default there is little of it; a task overrides what its networks can do.

    Args:
        options: the run's resolved options.
        data: what a network has to know of its data.
    """

    batch_form: BatchForm = BatchForm.NEXT

    def __init__(self, options: RunOptions, data: DataFacts) -> None:
        self.run = options
        self.data = data

    @property
    def options(self) -> Any:
        """The settings of the task's own."""
        return self.run.task

    @property
    def window(self) -> int | None:
        """Tokens of the windows that a stream is read in, each by itself; None: documents are."""
        dataset = self.run.dataset
        return dataset.seq_len if dataset.layout == "stream" else None

    @property
    def reading(self) -> Reading:
        """How its networks read a split, for whoever looks inside them."""
        dataset = self.run.dataset
        return Reading(dataset.layout, self.batch_form, dataset.seq_len)

    # What it is asked; the options say by which command

    @cached_property
    def asking(self) -> Asking:
        """What reads texts as training read its own."""
        dataset = self.run.dataset
        return Asking(dataset.source, dataset.normalize, self.data.vocabulary)

    def predictor(self, network: Network) -> Predictor[Any] | None:
        """What ``predict.py`` asks about texts; None: nothing."""
        return None

    def generator(self, network: Network) -> TextGenerator | None:
        """What ``sample.py`` asks for texts; None: nothing."""
        return None

    def step_head(self, network: Network) -> Callable[[Tensor], Tensor]:
        """What turns the features at a position into the logits of what is predicted there.

        Raises:
            DataError: if what is predicted there does not follow from what was read before alone,
                says why.
        """
        raise DataError(f"task={self.options.name} predicts nothing from one position's state")

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
