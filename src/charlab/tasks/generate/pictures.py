"""What a gallery shows of a language model besides what it shows of every run."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from charlab.data.tokens.vocabulary import NAMES, REPLACEMENT
from charlab.errors import DataError
from charlab.evaluation.examples import drawn_places
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.figures.coloured_text import coloured_figure, coloured_text, heat_legend
from charlab.figures.picture import Part, Picture
from charlab.figures.predictions import Likely, predictions_figure
from charlab.figures.words import words_table
from charlab.inspection.predictions import (
    Excerpt,
    Floats,
    Predicted,
    characters_of,
    encoded_lines,
    excerpt_of_stream,
    excerpts_of_documents,
    first_tokens,
    likeliest_condition,
    lines_of,
    predict_excerpt,
    token_bits,
)
from charlab.inspection.words import words_of
from charlab.models.language_model import LanguageModel
from charlab.system.words import counted
from charlab.tasks.generate.temperatures import temperature_parts

if TYPE_CHECKING:
    from charlab.tasks.generate.task import GenerateTask

_DOCUMENTS = 10  # that are looked at
_DOCUMENT = 120  # tokens of each
_GRID, _LINE = 108, 600  # tokens of a stream in the grid, in the line of text
_MOST = 200_000  # tokens of a split that are measured
_HIGH = 8.0  # bits of the strongest shade: one of 256
_ROWS = 12  # words in a table


class GenerationPictures:
    """Pictures of one language model; what several of them need is computed once.

    Args:
        task: what it was trained for.
        trained: the model and its data.
        split: which part is looked at.
    """

    def __init__(
        self, task: "GenerateTask", trained: TrainedNetwork[LanguageModel], split: str
    ) -> None:
        self._task = task
        self._trained = trained
        self._split = split
        self._vocabulary = trained.corpus.vocabulary
        self._documents = trained.corpus.layout == "sequences"

    def __iter__(self) -> Iterator[Picture]:
        unit = NAMES[self._vocabulary.unit]
        one = unit.removesuffix("s")
        where = self._where
        grid = "" if self._documents else f", of it the first {_GRID} {unit}"
        yield Picture(
            "predictions",
            "Predictions against the truth",
            f"On top what came, below it the five likeliest {unit} by what stood before, their "
            "probability as shade and a frame round the one that was right. "
            f"Measured on {where}{grid}; ␣ is a space, ↵ a new line, ⊣ the end."
            f"{self._labels_remark}",
            self._predictions,
            "predictions",
            quick=True,
        )
        yield Picture(
            "surprise",
            "Surprise",
            f"Each character in the shade of the bits that it cost: 0 was certain, 1 as a toss of "
            f"a coin, {_HIGH:g} one in {2**_HIGH:.0f} or less. Of {where}; pointing at a character "
            f"says how many.{self._labels_remark}",
            self._surprise,
            "predictions",
            quick=True,
            is_text=True,
        )
        yield Picture(
            "worst-words",
            "The worst-predicted words",
            f"Words of the {self._split} part by what they cost in bits, each occurrence read with "
            "all that stands before it; of words of three letters or more. Above by bits per "
            f"character, below by what all occurrences cost together.{self._cut_remark(one)}",
            self._worst_words,
            "predictions",
        )
        yield Picture(
            "temperature",
            "Temperature",
            "Logits are divided by it before a token is drawn: low keeps to the likeliest, repeats "
            "itself and copies; at 1 the network speaks as it learnt; high is free and falls "
            "apart. Perplexity is the network's own, at temperature 1, of what was drawn.",
            lambda: temperature_parts(self._task, self._trained),
            "generation",
        )

    @property
    def _where(self) -> str:
        """What is looked at, in words; where it is cut they say so."""
        text, unit = self._trained.text, NAMES[self._vocabulary.unit]
        if text is None and self._documents:
            split = self._trained.corpus.splits[self._split]
            count = counted(min(_DOCUMENTS, split.documents), "document")
            cut = f" (at most {_DOCUMENT} {unit} of each)" * bool((split.lengths > _DOCUMENT).any())
            return f"{count} of the {self._split} part, drawn at random{cut}"
        if text is None:
            return f"a stretch of the {self._split} part, from a place drawn at random"
        lines = lines_of(text)
        given = len(lines if self._documents else self._vocabulary.encode(text))
        most, what = (_DOCUMENTS, "lines") if self._documents else (_LINE, unit)
        said = "the text given" if given <= most else f"the first {most} {what} of the text given"
        is_cut = self._documents and any(
            len(self._vocabulary.encode(line)) > _DOCUMENT for line in lines[:most]
        )
        return said + f", at most {_DOCUMENT} {unit} of each line" * is_cut

    @property
    def _labels_remark(self) -> str:
        if self._task.is_conditional and self._trained.text is not None:
            return " Each line is read with the label that makes it likeliest."
        return " Each is read with its label." if self._task.is_conditional else ""

    def _cut_remark(self, unit: str) -> str:
        total = self._trained.corpus.splits[self._split].characters
        return f" Of its {total:,} {unit}s the first {_MOST:,}." if total > _MOST else ""

    @cached_property
    def _predicted(self) -> list[Predicted]:
        excerpts = [one for one in self._excerpts() if len(one.ids)]
        if not excerpts:
            raise DataError(f"there is too little text to look at in {self._where}")
        return [predict_excerpt(self._trained.network, one) for one in excerpts]

    def _excerpts(self) -> list[Excerpt]:
        """What is looked at: the given text, or something of the split."""
        encoded, text = self._trained.corpus.splits[self._split], self._trained.text
        conditional = self._task.is_conditional
        if text is not None and self._documents:
            lines = [self._task.asking.whole(line) for line in lines_of(text)[:_DOCUMENTS]]
            encoded = encoded_lines(self._vocabulary, lines)
            found = excerpts_of_documents(
                encoded, range(encoded.documents), conditional=False, most=_DOCUMENT
            )
            return [self._with_label(one) for one in found] if conditional else found
        if text is not None:
            ids = self._vocabulary.encode(text)[: _LINE + 1]
            return [Excerpt(ids[:1], ids[1:])]
        if not self._documents:
            newline = self._vocabulary.encode("\n").tolist()
            return [excerpt_of_stream(encoded, _LINE, self._trained.seed, *newline)]
        drawn = drawn_places(encoded.documents, self._trained.seed, _DOCUMENTS).tolist()
        return excerpts_of_documents(encoded, drawn, conditional=conditional, most=_DOCUMENT)

    def _with_label(self, excerpt: Excerpt) -> Excerpt:
        ids = np.concatenate([excerpt.before, excerpt.ids])
        labels = len(self._task.condition_labels)
        chosen = likeliest_condition(self._trained.network, ids, labels)
        return Excerpt(excerpt.before, excerpt.ids, chosen)

    def _predictions(self) -> Sequence[Part]:
        names = ("", REPLACEMENT, *self._vocabulary.tokens)
        texts = [
            Likely(
                [names[i] for i in one.ids.tolist()],
                [[names[i] for i in row] for row in one.likeliest.tolist()],
                one.probabilities,
                self._label(one),
            )
            for one in self._predicted
        ]
        if not self._documents:
            texts = [text.part(0, _GRID) for text in texts]
        return [predictions_figure(texts)]

    def _label(self, predicted: Predicted) -> str:
        labels = self._task.condition_labels
        return "" if predicted.condition is None else labels[predicted.condition]

    def _surprise(self) -> Sequence[Part]:
        lines = [
            characters_of(self._vocabulary, one.ids.tolist(), one.bits) for one in self._predicted
        ]
        mean = np.concatenate([one.bits for one in self._predicted]).mean()
        legend = heat_legend("0 bits", f"{_HIGH:g} bits or more; the mean here is {mean:.2f}")
        texts = [
            coloured_text(pieces, bits, high=_HIGH, words=_said(pieces, bits), mark="⊣")
            for pieces, bits in lines
        ]
        figure = coloured_figure(lines, high=_HIGH, label="bits")
        return [legend, *texts, figure]

    def _worst_words(self) -> Sequence[Part]:
        split = first_tokens(self._trained.corpus.splits[self._split], _MOST)
        device = next(self._trained.network.parameters()).device
        batches = self._task.evaluation_batches(split, device=device)
        bits = token_bits(self._trained.network, split, batches)
        ids = split.ids[:].tolist()
        texts = (
            characters_of(self._vocabulary, ids[begin:end], bits[begin:end])
            for begin, end in pairwise(split.offsets.tolist())
            if begin < end
        )
        words = words_of(texts)
        if not words:
            return []
        hardest = sorted(words, key=lambda word: -word.per_character)[:_ROWS]
        costly = sorted(words, key=lambda word: -word.total * word.count)[:_ROWS]
        everything = float(np.nansum(bits))
        return [
            heat_legend("0 bits", f"{_HIGH:g} bits or more"),
            words_table(hardest, everything, high=_HIGH),
            words_table(costly, everything, high=_HIGH),
        ]


def _said(pieces: Sequence[str], bits: Floats) -> list[str]:
    return [f"{cost:.2f} bits, {2**-cost:.1%}" for cost in bits.tolist()]
