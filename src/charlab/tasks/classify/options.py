"""The settings of classification, and what they ask of a run's data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from charlab.config.constraints import at_least, fraction_below_one, one_of
from charlab.config.task_options import PREDICT, Baseline, Metric, TaskOptions, monitored
from charlab.errors import ConfigError

if TYPE_CHECKING:
    from charlab.config.schema import RunOptions
    from charlab.data.corpus import Corpus

METRICS = (
    Metric("loss", on_progress_line=True, about="mean loss in nats per example"),
    Metric(
        "accuracy", higher_is_better=True, on_progress_line=True, about="share of right answers"
    ),
    Metric(
        "macro_f1",
        higher_is_better=True,
        on_progress_line=True,
        about="mean over labels of F1, which precision and recall make: each label counts as much",
    ),
    Metric(
        "top3_accuracy",
        higher_is_better=True,
        monitored=False,
        about="share of examples whose label is among the three likeliest",
    ),
)
BASELINES = (
    Baseline("most_frequent_accuracy", "accuracy", "always answering the most frequent label"),
)


@dataclass(frozen=True)
class Options(TaskOptions):
    """Predicting a text's label."""

    monitor: Annotated[str, monitored(METRICS)]
    pooling: Annotated[str, one_of("last", "mean", "max", "mean_max")]
    class_weights: Annotated[str, one_of("none", "mild", "balanced")]
    label_smoothing: Annotated[float, fraction_below_one()]
    language_weight: Annotated[float, at_least(0)]

    metrics: ClassVar[tuple[Metric, ...]] = METRICS
    baselines: ClassVar[tuple[Baseline, ...]] = BASELINES
    curves: ClassVar[tuple[str, ...]] = ("loss", "accuracy")
    predicts_label: ClassVar[bool] = True
    asked_by: ClassVar[str | None] = PREDICT
    verb: ClassVar[str] = "classify"
    pictures: ClassVar[Mapping[str, str]] = {
        "confusion": "which label is taken for which",
        "label-scores": "precision, recall and F1 of each label",
        "while-reading": "the label's probability as texts are read",
        "mistakes": "the most confident wrong answers",
        "calibration": "whether answers are right as often as they say",
    }

    def check(self, run: "RunOptions") -> None:
        """See :meth:`TaskOptions.check`."""
        if run.dataset.held_out:
            raise ConfigError(
                "dataset.held_out: a label that training never meets cannot be predicted; leave it "
                "out, or take another task"
            )
        model = run.model
        if self.language_weight and model.bidirectional and model.num_layers > 1:
            raise ConfigError(
                f"task.language_weight={self.language_weight:g} predicts the next character from "
                "the forward reading, and above the first layer of model.bidirectional=true that "
                "has seen the future: set model.num_layers=1 or model.bidirectional=false"
            )

    def resolve(self, run: "RunOptions", corpus: "Corpus") -> Self:
        """See :meth:`TaskOptions.resolve`."""
        from charlab.data.corpus_checks import require_classes, require_measurable

        require_classes(corpus)
        require_measurable(corpus, tokens=False)
        return self
