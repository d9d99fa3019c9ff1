"""A task that breaks a promise fails the test that holds it."""

import inspect
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor, nn

from charlab.builders.corpus import resolve
from charlab.config.schema import RunOptions
from charlab.config.task_options import SAMPLE, Metric
from charlab.data.batches.batch import Batch
from charlab.data.batches.loaders import TrainingBatches
from charlab.data.corpus import Corpus
from charlab.data.facts import facts_of
from charlab.data.tokens.ragged import EncodedSplit
from charlab.evaluation.bits_per_character import OriginalText
from charlab.evaluation.prediction import Ranked
from charlab.tasks.classify.options import METRICS, Options
from charlab.tasks.classify.ranking import LabelRanker
from charlab.tasks.classify.task import ClassificationMeter, ClassifyTask
from charlab.tasks.task import StepOutput
from charlab.testing.task_contract import TaskContract
from tests.support.contract_calls import CAUGHT

NAMES = [(f"{a}{b * n}", a) for n in (1, 2, 5) for a in "aéи" for b in "xyzw"]
SMALL = ("model.hidden_size=5", "model.embedding_size=3", "dataset.batch_size=4")


class OtherMeter(ClassifyTask):
    """A task with a meter of its own."""

    Meter: type[ClassificationMeter]

    def new_meter(self, network: nn.Module) -> ClassificationMeter:
        return self.Meter(network, len(self.data.labels))


class OtherPredictor(ClassifyTask):
    """A task with a predictor of its own."""

    Ranker: type[LabelRanker]

    def predictor(self, network: nn.Module) -> LabelRanker:
        return self.Ranker(network, self.asking, self.data.labels, None)


class OtherOptions(ClassifyTask):
    """A task with options of its own."""

    Kind: type[Options] = Options
    changed: ClassVar[dict[str, Any]] = {}

    @property
    def options(self) -> Options:
        return self.Kind(**(vars(self.run.task) | self.changed))


class Unregistered(ClassifyTask):
    pass


class OptionsOfAnotherType(OtherOptions):
    @dataclass(frozen=True)
    class Kind(Options):
        pass


class MeasuresMore(OtherMeter):
    class Meter(ClassificationMeter):
        def compute(self, text: OriginalText | None = None) -> dict[str, float]:
            return super().compute(text) | {"undeclared": 1.0}


class MeasuresNoLoss(OtherMeter):
    class Meter(ClassificationMeter):
        def compute(self, text: OriginalText | None = None) -> dict[str, float]:
            return {"accuracy": super().compute(text)["accuracy"]}


class TrainsByAnotherMetric(ClassifyTask):
    def training_metrics(self, loss: float) -> dict[str, float]:
        return {"loss": loss, "undeclared": loss}


class LossIsToRise(OtherOptions):
    @dataclass(frozen=True)
    class Kind(Options):
        metrics = (Metric("loss", higher_is_better=True), *METRICS[1:])


class DrawsWhatIsNotDeclared(OtherOptions):
    @dataclass(frozen=True)
    class Kind(Options):
        curves = ("loss", "undeclared")


class MonitorsWhatIsNotMeasured(OtherOptions):
    changed: ClassVar = {"monitor": "val/top3_accuracy"}  # declared; there are three labels


class MeanOfBatches(OtherMeter):
    class Meter(ClassificationMeter):
        def update(self, batch: Batch) -> None:
            before = self.sums.clone()
            super().update(batch)
            self.sums[0] = before[0] + (self.sums[0] - before[0]) / len(batch.targets)


class ReadsThePadding(OtherMeter):
    class Meter(ClassificationMeter):
        def update(self, batch: Batch) -> None:
            super().update(replace(batch, lengths=None))


class KeepsItsLossApart(OtherMeter):
    class Meter(ClassificationMeter):
        apart = 0.0

        def update(self, batch: Batch) -> None:
            super().update(batch)
            self.apart += float(self.sums[0])
            self.sums[0] = 0

        def compute(self, text: OriginalText | None = None) -> dict[str, float]:
            found = super().compute(text)
            return found | {"loss": self.apart / int(self.confusion.sum())}


class OtherLoss(ClassifyTask):
    """A task with a changed output of a training step."""

    def training_loss(self, *args: Any, **more: Any) -> StepOutput:
        return self.change(super().training_loss(*args, **more), args[0])

    def change(self, output: StepOutput, network: nn.Module) -> StepOutput:
        raise NotImplementedError


class ReportsAWeightedLoss(OtherLoss):
    def change(self, output: StepOutput, network: nn.Module) -> StepOutput:
        return replace(output, loss=1.1 * output.loss)


class ReportsAMean(OtherLoss):
    def change(self, output: StepOutput, network: nn.Module) -> StepOutput:
        return replace(output, loss=output.loss / output.predictions)


class CountsNothing(OtherLoss):
    def change(self, output: StepOutput, network: nn.Module) -> StepOutput:
        return replace(output, correct=None)


class MoreRightThanAsked(OtherLoss):
    def change(self, output: StepOutput, network: nn.Module) -> StepOutput:
        return replace(output, correct=torch.tensor(output.predictions + 1))


class ReachesTheHeadOnly(OtherLoss):
    def change(self, output: StepOutput, network: nn.Module) -> StepOutput:
        head: Tensor = network.get_parameter("output.weight")
        return replace(output, objective=head.sum())


class AlwaysBeginsAnEpochAnew(ClassifyTask):
    def training_batches(self, *args: Any, **more: Any) -> TrainingBatches:
        batches = super().training_batches(*args, **more)
        epoch = batches.epoch
        vars(batches)["epoch"] = lambda number, start=0: epoch(number)
        return batches


class ShufflesWithoutSeed(ClassifyTask):
    """Another epoch whenever one is asked for."""

    def training_batches(self, *args: Any, **more: Any) -> TrainingBatches:
        batches = super().training_batches(*args, **more)
        epoch = batches.epoch

        def another(number: int, start: int = 0) -> Iterator[Batch]:
            return epoch(number + start, start)

        vars(batches)["epoch"] = another
        return batches


class AnswersNothing(ClassifyTask):
    def predictor(self, network: nn.Module) -> None:  # type: ignore[override]
        return None


class AskedByAnotherCommand(OtherOptions):
    @dataclass(frozen=True)
    class Kind(Options):
        asked_by = SAMPLE


class WithoutVerb(OtherOptions):
    @dataclass(frozen=True)
    class Kind(Options):
        verb = ""


class LooksAtTheTextsBeside(OtherPredictor):
    class Ranker(LabelRanker):
        def answers(self, texts: EncodedSplit, read: Sequence[str]) -> list[Ranked]:
            found = super().answers(texts, read)
            return [found[0][::-1], *found[1:]] if len(found) > 1 else found


class RowsOfUnequalLength(OtherPredictor):
    class Ranker(LabelRanker):
        def columns(self, top: int) -> list[str]:
            return super().columns(top)[:-1]


class SaysNothing(OtherPredictor):
    class Ranker(LabelRanker):
        def line(self, answer: Ranked, top: int) -> str:
            return ""


class AnswersAnEmptyText(OtherPredictor):
    class Ranker(LabelRanker):
        def predict(self, texts: Sequence[str]) -> list[Ranked]:
            return super().predict([text for text in texts if text])


class AnswersUnasked(OtherPredictor):
    class Ranker(LabelRanker):
        def predict(self, texts: Sequence[str]) -> list[Ranked]:
            return super().predict(texts or ["a"])


@pytest.fixture
def corpus(make_corpus: Callable[..., Corpus]) -> Corpus:
    return make_corpus(NAMES, fractions=(0.4, 0.6, 0.0))


KNOWN, DECLARED = "test_it_is_known_by_its_name", "test_metrics_are_declared"
BATCHES = "test_metrics_are_the_same_whatever_the_batches"
TOGETHER = "test_processes_together_measure_the_same"
LOSS = "test_the_training_loss_is_what_the_meter_measures"
EPOCH = "test_an_epoch_s_batches_can_be_entered_anywhere"
ASKED = "test_its_networks_are_asked_as_its_options_say"
ANSWERS = "test_answers_do_not_depend_on_the_texts_beside_them"


@pytest.mark.parametrize(
    ("broken", "test"),
    [
        (Unregistered, KNOWN),
        (OptionsOfAnotherType, KNOWN),
        (MeasuresMore, DECLARED),
        (MeasuresNoLoss, DECLARED),
        (TrainsByAnotherMetric, DECLARED),
        (LossIsToRise, DECLARED),
        (DrawsWhatIsNotDeclared, DECLARED),
        (MonitorsWhatIsNotMeasured, DECLARED),
        (MeanOfBatches, BATCHES),
        (ReadsThePadding, BATCHES),
        (KeepsItsLossApart, TOGETHER),
        (ReportsAWeightedLoss, LOSS),
        (ReportsAMean, LOSS),
        (CountsNothing, LOSS),
        (MoreRightThanAsked, LOSS),
        (ReachesTheHeadOnly, LOSS),
        (AlwaysBeginsAnEpochAnew, EPOCH),
        (ShufflesWithoutSeed, EPOCH),
        (AnswersNothing, ASKED),
        (AskedByAnotherCommand, ASKED),
        (WithoutVerb, ASKED),
        (LooksAtTheTextsBeside, ANSWERS),
        (RowsOfUnequalLength, ANSWERS),
        (SaysNothing, ANSWERS),
        (AnswersAnEmptyText, ANSWERS),
        (AnswersUnasked, ANSWERS),
    ],
)
def test_a_task_that_breaks_a_promise_is_caught(
    broken: type[ClassifyTask],
    test: str,
    corpus: Corpus,
    compose_options: Callable[..., RunOptions],
) -> None:
    options = resolve(compose_options("task=classify", *SMALL), corpus)

    def call(kind: type[ClassifyTask]) -> None:
        task = kind(options, facts_of(corpus))
        torch.manual_seed(3)
        values = {
            "task": task,
            "network": task.build_network().eval(),
            "split": corpus.splits["val"],
            "positions": 1,
        }
        method = getattr(TaskContract(), test)
        method(**{name: values[name] for name in inspect.signature(method).parameters})

    call(ClassifyTask)
    with pytest.raises(CAUGHT):
        call(broken)
