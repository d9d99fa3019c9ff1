"""What is asked of a network and what it answers, by one that counts letters."""

from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from charlab.data.batches.evaluation import BUDGET
from charlab.data.queries import Asking
from charlab.data.tokens import make_vocabulary
from charlab.data.tokens.ragged import EncodedSplit
from charlab.errors import ConfigError, DataError
from charlab.evaluation.prediction import Answers, Predictor


class LetterCounter(Predictor[int]):
    """Answers how many letters "a" a text has, batch by batch."""

    def answers(self, texts: EncodedSplit, read: Sequence[str]) -> list[int]:
        found = [0] * texts.documents
        for places, batch in self.batches(texts):
            assert batch.lengths is not None
            for place, ids, length in zip(places, batch.ids, batch.lengths, strict=True):
                found[place] += self.asking.vocabulary.decode(ids[:length].tolist()).count("a")
        assert found == [text.count("a") for text in read]  # in their order, each once
        return found

    def columns(self, top: int) -> list[str]:
        return ["letter", "count"][:top]

    def cells(self, answer: int, top: int) -> list[object]:
        return ["<a>", answer][:top]

    def line(self, answer: int, top: int) -> str:
        return f"a × {answer}"


@pytest.fixture
def predictor() -> LetterCounter:
    vocabulary = make_vocabulary("char", list("abc ä\n"))
    return LetterCounter(nn.Linear(1, 1), Asking("text", "nfc+lower", vocabulary))


@given(texts=st.lists(st.text("abAÄ\n", min_size=1, max_size=30), max_size=20))
def test_each_text_has_its_answer_in_its_place(texts: list[str]) -> None:
    vocabulary = make_vocabulary("char", list("abä\n"))
    asking = Asking("text", "nfc+lower", vocabulary)
    predictor = LetterCounter(nn.Linear(1, 1), asking)
    assert predictor.predict(texts) == [text.lower().count("a") for text in texts]


def test_a_text_that_is_nothing_to_the_model_is_named(predictor: LetterCounter) -> None:
    asking = Asking("names", "ascii", predictor.asking.vocabulary)
    stripping = LetterCounter(nn.Linear(1, 1), asking)
    with pytest.raises(DataError, match=r"^text 2 \('  '\) is empty to this model: there is noth"):
        stripping.predict(["a", "  ", ""])
    with pytest.raises(DataError, match=r"^text 1 "):
        stripping.predict(["日本"])  # of which the normalization leaves nothing
    with pytest.raises(ConfigError, match="a text is asked for, got int"):
        stripping.predict(["a", 5])  # type: ignore[list-item]
    assert predictor.predict(["  "]) == [0]  # to the letter where training strips nothing


def test_the_wider_a_search_the_fewer_texts_are_read_at_once(predictor: LetterCounter) -> None:
    texts = ["ab" * 50] * (BUDGET // 50)
    encoded: list[EncodedSplit] = []

    class Kept(LetterCounter):
        def answers(self, texts: EncodedSplit, read: Sequence[str]) -> list[int]:
            encoded.append(texts)
            return [0] * len(read)

    asking = predictor.asking
    wide = Kept(nn.Linear(1, 1), asking)
    wide.predict(texts)
    (split,) = encoded
    tokens = {}
    for width in (None, 1, 4, 10 * BUDGET):
        wide.beam_width = width
        read = list(wide.batches(split))
        assert Counter(int(place) for places, _ in read for place in places) == Counter(
            range(len(texts))
        )
        tokens[width] = max(batch.ids.numel() for _, batch in read)
    assert tokens[None] == tokens[1] <= BUDGET
    assert tokens[4] <= BUDGET / 4
    assert tokens[10 * BUDGET] == 100  # one text is the least


def test_what_most_networks_do_not_do_is_one_line(predictor: LetterCounter) -> None:
    with pytest.raises(ConfigError, match=r"^beam_width= is for networks that write texts"):
        predictor.search_with(3)
    with pytest.raises(ConfigError, match=r"^attention= is for networks that look back"):
        predictor.attention_figure(["a"])
    assert predictor.legend() is None


def test_an_answer_as_a_record_and_on_a_terminal(predictor: LetterCounter) -> None:
    assert predictor.record(3, 1) == {"letter": "<a>"}
    assert predictor.record(3, 2) == {"letter": "<a>", "count": 3}
    assert predictor.in_colour("\x1b[2Ja", 1, 3).plain == "\\x1b[2Ja\ta × 1"


def test_answers_are_a_list_that_a_notebook_shows_as_a_table(predictor: LetterCounter) -> None:
    texts = ["aha", "<b>\x1b[2J", "a"]
    answers = Answers(predictor, texts, [2, 0, 1])
    assert answers == [2, 0, 1]
    assert repr(answers).split("\n") == ["aha: a × 2", "<b>\\x1b[2J: a × 0", "a: a × 1"]
    page = answers._repr_html_()
    assert page.count("<tr>") == 4
    assert "<b>" not in page
    assert "&lt;b&gt;\\x1b[2J" in page
    assert "\x1b" not in page
    answers.append(7)  # whatever a user does with the list
    assert repr(answers).count("\n") == 2
    assert repr(Answers(predictor, [], [])) == ""
