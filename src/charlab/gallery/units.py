"""Pictures of what the units of any task's network follow, and of texts that they colour."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from markupsafe import Markup

from charlab.data.batches.batch import BatchForm
from charlab.data.tokens.ragged import EncodedSplit, flat_offsets
from charlab.data.tokens.vocabulary import EOS, NAMES, UNK
from charlab.errors import DataError
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.figures.picture import Part, Picture
from charlab.figures.unit_text import UnitText, unit_text_figure, unit_text_html
from charlab.inspection.activations import (
    Ints,
    Sample,
    Unit,
    sample_documents,
    sample_places,
    sample_span,
    unit_values,
)
from charlab.inspection.position_table import property_table
from charlab.inspection.predictions import encoded_lines, likeliest_condition, lines_of
from charlab.inspection.properties import Values, family
from charlab.inspection.units import Followed, UnitReport
from charlab.tasks.task import Task

_UNITS = 5  # that are shown by themselves
_EXCERPT = 432  # tokens of a text that is shown
_LINE = 80  # tokens in which a line is to begin
_ROWS = 30  # of the table
_BUDGET = 50_000  # tokens that units are found on


class UnitPictures:
    """Pictures of one network's units, which are looked for once.

    Args:
        task: what it was trained for.
        trained: the network and its data.
        split: which part is looked at.
        unit: which unit colours the text; None: those that follow a property best.
    """

    def __init__(
        self, task: Task[Any], trained: TrainedNetwork[Any], split: str, unit: Unit | None = None
    ) -> None:
        self._task = task
        self._trained = trained
        self._split_name = split
        self._unit = unit

    def __iter__(self) -> Iterator[Picture]:
        of = f"of the {self._split_name} part"
        tokens = NAMES[self._trained.corpus.vocabulary.unit]
        yield Picture(
            "units",
            "What units follow",
            "Each property of the text with the gate, or part of the state, whose value it is most "
            f"correlated with. Found on one half {of} (up to {_BUDGET:,} {tokens}), and the "
            "correlation is that of the other half, with a 95% interval over stretches of it. "
            "Layers count from 0; unit=0:hidden:42 colours a text by that one.",
            lambda: [units_table(self.report.strongest[:_ROWS])],
            "hidden units",
        )
        yield Picture(
            "unit",
            "Text coloured by a unit",
            "Each character on the shade of a unit's value after it was read: orange is positive, "
            f"purple negative. {self._text_words(of)}",
            self._coloured,
            "hidden units",
            is_text=True,
        )

    def _text_words(self, of: str) -> str:
        if self._trained.text is not None:
            return "Of the text given."
        if self._unit is not None:
            return f"Some text {of}."
        return (
            "Of the units that follow something which the character alone does not tell; the text "
            f"is where, {of}, there is most to see of it."
        )

    @cached_property
    def report(self) -> UnitReport:
        """What the units follow."""
        return self._task.find_units(self._trained, self._split_name, budget=_BUDGET)

    def _coloured(self) -> Sequence[Part]:
        if self._unit is not None:
            texts = [self._text_of(self._unit, _name(self._unit), None)]
        else:
            texts = [self._text_of(f.where, _title(f), f.name) for f in self._shown_units()]
        return [unit_text_figure(texts), *map(unit_text_html, texts)]

    def _shown_units(self) -> list[Followed]:
        """The strongest unit of each family of properties that a character alone does not tell."""
        found: dict[str, Followed] = {}
        shown: set[Unit] = set()
        for each in self.report.strongest:
            of = family(each.name)
            if of != "character" and of not in found and each.where not in shown:
                found[of] = each
                shown.add(each.where)
        best = sorted(found.values(), key=lambda each: -abs(each.correlation))[:_UNITS]
        if "quotes" in found and found["quotes"] not in best:  # what everybody looks for
            best[-1:] = [found["quotes"]]
        return best or list(self.report.strongest[:_UNITS])

    def _text_of(self, unit: Unit, title: str, name: str | None) -> UnitText:
        split, sample = self._excerpt(name)
        network, reading = self._trained.network, self._task.reading
        numbers, values = unit_values(network, split, reading, sample, [unit])
        vocabulary = self._trained.corpus.vocabulary
        pieces: list[str] = []
        shown: list[float] = []
        begins = set(sample.numbered.offsets[:-1].tolist())
        for number, value in zip(numbers.tolist(), values[:, 0].tolist(), strict=True):
            if number - 1 in begins and pieces:
                pieces.append("")
                shown.append(0.0)
            pieces.append(vocabulary.decode([int(sample.tokens[number])]))
            shown.append(value)
        return UnitText(title, pieces, np.array(shown))

    def _excerpt(self, name: str | None) -> tuple[EncodedSplit, Sample]:
        """A text to be coloured: the user's, or that of the split where a property varies most."""
        reading, corpus = self._task.reading, self._trained.corpus
        if self._trained.text is not None:
            text = self._given(self._trained.text)
            return text, sample_documents(text, np.arange(text.documents))
        split = corpus.splits[self._split_name]
        sample = sample_places(split, reading, _BUDGET)
        told = np.zeros(len(sample.places), np.float32)
        if name is not None:
            table = property_table(
                split, corpus.vocabulary, sample, reading, labels=corpus.labels, tags=corpus.tags
            )
            told = np.nan_to_num(table.values[:, table.names.index(name)])
        if reading.layout == "sequences":
            return split, sample_documents(split, _telling_documents(told, sample, split))
        place = _liveliest(told, sample)
        opening = corpus.vocabulary.decode(split.ids[place : place + _LINE].tolist())
        return split, sample_span(split, place + opening.find("\n") + 1, _EXCERPT)

    def _given(self, text: str) -> EncodedSplit:
        """The user's text: of short documents each line is one, with the label that fits best."""
        vocabulary = self._trained.corpus.vocabulary
        if self._task.reading.layout == "stream":
            encoded = encoded_lines(vocabulary, [text])
            # A stream's last token is never read, only predicted.
            ids = np.append(encoded.ids[:], UNK)
            return replace(encoded, ids=ids, offsets=flat_offsets([len(ids)]))
        whole = map(self._task.asking.whole, lines_of(text))
        encoded = encoded_lines(vocabulary, [line for line in whole if line])
        if not encoded.documents:
            raise DataError("the text is empty to this model: there is nothing to look at")
        if self._task.batch_form is not BatchForm.CONDITIONAL:
            return encoded
        network, conditions = self._trained.network, len(self._trained.corpus.labels)
        labels = [
            likeliest_condition(network, np.array([EOS, *encoded.ids[a:b], EOS]), conditions)
            for a, b in pairwise(encoded.offsets.tolist())
        ]
        return replace(encoded, labels=np.array(labels))


def units_table(found: Sequence[Followed]) -> Markup:
    """Properties with their units and correlations, as a fragment of a page."""
    rows = [
        Markup(
            '<tr><td>{}</td><td>{}</td><td class="figures">{}</td><td class="figures">{}</td>'
            "<td>{}</td></tr>"
        ).format(
            each.name,
            _name(each.where),
            f"{each.correlation:+.3f}",
            f"{each.low:+.3f} … {each.high:+.3f}" if each.low == each.low else f"n = {each.tokens}",
            each.kind,
        )
        for each in found
    ]
    return Markup(
        '<div class="scroll" tabindex="0"><table><thead><tr><th>property</th><th>unit</th>'
        '<th class="figures">correlation</th><th class="figures">95% interval</th><th>kind</th>'
        "</tr></thead><tbody>{}</tbody></table></div>"
    ).format(Markup("").join(rows))


def _name(unit: Unit) -> str:
    return f"layer {unit.layer}, {unit.part} {unit.number}"


def _title(found: Followed) -> str:
    return f"{_name(found.where)}: {found.name}, correlation {found.correlation:+.2f}"


def _liveliest(told: Values, sample: Sample) -> int:
    """The place from which on a property changes most within an excerpt."""
    changes = np.append(0.0, np.abs(np.diff(told)))
    changes[sample.places < 0] = 0.0
    width = min(_EXCERPT, len(changes))
    begin = int(np.convolve(changes, np.ones(width), mode="valid").argmax())
    inside = sample.places[begin : begin + width]
    return int(inside[inside >= 0][0])


def _telling_documents(told: Values, sample: Sample, split: EncodedSplit) -> Ints:
    """As many documents as an excerpt has room for: those in which there is most of a property,
    and as many others, spread evenly.
    """
    bounds = sample.numbered.offsets
    amounts = np.add.reduceat(told[1:], bounds[:-1])
    count = max(2, int(_EXCERPT / max(1.0, float(np.mean(np.diff(bounds))))))
    most = np.argsort(-amounts, kind="stable")[: count // 2]
    others = np.linspace(0, len(amounts) - 1, count - len(most)).astype(np.int64)
    chosen = np.unique(np.concatenate([most, others]))
    places = sample.places[1 + bounds[:-1][chosen]]
    documents: Ints = np.searchsorted(split.offsets, places, side="right") - 1
    return documents
