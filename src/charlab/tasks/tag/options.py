"""The settings of tagging, and what they ask of a run's data."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from charlab.config.constraints import fraction_below_one, one_of
from charlab.config.task_options import PREDICT, Baseline, Metric, TaskOptions, monitored

if TYPE_CHECKING:
    from charlab.config.schema import RunOptions
    from charlab.data.corpus import Corpus

METRICS = (
    Metric("loss", on_progress_line=True, about="mean loss in nats per tag"),
    Metric("accuracy", higher_is_better=True, on_progress_line=True, about="share of right tags"),
    Metric(
        "macro_f1",
        higher_is_better=True,
        on_progress_line=True,
        about="mean over tags of F1, which precision and recall make: each tag counts as much",
    ),
    Metric(
        "text_accuracy",
        higher_is_better=True,
        monitored=False,
        about="share of texts without a wrong tag",
    ),
)
BASELINES = (
    Baseline(
        "frequent_tag_accuracy", "accuracy", "the most frequent tag of each word or character"
    ),
)
TAGGED = ("auto", "character", "space", "word")


@dataclass(frozen=True)
class Options(TaskOptions):
    """Telling the tags of a text."""

    monitor: Annotated[str, monitored(METRICS)]
    tagged: Annotated[str, one_of(*TAGGED)]
    label_smoothing: Annotated[float, fraction_below_one()]

    metrics: ClassVar[tuple[Metric, ...]] = METRICS
    baselines: ClassVar[tuple[Baseline, ...]] = BASELINES
    curves: ClassVar[tuple[str, ...]] = ("loss", "accuracy")
    fields: ClassVar[tuple[str, ...]] = ("tags",)
    units: ClassVar[tuple[str, ...]] = ("char", "byte")
    asked_by: ClassVar[str | None] = PREDICT
    verb: ClassVar[str] = "tag"
    pictures: ClassVar[Mapping[str, str]] = {
        "tagged-text": "texts in the colours of their tags, faults framed",
        "confusion": "which tag is taken for which",
        "tag-scores": "precision, recall and F1 of each tag",
        "confused-tags": "the most frequent confusions, with an example",
    }

    @property
    def left_open(self) -> tuple[str, ...]:
        """See :meth:`TaskOptions.left_open`."""
        return ("tagged",) if self.tagged == "auto" else ()

    def resolve(self, run: "RunOptions", corpus: "Corpus") -> Self:
        """Finds out what has a tag; see :meth:`TaskOptions.resolve`."""
        from charlab.data.corpus_checks import require_measurable, require_tags
        from charlab.tasks.tag.words import what_is_tagged

        require_tags(corpus)
        require_measurable(corpus, tokens=False)
        tagged = what_is_tagged(corpus) if self.tagged == "auto" else self.tagged
        return dataclasses.replace(self, tagged=tagged)
