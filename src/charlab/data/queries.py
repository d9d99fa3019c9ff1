"""Texts that a trained model is asked about: made what its training made of its own.

They are no documents of a corpus: none is passed over for being blank.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from charlab.data.corpus import encode_documents
from charlab.data.documents.document import Document
from charlab.data.documents.normalize import check_steps, normalize_text
from charlab.data.documents.sources import strips
from charlab.data.tokens.vocabulary import NAMED_AT_MOST, UNK, Vocabulary
from charlab.errors import ConfigError, UnknownCharacterError


@dataclass
class Unseen:
    """What training never saw of some texts (or too rarely: ``dataset.min_count``).

    Attributes:
        counts: how often each token occurs: those that the vocabulary lacks, and characters that
            the model's normalization drops.
        tokens: of all tokens in the texts.
    """

    counts: Counter[str]
    tokens: int

    @property
    def share(self) -> float:
        """The part of all tokens, from 0 to 1; 0 of no text."""
        return self.counts.total() / self.tokens if self.tokens else 0.0

    def add(self, other: "Unseen") -> None:
        """Takes in that of another text."""
        if other.counts:
            self.counts.update(other.counts)
        self.tokens += other.tokens

    def __bool__(self) -> bool:
        return bool(self.counts)

    def __str__(self) -> str:
        named = ", ".join(repr(token) for token, _ in self.counts.most_common(NAMED_AT_MOST))
        more = len(self.counts) - NAMED_AT_MOST
        return f"{self.share:.1%} ({named}{f' and {more} more' if more > 0 else ''})"


class Asking:
    """Reads texts as a model's training read its own.

    Args:
        source: the dataset's source.
        steps: its normalization.
        vocabulary: the model's.
    """

    def __init__(self, source: str, steps: str, vocabulary: Vocabulary) -> None:
        self.strips = strips(source)
        self._normalization = steps
        self.steps = check_steps(steps)
        self.vocabulary = vocabulary
        # Files are read with every system's newlines as one, unless the dataset is exact.
        self.knows_return = vocabulary.unit != "byte" and not vocabulary.unknown("\r")

    def normalize(self, text: str) -> str:
        """The text in the model's spelling; white space stays.

        Raises:
            ConfigError: if it is no text.
        """
        return self._normalize(text, Counter())

    def known(self, text: str, what: str, unknown: str) -> str:
        """The same of a text whose every character is to count.

        Args:
            text: as the user gave it.
            what: what it is, for messages ("prompt=").
            unknown: "error" refuses what the normalization drops.

        Raises:
            ConfigError: if it is no text.
            UnknownCharacterError: if something of it is dropped and ``unknown`` is "error".
        """
        dropped: Counter[str] = Counter()
        normalized = self._normalize(text, dropped)
        if dropped and unknown == "error":
            raise UnknownCharacterError(
                f"{what} holds characters that dataset.normalize={self._normalization} drops: "
                f"{', '.join(map(repr, list(dropped)[:NAMED_AT_MOST]))}; leave them out, or set "
                "unknown=mark"
            )
        return normalized

    def whole(self, text: str) -> str:
        """A whole text: without white space around it where training stripped it.

        Raises:
            ConfigError: if it is no text.
        """
        return self._strip(self.normalize(text))

    def read(self, texts: Sequence[str]) -> list[tuple[str, Unseen]]:
        """Whole texts as `whole` has them, each with what training never saw of it.

        Raises:
            ConfigError: if one is no text.
        """
        wholes, lost, dropped = list[str](), dict[int, Counter[str]](), Counter[str]()
        for number, text in enumerate(texts):
            wholes.append(self._strip(self._normalize(text, dropped)))
            if dropped:
                lost[number], dropped = dropped, Counter()
        encoded = encode_documents(list(map(Document, wholes)), self.vocabulary)
        places = np.flatnonzero(encoded.ids[:] == UNK)
        unknown = set((np.searchsorted(encoded.offsets, places, side="right") - 1).tolist())
        found, none = [], Counter[str]()
        for number, (whole, size) in enumerate(
            zip(wholes, np.diff(encoded.offsets).tolist(), strict=True)
        ):
            counts = lost.get(number, none)
            tokens = size + counts.total() if counts else size
            if number in unknown:
                counts = counts + Counter(token for _, token in self.vocabulary.unknown(whole))
            found.append((whole, Unseen(counts, tokens)))
        return found

    def unseen(self, text: str) -> Unseen:
        """What training never saw of a whole text."""
        return self.read([text])[0][1]

    def _strip(self, normalized: str) -> str:
        return normalized.strip() if self.strips else normalized

    def _normalize(self, text: str, dropped: Counter[str]) -> str:
        if not isinstance(text, str):
            raise ConfigError(f"a text is asked for, got {type(text).__name__}")
        if not self.knows_return:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        return normalize_text(text, self.steps, dropped)
