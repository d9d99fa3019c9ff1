"""What a gallery shows of transduction: attention, and where what is written goes wrong."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from rapidfuzz.distance import Levenshtein

from charlab.data.batches.evaluation import numbered_batches
from charlab.data.tokens.ragged import chosen_documents
from charlab.data.tokens.vocabulary import NAMES, Vocabulary
from charlab.decoding.transduction import transduce_greedily
from charlab.evaluation.examples import drawn_places, of_part
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.figures.error_by_length import error_by_length_figure
from charlab.figures.markup import table
from charlab.figures.picture import Part, Picture
from charlab.figures.token_names import token_name
from charlab.inspection.confusions import symbol_edits
from charlab.models.encoder_decoder import EncoderDecoder
from charlab.tasks.task import Task
from charlab.tasks.transduce.attention import LONGEST, draw_attention, look_while_writing
from charlab.tasks.transduce.references import Tokens, documents_of, targets_of_texts

_TEXTS = 5_000  # that are looked at; of more, so many are drawn
_SHOWN = 4  # texts with their attention
_ROWS = 25  # of a table


@dataclass(frozen=True)
class Written:
    """A text with what the network made of it.

    Attributes:
        text: what was read.
        right: of the targets that are right the nearest to what was written.
        written: the likeliest target, as far as greedy search finds it.
    """

    text: Tokens
    right: Tokens
    written: Tokens

    @cached_property
    def edits(self) -> int:
        """How many edits make what was written right."""
        return Levenshtein.distance(self.right, self.written)


class Transduced:
    """The texts of a part, each once, with what the network writes for them.

    Args:
        task: the network's.
        trained: the network and its data.
        split: which part.
    """

    def __init__(
        self, task: Task[EncoderDecoder], trained: TrainedNetwork[EncoderDecoder], split: str
    ) -> None:
        assert task.data.target_vocabulary is not None
        self.source: Vocabulary = task.data.vocabulary
        self.target: Vocabulary = task.data.target_vocabulary
        self.network = trained.network
        self.max_length: int = task.options.max_length
        whole = trained.corpus.splits[split]
        assert whole.texts is not None
        _, firsts = np.unique(whole.texts, return_index=True)
        places = firsts[drawn_places(len(firsts), trained.seed, _TEXTS)]
        self._whole = whole
        self.texts = chosen_documents(whole, np.sort(places))
        self.on = of_part(len(places), len(firsts), "texts", split)

    @cached_property
    def all(self) -> list[Written]:
        """Each text with what is written for it, greedily as validation does."""
        assert self.texts.texts is not None
        right_of = targets_of_texts(self._whole)
        read = list(documents_of(self.texts))
        found: list[Written | None] = [None] * len(read)
        device = next(self.network.parameters()).device
        for places, batch in numbered_batches(self.texts, device=device):
            assert batch.lengths is not None
            best = transduce_greedily(self.network, batch.ids, batch.lengths, self.max_length)
            for place, written in zip(places.tolist(), map(tuple, best), strict=True):
                references = right_of[int(self.texts.texts[place])]
                right = min(references, key=lambda each: Levenshtein.distance(each, written))
                found[place] = Written(read[place], right, written)
        return [one for one in found if one is not None]


def pictures(
    task: Task[EncoderDecoder], trained: TrainedNetwork[EncoderDecoder], split: str
) -> Iterator[Picture]:
    """Attention, errors by length, confused symbols, the worst pairs."""
    transduced = Transduced(task, trained, split)
    about, unit = "transduction", NAMES[transduced.target.unit].removesuffix("s")
    if trained.network.attention is not None:
        yield Picture(
            "attention",
            "Where the decoder looks",
            "While it writes each token of a target (rows, downwards), how it spreads its "
            "attention over the text (columns): darker is more, each row sums to 1.",
            lambda: [_attention(task, trained, transduced)],
            about,
        )
    yield Picture(
        "error-by-length",
        "Errors by length",
        "Edits per token of the target, and the share of texts that are not written exactly, by "
        f"the length of the text; {transduced.on}, written greedily.",
        lambda: [_by_length(transduced)],
        about,
    )
    yield Picture(
        "confused-symbols",
        "The most frequent confusions",
        f"Which {unit} is written for which, by a shortest alignment of what is written with the "
        f"nearest target (Levenshtein 1966); {transduced.on}.",
        lambda: _confused(transduced, unit),
        about,
    )
    yield Picture(
        "worst-pairs",
        "The worst pairs",
        f"Texts whose target takes most edits, of {transduced.on}.",
        lambda: _worst(transduced),
        about,
    )


def _attention(
    task: Task[EncoderDecoder], trained: TrainedNetwork[EncoderDecoder], transduced: Transduced
) -> Part:
    if trained.text is not None:
        predictor = task.predictor(trained.network)
        assert predictor is not None
        figure: Part = predictor.attention_figure([trained.text])
        return figure
    short = [one for one in transduced.all if max(len(one.text), len(one.written)) <= LONGEST]
    spread = [short[number * len(short) // _SHOWN] for number in range(min(_SHOWN, len(short)))]
    vocabularies = (transduced.source, transduced.target)
    looked = [
        look_while_writing(trained.network, vocabularies, one.text, one.written) for one in spread
    ]
    drawn: Part = draw_attention([one for one in looked if one is not None])
    return drawn


def _by_length(transduced: Transduced) -> Part:
    lengths = np.array([len(one.text) for one in transduced.all])
    known, where = np.unique(lengths, return_inverse=True)
    edits, tokens, wrong = (
        np.bincount(where, [value(one) for one in transduced.all])
        for value in (lambda one: one.edits, lambda one: len(one.right), lambda one: one.edits > 0)
    )
    counts = np.bincount(where)
    unit = NAMES[transduced.source.unit]
    return error_by_length_figure(
        known, edits / np.maximum(tokens, 1), wrong / counts, counts, unit
    )


def _confused(transduced: Transduced, unit: str) -> list[Part]:
    wrong = [(one.right, one.written) for one in transduced.all if one.edits]
    counts = symbol_edits(wrong).most_common(_ROWS)

    def name(token: int | None, absent: str) -> str:
        return absent if token is None else token_name(transduced.target.decode([token]))

    rows = [
        (name(right, "(nothing)"), name(written, "(left out)"), count)
        for (right, written), count in counts
    ]
    return [table([f"right {unit}", "written instead", "count"], rows)] if rows else []


def _worst(transduced: Transduced) -> list[Part]:
    wrong = [one for one in transduced.all if one.edits]
    wrong.sort(key=lambda one: (-one.edits, -one.edits / max(1, len(one.right))))

    def cells(one: Written) -> Sequence[object]:
        source, target = transduced.source, transduced.target
        spelled = (source.decode(one.text), target.decode(one.right), target.decode(one.written))
        return *spelled, one.edits

    columns = ["text", "target", "written", "edits"]
    return [table(columns, map(cells, wrong[:_ROWS]))] if wrong else []
