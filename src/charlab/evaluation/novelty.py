"""Whether generated texts are new or copies of the training data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from charlab.errors import ConfigError


@dataclass(frozen=True)
class NoveltyReport:
    """Novelty of a set of samples.

    Attributes:
        count: how many samples.
        novel: how many of them do not stand in the training data.
        distinct: how many different texts they are.
    """

    count: int
    novel: int
    distinct: int

    @property
    def novel_share(self) -> float:
        """Share of the samples that do not stand in the training data; 0 of no samples."""
        return self.novel / self.count if self.count else 0.0

    @property
    def distinct_share(self) -> float:
        """Different texts per sample; 0 of no samples."""
        return self.distinct / self.count if self.count else 0.0

    def __str__(self) -> str:
        return f"{self.novel_share:.1%} novel, {self.distinct_share:.1%} distinct of {self.count}"


class SequenceNovelty:
    """Tells short documents that stand in the training data from new ones.

    Args:
        texts: the training documents, normalized as the model saw them.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        if isinstance(texts, str):
            raise ConfigError("SequenceNovelty takes a list of texts, not one")
        self._known = frozenset(texts)

    def is_known(self, text: str) -> bool:
        """Whether the text stands in the training data, as a whole and to the letter."""
        return text in self._known

    def report(self, texts: Sequence[str]) -> NoveltyReport:
        """Counts of novel and of distinct texts (``[sample.text for sample in samples]``)."""
        novel = sum(not self.is_known(text) for text in texts)
        return NoveltyReport(count=len(texts), novel=novel, distinct=len(set(texts)))
