"""The tags of a text, each with its probability."""

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from rich.text import Text

from charlab.data.queries import Asking
from charlab.data.tokens.ragged import EncodedSplit, cut_windows
from charlab.data.tokens.utf8_bytes import utf8_bytes
from charlab.evaluation.prediction import Predictor
from charlab.models.tagger import Tagger
from charlab.system.style import visible
from charlab.tasks.tag.words import tagged_spans

# Of a terminal's own palette; more tags than colours are written behind their words.
_HUES = ("cyan", "green", "yellow", "magenta", "blue", "red")
_COLOURS = (*_HUES, *(f"bold {hue}" for hue in _HUES), *(f"underline {hue}" for hue in _HUES))


class Tagged(NamedTuple):
    """A piece of a text with its tag.

    Attributes:
        text: a character or a word.
        tag: the likeliest tag.
        probability: how probable the network takes it to be, from 0 to 1.
    """

    text: str
    tag: str
    probability: float


class TagPredictor(Predictor[list[Tagged]]):
    """Tells the tags of texts.

    Args:
        network: the tagger.
        asking: reads texts as training read its own.
        tags: the tags, in order, C.
        tagged: what has a tag: "character", "space" or "word" (`tagged_spans`).
        window: tokens of the windows of a stream; None: documents, read as a whole.
    """

    def __init__(
        self,
        network: Tagger,
        asking: Asking,
        tags: tuple[str, ...],
        tagged: str,
        window: int | None,
    ) -> None:
        super().__init__(network, asking)
        self._tags = tags
        few = len(tags) <= len(_COLOURS)
        self._colours = dict(zip(tags, _COLOURS, strict=False)) if few else {}
        self.tagged = tagged
        self._window = window

    def answers(self, texts: EncodedSplit, read: Sequence[str]) -> list[list[Tagged]]:
        """Each text's words or characters with their tags."""
        tags, probabilities = self.of_tokens(texts)
        found = []
        for begin, text in zip(texts.offsets[:-1].tolist(), read, strict=True):
            spans = tagged_spans(text, self.tagged)
            ends = begin + self._token_ends(text)[[end - 1 for _, end in spans]] - 1
            told = zip(spans, tags[ends].tolist(), probabilities[ends].tolist(), strict=True)
            found.append([Tagged(text[a:b], self._tags[tag], p) for (a, b), tag, p in told])
        return found

    def _token_ends(self, text: str) -> npt.NDArray[np.int64]:
        """Where each character's tokens end, (length,)."""
        if self.asking.vocabulary.unit == "byte":
            return np.cumsum([len(utf8_bytes(character)) for character in text])
        return np.arange(1, len(text) + 1)

    @torch.no_grad()
    def of_tokens(
        self, texts: EncodedSplit
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Of each token the likeliest tag and its probability, (N,)."""
        pieces = texts if self._window is None else cut_windows(texts, self._window)
        tags = np.empty(texts.characters, np.int64)
        probabilities = np.empty(texts.characters, np.float64)
        for places, batch in self.batches(pieces):
            best = self.network(batch.ids, batch.lengths).softmax(-1).max(-1)  # (B, T)
            for row, place in enumerate(places.tolist()):
                begin, end = pieces.offsets[place : place + 2].tolist()
                tags[begin:end] = best.indices[row, : end - begin].cpu()
                probabilities[begin:end] = best.values[row, : end - begin].cpu()
        return tags, probabilities

    def columns(self, top: int) -> list[str]:
        """tags."""
        return ["tags"]

    def cells(self, answer: list[Tagged], top: int) -> list[object]:
        """The tags, a space between two; single characters in the place of characters without."""
        between = "" if self.is_rewriting else " "
        return [between.join(piece.tag for piece in answer)]

    def record(self, answer: list[Tagged], top: int) -> dict[str, object]:
        """Pieces with their tags."""
        return {"tags": [piece._asdict() for piece in answer]}

    def line(self, answer: list[Tagged], top: int) -> str:
        """The pieces with their tags, or the text that the tags make."""
        if self.is_rewriting:
            return "".join(piece.tag for piece in answer)
        if self.tagged != "character":
            return " ".join(f"{piece.text}/{piece.tag}" for piece in answer)
        runs = [
            ("".join(piece.text for piece in run), tag)
            for tag, run in groupby(answer, lambda piece: piece.tag)
        ]
        return " ".join(f"{text}/{tag}" for text, tag in runs if not text.isspace())

    def in_colour(self, text: str, answer: list[Tagged], top: int) -> Text:
        """The text, each piece in the colour of its tag, words with it; or what tags make of it."""
        if self.is_rewriting:
            changed = ((p.tag, "bold green" if p.tag != p.text else "") for p in answer)
            return Text.assemble(*((visible(tag), style) for tag, style in changed))
        if not self._colours:
            return super().in_colour(text, answer, top)
        read, place, shown = self.asking.whole(text), 0, Text()
        for piece in answer:
            begin = read.index(piece.text, place)
            shown.append(visible(read[place:begin]))
            told = "" if self.tagged == "character" else f"/{piece.tag}"
            shown.append(visible(piece.text + told), self._colours[piece.tag])
            place = begin + len(piece.text)
        return shown.append(visible(read[place:]))

    def legend(self) -> Text | None:
        """The tags, each in its colour."""
        if self.is_rewriting or not self._colours:
            return None
        named = (Text(visible(tag), colour) for tag, colour in self._colours.items())
        return Text.assemble("tags: ", Text("  ").join(named))

    @property
    def is_rewriting(self) -> bool:
        """Whether a tag is a character that stands for the one it is told of."""
        return self.tagged == "character" and all(len(tag) == 1 for tag in self._tags)
