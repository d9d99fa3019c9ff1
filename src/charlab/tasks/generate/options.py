"""The settings of generation, and what they ask of a run and of its data."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, Self

from charlab.config.constraints import at_least, between
from charlab.config.task_options import SAMPLE, Baseline, Metric, TaskOptions, monitored
from charlab.errors import ConfigError
from charlab.system.words import counted

if TYPE_CHECKING:
    from charlab.config.schema import RunOptions
    from charlab.data.corpus import Corpus
    from charlab.data.tokens.ragged import EncodedSplit

METRICS = (
    Metric("loss", on_progress_line=True, about="mean loss in nats per predicted token"),
    Metric(
        "perplexity",
        on_progress_line=True,
        about="exp(loss): between so many equally likely tokens the network is undecided",
    ),
    Metric("bits_per_char", about="loss / ln 2"),
    Metric("bits_per_byte", monitored=False, about="loss / ln 2"),
    Metric("bits_per_word", monitored=False, about="loss / ln 2"),
    Metric("bits_per_original_char", about="bits per character of the text as it was read"),
    Metric("accuracy", higher_is_better=True, about="share of tokens predicted right"),
)
_TRIGRAM = "an interpolated trigram model"
BASELINES = (
    Baseline("trigram_perplexity", "perplexity", _TRIGRAM),
    Baseline("trigram_bits_per_original_char", "bits_per_original_char", _TRIGRAM),
)


@dataclass(frozen=True)
class SampleOptions:
    """What a generation run writes at its validations and at its end."""

    count: Annotated[int, between(0, 1_000_000)]
    length: Annotated[int, between(1, 10_000_000)]
    temperature: Annotated[float, at_least(0)]


@dataclass(frozen=True)
class Options(TaskOptions):
    """Predicting every next token."""

    monitor: Annotated[str, monitored(METRICS)]
    condition_on_label: bool | None
    samples: SampleOptions

    metrics: ClassVar[tuple[Metric, ...]] = METRICS
    baselines: ClassVar[tuple[Baseline, ...]] = BASELINES
    curves: ClassVar[tuple[str, ...]] = ("perplexity",)
    asked_by: ClassVar[str | None] = SAMPLE
    verb: ClassVar[str] = "generate or score text"
    pictures: ClassVar[Mapping[str, str]] = {
        "predictions": "each true next token above the five likeliest",
        "surprise": "a text coloured by the bits that each character costs",
        "worst-words": "the worst-predicted words of the split",
        "temperature": "samples at five temperatures, with novelty and perplexity",
    }

    def check(self, run: "RunOptions") -> None:
        """See :meth:`TaskOptions.check`."""
        unit = run.dataset.unit
        if self.monitor == "val/bits_per_char" and unit != "char":
            raise ConfigError(
                f"task.monitor=val/bits_per_char is measured with dataset.unit=char, not {unit}: "
                "take val/bits_per_original_char, which every unit has"
            )
        if run.model.bidirectional:
            raise ConfigError(
                "model.bidirectional=true: a generator may not read the future; leave it out"
            )

    def resolve(self, run: "RunOptions", corpus: "Corpus") -> Self:
        """Conditions on labels where documents are short and have two or more."""
        from charlab.data.corpus_checks import require_measurable, require_window

        conditional = self._conditional(corpus)
        if corpus.layout == "stream":
            require_window(corpus, run.dataset.seq_len)
        require_measurable(corpus, tokens=True)
        return dataclasses.replace(self, condition_on_label=conditional)

    def _conditional(self, corpus: "Corpus") -> bool:
        possible = corpus.layout == "sequences" and len(corpus.labels) >= 2
        if self.condition_on_label and not possible:
            reason = (
                "the text is one stream"
                if corpus.layout == "stream"
                else f"the documents have {counted(len(corpus.labels), 'label')}"
            )
            raise ConfigError(
                "task.condition_on_label=true needs short documents with two labels or more; "
                f"{reason}"
            )
        return possible if self.condition_on_label is None else self.condition_on_label

    def characters_per_epoch(self, train: "EncodedSplit", layout: str) -> int:
        """Every end mark is predicted; the first character of a stream's document is not."""
        if layout == "stream":
            return train.predictions
        return train.characters + train.documents
