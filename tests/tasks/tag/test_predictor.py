"""The tags of texts as they are told and painted, of taggers whose answers are known."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.corpus import encode_documents
from charlab.data.documents.document import Document
from charlab.data.queries import Asking
from charlab.data.tokens import make_vocabulary
from charlab.models import build_model
from charlab.models.tagger import Tagger
from charlab.tasks.tag.predictor import Tagged, TagPredictor
from tests.support.fixed_tagger import FixedTagger

KINDS = ("W", "X", "Y", "Z")


def predictor(
    tagged: str,
    tags: tuple[str, ...] = KINDS,
    *,
    letters: str = "abcé ,",
    unit: str = "char",
    window: int | None = None,
    source: str = "text",
) -> TagPredictor:
    vocabulary = make_vocabulary(unit, list(letters) if unit == "char" else ())
    network = FixedTagger(len(tags))
    return TagPredictor(network, Asking(source, "nfc", vocabulary), tags, tagged, window)  # type: ignore[arg-type]


@pytest.mark.parametrize(("unit", "window"), [("char", None), ("byte", None), ("char", 3)])
def test_words_have_the_tag_of_their_last_token(unit: str, window: int | None) -> None:
    asked = predictor("word", unit=unit, window=window)
    vocabulary = asked.asking.vocabulary
    texts = ["ab, éa", "b"]
    for text, answer in zip(texts, asked.predict(texts), strict=True):
        ids = vocabulary.encode(text)
        assert "".join(piece.text for piece in answer) == text.replace(" ", "")
        for piece in answer:
            end = text.index(piece.text) + len(piece.text)
            last = ids[len(vocabulary.encode(text[:end])) - 1]
            assert piece.tag == KINDS[last % 4]
            assert piece.probability > 0.99
    assert asked.line(asked.predict(["b"])[0], 3) in {"b/W", "b/X", "b/Y", "b/Z"}


@settings(max_examples=25)
@given(st.lists(st.text("abé ж👍", min_size=1), min_size=1, max_size=3), st.sampled_from(
    ["char", "byte"]), st.integers(1, 4))  # fmt: skip
def test_windows_are_read_each_by_itself_and_cover_the_text(
    texts: list[str], unit: str, window: int
) -> None:
    vocabulary = make_vocabulary(unit, [*"abé "] if unit == "char" else ())
    torch.manual_seed(0)
    recurrent = build_model("gru", vocabulary_size=vocabulary.size, hidden_size=2)
    network = Tagger(recurrent, 3).double().eval()
    asking = Asking("text", "nfc", vocabulary)
    encoded = encode_documents(list(map(Document, texts)), vocabulary)
    tags, probabilities = TagPredictor(
        network, asking, ("x", "y", "z"), "character", window
    ).of_tokens(encoded)
    for begin, end in pairwise(encoded.offsets.tolist()):
        length, place = end - begin, begin
        count = -(-length // window)
        sizes = [length * (i + 1) // count - length * i // count for i in range(count)]
        for size in sizes:
            ids = torch.tensor(encoded.ids[place : place + size].astype(int))
            with torch.no_grad():
                best = network(ids[None])[0].softmax(-1).max(-1)
            assert tags[place : place + size].tolist() == best.indices.tolist()
            assert probabilities[place : place + size] == pytest.approx(best.values.numpy())
            place += size
        assert place == end


@pytest.mark.parametrize(
    ("tagged", "line", "cells"),
    [
        ("word", "ab/noun ,/noun cé/verb", "noun noun verb"),
        ("space", "ab,/noun cé/verb", "noun verb"),
        # Ids in order: space, comma, a, b, c, é from 2 on; an even one is a verb.
        ("character", "ab,/noun cé/verb", "noun noun noun verb verb"),
    ],
)
def test_an_answer_in_a_line_and_in_a_cell(tagged: str, line: str, cells: str) -> None:
    pieces = {
        "word": ["ab", ",", "cé"],
        "space": ["ab,", "cé"],
        "character": [*"ab,", *"cé"],
    }[tagged]
    answer = [Tagged(p, "verb" if p[-1] in "cé" else "noun", 0.5) for p in pieces]
    asked = predictor(tagged, ("noun", "verb"))
    assert asked.line(answer, 1) == line
    assert asked.cells(answer, 1) == [cells]
    assert asked.columns(1) == ["tags"]
    told = asked.record(answer, 1)["tags"]
    assert isinstance(told, list)
    assert told[0] == {"text": pieces[0], "tag": "noun", "probability": 0.5}


def test_runs_of_white_space_are_left_out_of_a_line() -> None:
    asked = predictor("character", ("noun", "space"))
    answer = [Tagged(c, "space" if c == " " else "noun", 1.0) for c in "a  b"]
    assert asked.line(answer, 1) == "a/noun b/noun"


def test_tags_that_are_characters_make_a_text() -> None:
    asked = predictor("character", ("a", "é"))
    answer = [Tagged(text, tag, 1.0) for text, tag in ("aa", "eé", "b\x1b")]
    assert asked.is_rewriting
    assert asked.line(answer, 1) == "aé\x1b"
    assert asked.cells(answer, 1) == ["aé\x1b"]
    painted = asked.in_colour("aeb", answer, 1)
    assert painted.plain == "aé\\x1b"
    changed = {painted.plain[span.start : span.end] for span in painted.spans if span.style}
    assert changed == {"é", "\\x1b"}
    assert asked.legend() is None
    assert not predictor("word", ("a", "é")).is_rewriting
    assert not predictor("character", ("a", "ée")).is_rewriting


@pytest.mark.parametrize("tagged", ["word", "space", "character"])
@given(text=st.text("abc é,\n\x1b", min_size=1))
def test_a_painted_text_is_whole_and_each_piece_has_its_tag_s_colour(
    tagged: str, text: str
) -> None:
    asked = predictor(tagged, ("noun", "verb", "\x1b[2J"))
    (answer,) = asked.predict([text])
    painted, legend = asked.in_colour(text, answer, 1), asked.legend()
    assert legend is not None
    colours = {
        legend.plain[span.start : span.end]: span.style for span in legend.spans if span.style
    }
    assert set(colours) == {"noun", "verb", "\\x1b[2J"}
    assert len(set(colours.values())) == 3
    shown = [(painted.plain[span.start : span.end], span.style) for span in painted.spans]
    shown = [(piece, style) for piece, style in shown if piece]
    assert len(shown) == len(answer)
    for (piece, style), told in zip(shown, answer, strict=True):
        tag = told.tag.replace("\x1b", "\\x1b")
        assert style == colours[tag]
        escaped = told.text.replace("\n", "\\n").replace("\x1b", "\\x1b")
        assert piece == (escaped if tagged == "character" else f"{escaped}/{tag}")
    plain = painted.plain
    if tagged != "character":
        for tag in colours:
            plain = plain.replace(f"/{tag}", "")
    assert plain == text.replace("\n", "\\n").replace("\x1b", "\\x1b")


def test_more_tags_than_colours_are_written_behind_the_text() -> None:
    for count in (18, 19):
        asked = predictor("word", tuple(f"tag{number}" for number in range(count)))
        painted = asked.in_colour("ab", asked.predict(["ab"])[0], 1)
        assert (asked.legend() is None) == (count == 19)
        assert painted.plain == ("ab\tab/tag5" if count == 19 else "ab/tag5")  # b's id


@pytest.mark.parametrize("tagged", ["word", "space"])
def test_a_text_of_white_space_has_no_words(tagged: str) -> None:
    asked = predictor(tagged)
    assert asked.predict([" ", "a", " \n "])[::2] == [[], []]
    assert asked.cells([], 1) == [""]
    assert asked.line([], 1) == ""
    assert asked.in_colour("  ", [], 1).plain == "  "
