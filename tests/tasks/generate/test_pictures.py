"""A generator's pictures, of a model whose every probability stands in a table."""

import math
import re
from collections.abc import Callable
from html import unescape

import pytest
from markupsafe import Markup
from matplotlib.figure import Figure

from charlab.builders.corpus import resolve
from charlab.config.schema import RunOptions
from charlab.data.corpus import Corpus
from charlab.data.documents.document import Document
from charlab.data.facts import facts_of
from charlab.data.tokens.vocabulary import EOS
from charlab.errors import DataError
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.figures.picture import Picture
from charlab.tasks.generate import temperatures
from charlab.tasks.generate.pictures import GenerationPictures
from charlab.tasks.generate.task import GenerateTask
from tests.fixtures.toy_models import Trigram
from tests.support.corpora import short_documents

NAMES = [(f"{a}{b}é{c * n}", a) for n, c in enumerate("efgh", 1) for b in "cd" for a in "ab"]
STREAM = [("one word, two wörds; one more.\n" * 20, None)]


class Shown:
    """The pictures of a model with its data."""

    def __init__(self, task: GenerateTask, corpus: Corpus, model: Trigram, text: str | None):
        trained = TrainedNetwork(model, corpus, 1, text=text)
        self.task, self.corpus, self.model = task, corpus, model
        pictures = GenerationPictures(task, trained, "val")  # type: ignore[arg-type]
        self.pictures: dict[str, Picture] = {picture.name: picture for picture in pictures}

    def bits(self, ids: list[int], condition: int = 0) -> list[float]:
        """What each but the first costs."""
        return [-nats / math.log(2) for nats in self.model.nats(ids, condition)]


@pytest.fixture
def shown(
    compose_options: Callable[..., RunOptions],
    make_corpus: Callable[..., Corpus],
    make_model: Callable[..., Trigram],
) -> Callable[..., Shown]:
    """``shown("stream", "abc")``: of a part of the data, or of a text."""

    def make(layout: str, text: str | None = None, most: int = 12) -> Shown:
        if layout == "sequences":
            train = [Document(*name) for name in NAMES]
            corpus = short_documents(train + [Document(*n, "val") for n in NAMES[2 : 2 + most]])
        else:
            corpus = make_corpus(STREAM, layout=layout)
        options = resolve(compose_options("dataset.seq_len=8"), corpus)
        task = GenerateTask(options, facts_of(corpus))
        conditions = len(task.condition_labels)
        return Shown(task, corpus, make_model(corpus.vocabulary, conditions=conditions), text)

    return make


@pytest.mark.parametrize("layout", ["sequences", "stream"])
def test_all_pictures_are_drawn_and_listed(
    shown: Callable[..., Shown], monkeypatch: pytest.MonkeyPatch, layout: str
) -> None:
    for name in ("_COUNT", "_LENGTH", "_LONG"):
        monkeypatch.setattr(temperatures, name, 5)
    made = shown(layout)
    assert set(made.pictures) == set(made.task.options.pictures)
    for picture in made.pictures.values():
        parts = picture.draw()
        assert parts
        assert all(isinstance(part, Figure | Markup) for part in parts)


def pieces_of(text: Markup) -> list[tuple[str, float]]:
    """What stands in a coloured line, and the bits that are said of it."""
    found = re.findall('title="([0-9.]+) bits, [^"]*">(.*?)</span>', text, re.DOTALL)
    return [(unescape(piece), float(bits)) for bits, piece in found]


def test_a_text_of_a_stream_costs_what_the_model_says_from_its_second_character_on(
    shown: Callable[..., Shown],
) -> None:
    made = shown("stream", "two wörds <ж")
    legend, text, _ = made.pictures["surprise"].draw()
    ids = made.corpus.vocabulary.encode("two wörds <ж").tolist()
    expected = made.bits(ids)
    assert isinstance(text, Markup)
    pieces = pieces_of(text)
    assert "".join(piece for piece, _ in pieces) == "wo wörds \ufffd\ufffd"
    assert [bits for _, bits in pieces] == pytest.approx(expected, abs=0.006)
    assert f"the mean here is {sum(expected) / len(expected):.2f}" in str(legend)


def test_lines_are_read_each_by_itself_with_the_label_that_fits_best(
    shown: Callable[..., Shown],
) -> None:
    lines = ["acé", "bdéf", "ee"]
    made = shown("sequences", f"{lines[0]}\n\n {lines[1]}\n{lines[2]}")
    _, *texts, _ = made.pictures["surprise"].draw()
    chosen = []
    for line, text in zip(lines, texts, strict=True):
        ids = [EOS, *made.corpus.vocabulary.encode(line).tolist(), EOS]
        costs = [made.bits(ids, label) for label in (0, 1)]
        best = min(costs, key=sum)
        chosen.append("ab"[costs.index(best)])
        assert isinstance(text, Markup)
        pieces = pieces_of(text)
        assert "".join(piece for piece, _ in pieces) == f"{line}⊣"
        assert [bits for _, bits in pieces] == pytest.approx(best, abs=0.006)
    (figure,) = made.pictures["predictions"].draw()
    assert isinstance(figure, Figure)
    words = figure.axes[0].texts
    bold = [word.get_text() for word in words if word.get_fontweight() == "bold"]
    assert "".join(bold) == "".join(f"{line}⊣" for line in lines)
    labels = [word.get_text() for word in words if word.get_horizontalalignment() == "left"]
    assert labels == chosen


def test_the_grid_shows_all_of_a_line_that_is_looked_at(shown: Callable[..., Shown]) -> None:
    (figure,) = shown("sequences", "a" * 119 + "é").pictures["predictions"].draw()
    assert isinstance(figure, Figure)
    bold = [word.get_text() for word in figure.axes[0].texts if word.get_fontweight() == "bold"]
    assert "".join(bold) == "a" * 119 + "é⊣"


def test_words_are_listed_by_what_they_cost_with_their_label(shown: Callable[..., Shown]) -> None:
    made = shown("sequences")
    val, vocabulary = made.corpus.splits["val"], made.corpus.vocabulary
    assert val.labels is not None
    costs = {}
    for place, label in enumerate(val.labels.tolist()):
        ids = val.ids[val.offsets[place] : val.offsets[place + 1]].tolist()
        costs[vocabulary.decode(ids)] = sum(made.bits([EOS, *ids], label))
    assert len(costs) == 12  # as many as a table has rows
    _, hardest, costly = made.pictures["worst-words"].draw()
    each = {word: cost / len(word) for word, cost in costs.items()}
    for part, key in ((hardest, each), (costly, costs)):
        rows = str(part).split("<tr>")[2:]
        plain = [re.sub("<[^>]+>", " ", row).split() for row in rows]
        words = ["".join(re.findall('<span class="[^"]*">(.*?)</span>', row)) for row in rows]
        assert words == sorted(costs, key=key.__getitem__, reverse=True)
        for word, row in zip(words, plain, strict=True):
            assert [float(row[-3]), float(row[-2])] == pytest.approx(
                [costs[word], each[word]], abs=0.06
            )


def test_too_little_text_is_said_in_one_line(shown: Callable[..., Shown]) -> None:
    for layout, text in (("stream", "o"), ("sequences", " \n ")):
        made = shown(layout, text)
        for name in ("predictions", "surprise"):
            with pytest.raises(DataError, match=r"^there is too little text .* in the text given$"):
                made.pictures[name].draw()


@pytest.mark.parametrize(
    ("layout", "text", "words"),
    [
        ("sequences", None, "10 documents of the val part, drawn at random;"),
        (
            "stream",
            None,
            "a stretch of the val part, from a place drawn at random, of it",
        ),
        ("sequences", "ab\n" * 10, "the text given;"),
        ("sequences", "ab\n" * 11, "the first 10 lines of the text given;"),
        ("sequences", "ab" * 60, "the text given;"),
        ("sequences", "a" * 121, "the text given, at most 120 characters of each line;"),
        ("stream", "ab" * 300, "the text given, of it the first 108 characters;"),
        ("stream", "ab" * 301, "the first 600 characters of the text given, of it the first 108"),
    ],
)
def test_what_is_looked_at_is_said(
    shown: Callable[..., Shown], layout: str, text: str | None, words: str
) -> None:
    made = shown(layout, text)
    explained = made.pictures["predictions"].explanation
    assert f"Measured on {words}" in explained
    if layout == "sequences":
        remark = "Each is read with its" if text is None else "Each line is read with the"
        assert f"{remark} label" in explained


def test_few_documents_are_all_read_with_their_labels(shown: Callable[..., Shown]) -> None:
    made = shown("sequences", most=4)
    assert "Measured on 4 documents of" in made.pictures["predictions"].explanation
    _, *texts, _ = made.pictures["surprise"].draw()
    for (name, label), text in zip(NAMES[2:6], texts, strict=True):
        assert isinstance(text, Markup)
        ids = [EOS, *made.corpus.vocabulary.encode(name).tolist(), EOS]
        bits = [cost for _, cost in pieces_of(text)]
        assert bits == pytest.approx(made.bits(ids, "ab".index(label)), abs=0.006)
