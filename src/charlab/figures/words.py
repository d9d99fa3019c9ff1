"""A table of words and what they cost a model."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from markupsafe import Markup

from charlab.figures.coloured_text import coloured_word

_COLUMNS = ("word", "times", "bits each", "bits per character", "share of all bits")


@dataclass(frozen=True)
class WordBits:
    """A word and what it costs.

    Attributes:
        pieces: what it is made of: characters, or the word itself.
        count: how often it stands in the text.
        bits: what each piece costs in the mean of all places, (pieces,).
    """

    pieces: tuple[str, ...]
    count: int
    bits: npt.NDArray[np.float64]

    @property
    def text(self) -> str:
        """The word."""
        return "".join(self.pieces).removeprefix(" ")

    @property
    def total(self) -> float:
        """Bits of one occurrence in the mean."""
        return float(self.bits.sum())

    @property
    def per_character(self) -> float:
        """Bits per character of the word."""
        return self.total / len(self.text)


def words_table(words: Sequence[WordBits], everything: float, *, high: float) -> Markup:
    """Words with their bits; their letters are shaded by what each of them costs.

    Args:
        words: in the order in which they are shown.
        everything: bits of the whole text.
        high: bits of the strongest shade.
    """
    header = Markup("").join(
        Markup('<th class="{}">{}</th>').format("figures" if i else "words", name)
        for i, name in enumerate(_COLUMNS)
    )
    rows = Markup("").join(_row(word, everything, high) for word in words)
    return Markup(
        '<div class="scroll" tabindex="0"><table><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>"
    ).format(header, rows)


def _row(word: WordBits, everything: float, high: float) -> Markup:
    figures = (
        f"{word.count:,}",
        f"{word.total:.1f}",
        f"{word.per_character:.2f}",
        f"{word.total * word.count / everything:.2%}",
    )
    cells = Markup("").join(Markup('<td class="figures">{}</td>').format(text) for text in figures)
    name = coloured_word(word.pieces, word.bits, high=high)
    return Markup('<tr><td class="words coloured">{}</td>{}</tr>').format(name, cells)
