"""Pictures of what happens inside any task's network: its units, its memory, its gates."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from markupsafe import Markup

from charlab.data.batches.batch import BatchForm
from charlab.data.tokens.ragged import EncodedSplit, flat_offsets
from charlab.data.tokens.vocabulary import EOS, NAMES, UNK
from charlab.errors import DataError
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.figures.memory import Reach, context_figure, gradient_figure, saturation_figure
from charlab.figures.picture import Part, Picture
from charlab.figures.unit_text import UnitText, unit_text_figure, unit_text_html
from charlab.inspection.activations import (
    Sample,
    Unit,
    looking,
    recurrent_of,
    require_unit,
    sample_documents,
    sample_places,
    sample_span,
    unit_values,
)
from charlab.inspection.memory import (
    contexts_of,
    loss_by_context,
    measure_gradients,
)
from charlab.inspection.position_table import property_table
from charlab.inspection.predictions import encoded_lines, likeliest_condition, lines_of
from charlab.inspection.properties import Values, family, of_one_character
from charlab.inspection.saturation import measure_saturation
from charlab.inspection.units import Followed, UnitReport
from charlab.tasks.task import Task

_UNITS = 5  # that are shown by themselves
_EXCERPT = 432  # tokens of a text that is shown
_LINE = 80  # tokens in which a line is to begin
_ROWS = 30  # of the table
_BUDGET = 50_000  # tokens that units are found on


class InsidePictures:
    """Pictures of one network's inside; what several of them need is computed once.

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
        if unit is not None:
            require_unit(recurrent_of(trained.network), unit)

    def __iter__(self) -> Iterator[Picture]:
        of = f"of the {self._split_name} part"
        tokens = NAMES[self._trained.corpus.vocabulary.unit]
        yield from self._of_units(of, tokens)
        yield from self._of_memory(of, tokens)

    def _of_units(self, of: str, tokens: str) -> Iterator[Picture]:
        yield Picture(
            "units",
            "What units follow",
            "Each property of the text with the gate, or part of the state, whose value it is most "
            f"correlated with. Found on one half {of} (up to {_BUDGET:,} {tokens}), and the "
            "correlation is that of the other half, with a 95% interval over stretches of it. "
            "Layers count from 0; unit=0:hidden:42 colours a text by that one.",
            self._table,
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

    def _of_memory(self, of: str, tokens: str) -> Iterator[Picture]:
        yield Picture(
            "memory",
            "Gradients through time",
            "The norm of the gradient of the loss at a position t with respect to the state k "
            f"{tokens} before it, over that at k = 0: the median {of} in a band of the middle half "
            "of positions, dotted the mean. A line that falls steeply is a gradient that vanishes: "
            "what stood there can hardly be learnt from (Bengio et al. 1994, Pascanu et al. 2013).",
            self._gradients,
            "memory",
        )
        yield Picture(
            "context",
            "Loss by context given",
            f"The mean loss, in nats, at the same positions {of} where the network begins to read "
            f"only so many {tokens} before them: where the line is flat, what is further back does "
            "not help (Khandelwal et al. 2018).",
            self._contexts,
            "memory",
        )
        yield Picture(
            "saturation",
            "Saturated gates",
            f"A dot is a unit: how often {of} its gate is open (above 0.9) and shut (below 0.1). "
            "Forget and update gates at the lower right carry their unit's state on nearly always "
            "(Karpathy et al. 2015).",
            self._saturation,
            "memory",
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

    @property
    def _split(self) -> EncodedSplit:
        return self._trained.corpus.splits[self._split_name]

    @cached_property
    def report(self) -> UnitReport:
        """What the units follow."""
        return self._task.find_units(self._trained, self._split_name, budget=_BUDGET)

    def _table(self) -> Sequence[Part]:
        return [units_table(self.report.strongest[:_ROWS])]

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
            plain = of_one_character(each.name)
            if not plain and of not in found and each.where not in shown:
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
        split = self._split
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

    def _networks(self) -> list[tuple[str, TrainedNetwork[Any], bool]]:
        """The networks on one axis: those that were asked for, or this one before its training."""
        trained = [self._trained, *self._trained.beside]
        named = [(each.name or "trained", each, False) for each in trained]
        if len(trained) == 1:
            with torch.random.fork_rng(devices=[]):
                torch.manual_seed(self._trained.seed)
                fresh = self._task.build_network()
            device = next(self._trained.network.parameters()).device
            untrained = TrainedNetwork(
                fresh.to(device), self._trained.corpus, self._trained.seed, "untrained"
            )
            named.append(("untrained", untrained, True))
        return named

    def _gradients(self) -> Sequence[Part]:
        found: dict[str, Any] = {}
        for name, one, dashed in self._networks():
            head = self._task.step_head(one.network)
            contexts = list(contexts_of(one.corpus.splits[self._split_name], self._task.reading))
            _require(contexts)
            with looking(one.network):
                norms = measure_gradients(recurrent_of(one.network), head, contexts)
            found[_unused(name, found)] = Reach(
                norms.mean, norms.median, norms.low, norms.high, dashed
            )
        return [gradient_figure(found)]

    def _contexts(self) -> Sequence[Part]:
        found: dict[str, Any] = {}
        for name, one, dashed in self._networks():
            if dashed:
                continue
            head = self._task.step_head(one.network)
            contexts = list(contexts_of(one.corpus.splits[self._split_name], self._task.reading))
            _require(contexts)
            with looking(one.network):
                loss = loss_by_context(recurrent_of(one.network), head, contexts)
            found[_unused(name, found)] = (loss.contexts, loss.losses)
        return [context_figure(found, NAMES[self._trained.corpus.vocabulary.unit])]

    def _saturation(self) -> Sequence[Part]:
        network = self._trained.network
        found = measure_saturation(network, self._split, self._task.reading)
        if not found:
            raise DataError("this cell has no gates between 0 and 1")
        layers = recurrent_of(network).num_layers
        return [
            saturation_figure(
                [
                    (f"layer {s.layer}, {s.gate}" if layers > 1 else s.gate, s.shut, s.open)
                    for s in found
                ]
            )
        ]


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


def _telling_documents(
    told: Values, sample: Sample, split: EncodedSplit
) -> "np.ndarray[Any, np.dtype[np.int64]]":
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
    documents: np.ndarray[Any, np.dtype[np.int64]] = (
        np.searchsorted(split.offsets, places, side="right") - 1
    )
    return documents


def _unused(name: str, taken: dict[str, Any]) -> str:
    """A name that no other network has."""
    count = sum(other == name or other.startswith(f"{name} (") for other in taken)
    return f"{name} ({count + 1})" if count else name


def _require(contexts: Sequence[object]) -> None:
    if not contexts:
        raise DataError("the text is too short to look back in it")
