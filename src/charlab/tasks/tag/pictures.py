"""What a gallery shows of a tagger: its tags of a held-out part beside the true ones."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import groupby

import numpy as np
import numpy.typing as npt

from charlab.data.tokens.ragged import EncodedSplit
from charlab.evaluation.examples import drawn, of_part
from charlab.evaluation.labels import confusion_counts, label_scores
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.figures.confusion import confusion_figure
from charlab.figures.label_scores import label_scores_figure
from charlab.figures.markup import Piece, table, tagged_text, tags_legend
from charlab.figures.picture import Part, Picture
from charlab.inspection.confusions import frequent_confusions
from charlab.models.tagger import Tagger
from charlab.tasks.tag.predictor import Tagged, TagPredictor
from charlab.tasks.task import Task

_DOCUMENTS = 5_000  # that are looked at; of more, so many are drawn
_TEXTS = 12  # texts that are shown
_SHOWN = 1_600  # tokens of them together; of a longer one the beginning
_CONFUSIONS = 25
_AROUND = 12  # tokens before and after an example of a confusion


class Tags:
    """A tagger's tags of texts whose true ones are known. N tokens.

    Args:
        task: the tagger's.
        trained: the network and its data.
        split: of which part.
    """

    def __init__(self, task: Task[Tagger], trained: TrainedNetwork[Tagger], split: str) -> None:
        predictor = task.predictor(trained.network)
        assert isinstance(predictor, TagPredictor)
        self.predictor = predictor
        self.trained = trained
        self.names = task.data.tags
        whole = trained.corpus.splits[split]
        self.texts: EncodedSplit = drawn(whole, trained.seed, _DOCUMENTS)
        seen = of_part(self.texts.documents, whole.documents, "texts", split)
        self.on = f"the tags of {seen}"

    @cached_property
    def truth(self) -> npt.NDArray[np.int64]:
        """The number of each token's true tag; -1: it has none. (N,)."""
        assert self.texts.tags is not None
        return self.texts.tags.astype(np.int64) - 1

    @cached_property
    def told(self) -> npt.NDArray[np.int64]:
        """The number of the tag that the network gives each token, (N,)."""
        return self.predictor.of_tokens(self.texts)[0]

    @cached_property
    def confusion(self) -> npt.NDArray[np.int64]:
        """Counts (C, C): true tags in rows, the network's in columns."""
        there = self.truth >= 0
        return confusion_counts(self.truth[there], self.told[there], len(self.names))

    @cached_property
    def faults(self) -> npt.NDArray[np.bool_]:
        """Which tokens have a tag that the network does not give them, (N,)."""
        wrong: npt.NDArray[np.bool_] = (self.truth >= 0) & (self.truth != self.told)
        return wrong

    def decode(self, begin: int, end: int) -> str:
        """The text of some tokens."""
        ids = self.texts.ids[begin:end].tolist()
        return self.trained.corpus.vocabulary.decode(ids)


def pictures(task: Task[Tagger], trained: TrainedNetwork[Tagger], split: str) -> Iterator[Picture]:
    """Coloured texts, confusion, scores of tags, the most frequent confusions."""
    tags = Tags(task, trained, split)
    about = "tagging"
    seen = (
        "What the tags make of each text: what they change has a color."
        if tags.predictor.is_rewriting
        else "Each piece has the color of the tag that the network gives it."
    )
    faults = " A frame stands around what is wrong, with the true tag; texts are drawn at random."
    yield Picture(
        "tagged-text",
        "Texts with their tags",
        f"{seen}{faults if trained.text is None else ''}",
        lambda: _tagged_text(task, tags),
        about,
    )
    yield Picture(
        "confusion",
        "Confusion matrix",
        f"Which true tag (row) is taken for which (column): {tags.on}. Shades are shares of the "
        "row, numbers are counts.",
        lambda: [confusion_figure(tags.confusion, tags.names, f"{split} part")],
        about,
    )
    yield Picture(
        "tag-scores",
        "Precision and recall of each tag",
        "Precision: of what is given a tag, the share that has it; recall: of what has it, the "
        f"share that is given it; F1 is their harmonic mean. Counted are {tags.on}.",
        lambda: [_scores(tags)],
        about,
    )
    yield Picture(
        "confused-tags",
        "The most frequent confusions",
        f"What is taken for what, how often, and where first, in brackets: {tags.on}.",
        lambda: _confusions(tags),
        about,
    )


def _scores(tags: Tags) -> Part:
    scores = label_scores(tags.confusion)
    three = (scores.precision, scores.recall, scores.f1)
    return label_scores_figure(scores.counts, three, tags.names, label="tag", counted="count")


def _tagged_text(task: Task[Tagger], tags: Tags) -> list[Part]:
    if (text := tags.trained.text) is not None:
        (answer,) = tags.predictor.predict([text])
        if tags.predictor.is_rewriting:
            return [tagged_text(Piece(p.tag, 0 if p.tag != p.text else None) for p in answer)]
        return [_legend(tags), tagged_text(_answered(task.asking.whole(text), answer, tags))]
    order = np.random.default_rng(tags.trained.seed).permutation(tags.texts.documents)[:_TEXTS]
    fitting = np.cumsum(tags.texts.lengths[order]) <= _SHOWN
    fitting[0] = True
    shown = np.sort(order[fitting])
    bounds = zip(
        tags.texts.offsets[shown].tolist(), tags.texts.offsets[shown + 1].tolist(), strict=True
    )
    parts: list[Part] = [] if tags.predictor.is_rewriting else [_legend(tags)]
    return parts + [
        tagged_text(_pieces(tags, begin, min(end, begin + _SHOWN))) for begin, end in bounds
    ]


def _legend(tags: Tags) -> Part:
    return tags_legend([(name, number) for number, name in enumerate(tags.names)])


def _answered(text: str, answer: Sequence[Tagged], tags: Tags) -> Iterator[Piece]:
    place, told = 0, {name: number for number, name in enumerate(tags.names)}
    for piece, tag, _ in answer:
        begin = text.index(piece, place)
        yield Piece(text[place:begin], None)
        yield Piece(piece, told[tag], "" if tags.predictor.tagged == "character" else tag)
        place = begin + len(piece)
    yield Piece(text[place:], None)


def _pieces(tags: Tags, begin: int, end: int) -> Iterator[Piece]:
    """The tokens of a text from the sample's ``begin`` to ``end``, those alike together."""
    if tags.predictor.is_rewriting:
        return _rewritten(tags, begin, end)
    if tags.predictor.tagged == "character":
        return _characters(tags, begin, end)
    return _words(tags, begin, end)


def _characters(tags: Tags, begin: int, end: int) -> Iterator[Piece]:
    def looks(place: int) -> tuple[int | None, str]:
        if tags.truth[place] < 0:
            return None, ""
        fault = f"≠ {tags.names[tags.truth[place]]}" if tags.faults[place] else ""
        return int(tags.told[place]), fault

    for (kind, fault), places in groupby(range(begin, end), looks):
        of_run = list(places)
        yield Piece(tags.decode(of_run[0], of_run[-1] + 1), kind, "", fault)


def _words(tags: Tags, begin: int, end: int) -> Iterator[Piece]:
    done = begin
    for last in np.flatnonzero(tags.truth[begin:end] >= 0).tolist():
        until = begin + last + 1
        word = tags.decode(done, until)
        inked = word.lstrip()
        told, true = int(tags.told[until - 1]), int(tags.truth[until - 1])
        yield Piece(word[: len(word) - len(inked)], None)
        fault = f"≠ {tags.names[true]}" if told != true else ""
        yield Piece(inked, told, tags.names[told], fault)
        done = until
    yield Piece(tags.decode(done, end), None)


def _rewritten(tags: Tags, begin: int, end: int) -> Iterator[Piece]:
    """What the tags make of the text: what they change has a color."""
    for place in range(begin, end):
        read = tags.decode(place, place + 1)
        if tags.truth[place] < 0:
            yield Piece(read, None)
            continue
        written, true = tags.names[tags.told[place]], tags.names[tags.truth[place]]
        fault = f"≠ {true}" if written != true else ""
        yield Piece(written, 0 if fault or written != read else None, "", fault)


def _confusions(tags: Tags) -> list[Part]:
    rows = []
    for true, told, count in frequent_confusions(tags.confusion, _CONFUSIONS):
        where = int(np.flatnonzero((tags.truth == true) & (tags.told == told))[0])
        document = int(np.searchsorted(tags.texts.offsets, where, side="right")) - 1
        begin, end = tags.texts.offsets[document : document + 2].tolist()
        before = tags.decode(max(begin, where - _AROUND), where)
        behind = tags.decode(where + 1, min(end, where + 1 + _AROUND))
        example = f"{before}[{tags.decode(where, where + 1)}]{behind}"
        share = count / int(tags.confusion[true].sum())
        rows.append((tags.names[true], tags.names[told], count, share, example))
    columns = ["true tag", "taken for", "count", "share of the true tag", "for example"]
    return [table(columns, rows)] if rows else []
