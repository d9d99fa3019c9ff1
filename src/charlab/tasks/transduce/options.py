"""The settings of transduction, and what they ask of a run's data."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from charlab.config.constraints import at_least, fraction_below_one, one_of
from charlab.config.task_options import PREDICT, Metric, TaskOptions, monitored
from charlab.errors import ConfigError

if TYPE_CHECKING:
    from charlab.config.schema import RunOptions
    from charlab.data.corpus import Corpus
    from charlab.data.tokens.ragged import EncodedSplit

METRICS = (
    Metric("loss", on_progress_line=True, about="mean loss in nats per token that is written"),
    Metric("perplexity", about="exp(loss)"),
    Metric("accuracy", higher_is_better=True, about="share of tokens predicted right"),
    Metric(
        "exact_match",
        higher_is_better=True,
        on_progress_line=True,
        about="share of texts whose target is written without a fault",
    ),
    Metric(
        "error_rate", on_progress_line=True, about="edits to the nearest target, per token of it"
    ),
)


@dataclass(frozen=True)
class Options(TaskOptions):
    """Turning texts into others."""

    monitor: Annotated[str, monitored(METRICS)]
    attention: Annotated[str, one_of("none", "dot", "general", "additive")]
    label_smoothing: Annotated[float, fraction_below_one()]
    max_length: Annotated[int | None, at_least(1)]

    metrics: ClassVar[tuple[Metric, ...]] = METRICS
    curves: ClassVar[tuple[str, ...]] = ("loss", "exact_match")
    fields: ClassVar[tuple[str, ...]] = ("target",)
    units: ClassVar[tuple[str, ...]] = ("char", "byte", "word", "symbol")
    writes_tokens: ClassVar[bool] = True
    asked_by: ClassVar[str | None] = PREDICT
    verb: ClassVar[str] = "transduce"
    pictures: ClassVar[Mapping[str, str]] = {
        "attention": "where the decoder looks while it writes",
        "error-by-length": "errors by the length of the text",
        "confused-symbols": "the most frequent confusions of symbols",
        "worst-pairs": "the texts that take most edits",
    }

    @property
    def left_open(self) -> tuple[str, ...]:
        """See :meth:`TaskOptions.left_open`."""
        return ("max_length",) if self.max_length is None else ()

    def check(self, run: "RunOptions") -> None:
        """See :meth:`TaskOptions.check`."""
        if run.dataset.layout == "stream":
            raise ConfigError(
                "dataset.layout=stream: task=transduce turns whole texts into others; leave it out"
            )

    def resolve(self, run: "RunOptions", corpus: "Corpus") -> Self:
        """Writes targets of at most 3/2 of training's longest and one token; see `TaskOptions`."""
        from charlab.data.corpus_checks import require_measurable, require_targets

        require_targets(corpus)
        require_measurable(corpus, tokens=False)
        targets = corpus.splits["train"].targets
        longest = 0 if targets is None else int(targets.lengths.max())
        return dataclasses.replace(self, max_length=self.max_length or longest * 3 // 2 + 1)

    def characters_per_epoch(self, train: "EncodedSplit", layout: str) -> int:
        """Tokens that are read and written, end marks included."""
        written = 0 if train.targets is None else train.targets.characters + train.documents
        return train.characters + written
