"""Whether generated texts are new or copies of the training data."""

from collections.abc import Iterable, Sequence

from charlab.data.corpus import Corpus
from charlab.errors import ConfigError
from charlab.evaluation.reference_texts import document_texts


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

    def shares(self, texts: Sequence[str]) -> tuple[float, float]:
        """How many of some texts are novel and how many distinct, each from 0 to 1."""
        count = max(1, len(texts))
        novel = sum(not self.is_known(text) for text in texts)
        return novel / count, len(set(texts)) / count

    def describe(self, texts: Sequence[str]) -> str:
        """The same in words."""
        novel, distinct = self.shares(texts)
        return f"{novel:.1%} novel, {distinct:.1%} distinct of {len(texts)}"


def training_documents(corpus: Corpus) -> SequenceNovelty:
    """Tells the documents of a corpus's training part."""
    return SequenceNovelty(document_texts(corpus.splits["train"], corpus.vocabulary))
