"""Bits per original character: the one figure by which units and vocabularies compare.

A model of words predicts fewer and harder tokens than one of bytes, and a model that calls every
hard word unknown has an easy life. So the bits that a whole text costs are divided by the
characters that stand in it, and each unknown token is paid for in full: besides predicting the
mark, its characters are spelled out, each as one of all that Unicode has room for. A word's end
costs as much as a character more, since a word does not say how long it is.
"""

import math
from dataclasses import dataclass

from charlab.data.corpus import Corpus
from charlab.data.tokens import token_lengths, tokenizer
from charlab.data.tokens.vocabulary import CODE_POINTS, Vocabulary

SPELLING_BITS = math.log2(CODE_POINTS)  # 20.09 for each character that is spelled out

_ENDS = {
    "char": 0,
    "byte": 0,
    "word": 1,
    "symbol": 1,
}  # what spelling a token out costs besides its characters


@dataclass(frozen=True)
class OriginalText:
    """A normalized text behind its tokens, as much of it as is predicted.

    Attributes:
        unit: what it was predicted by: "char", "byte" or "word".
        characters: its code points.
        spelled_out: the characters of its unknown tokens; of words their ends too.
    """

    unit: str
    characters: int
    spelled_out: int

    def bits_per_char(self, nats: float) -> float:
        """Bits per original character of a text that costs so many nats; infinite without any."""
        if not self.characters:
            return math.inf
        return (nats / math.log(2) + SPELLING_BITS * self.spelled_out) / self.characters


def split_text(corpus: Corpus, split: str) -> OriginalText:
    """The text of one of a corpus's splits."""
    report, unit = corpus.report, corpus.vocabulary.unit
    ends = _ENDS[unit] * report.predicted_unknown[split]
    spelled_out = report.predicted_unknown_characters[split] + ends
    return OriginalText(unit, report.predicted_characters[split], spelled_out)


def text_of(text: str, vocabulary: Vocabulary, *, document: bool = True) -> OriginalText:
    """A text as a vocabulary sees it; unless it is a document its first token is given."""
    unit = vocabulary.unit
    given = 0
    if not document and text:
        tokens = tokenizer(unit)
        first = tokens.token_ids(text)[0]
        given = int(token_lengths(unit, tokens.tokens())[first])
    unknown = vocabulary.unknown(text)
    spelled_out = sum(len(token) + _ENDS[unit] for place, token in unknown if place >= given)
    return OriginalText(unit, len(text) - given, spelled_out)
