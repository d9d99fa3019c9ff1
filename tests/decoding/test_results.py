"""What a generation gives back."""

import re
from collections.abc import Callable

import pytest

from charlab.data.corpus import Corpus
from charlab.data.tokens.characters import CharacterVocabulary
from charlab.data.tokens.utf8_bytes import ByteVocabulary
from charlab.data.tokens.vocabulary import EOS, Vocabulary
from charlab.data.tokens.words import WordVocabulary
from charlab.decoding.results import Hypothesis, Sample, Samples, describe_novelty


def sample(text: str, prompt: str = "", label: str | None = None) -> Sample:
    return Sample(text, prompt, -1.5, len(text) - len(prompt), len(text), True, label)


def test_a_sample_is_shown_by_its_text_in_one_line() -> None:
    assert repr(sample("a\nb")) == r"Sample('a\nb', log_probability=-1.50)"
    assert repr(sample("Ada", label="Twi")) == "Sample('Ada', label='Twi', log_probability=-1.50)"
    assert f"{'é' * 200}'" in repr(sample("é" * 200))
    assert f"{'é' * 200}…'" in repr(sample("é" * 201))


def test_a_sample_without_its_prompt_and_with_its_label() -> None:
    assert sample("Adam", "Ad").continuation == "am"
    assert sample("Adam", "Adam").continuation == ""
    assert sample("Adam", label="Twi").labelled == "Twi: Adam"
    assert sample("Adam").labelled == "Adam"


def test_a_notebook_s_table_takes_no_text_for_markup() -> None:
    shown = Samples([sample("<b>\x1b\n&", label="Twi"), sample("é", label="Gã")])._repr_html_()
    cells = re.findall(r"<t[hd][^>]*>([^<]*)</t[hd]>", shown)
    assert cells == [
        *("label", "text", "log-probability"),
        *("Twi", "&lt;b&gt;\\x1b\n&amp;", "-1.50"),
        *("Gã", "é", "-1.50"),
    ]
    plain = Samples([sample("a")])._repr_html_()
    assert "label" not in plain
    assert Samples()._repr_html_().count("<tr>") == 1


ABC = CharacterVocabulary("abc")  # ids 2, 3, 4
WORDS = WordVocabulary(["the", " the", " king", "."])
BYTES = ByteVocabulary()


def in_bytes(data: bytes) -> list[int]:
    return [2 + byte for byte in data]


@pytest.mark.parametrize(
    ("vocabulary", "prompt", "ids", "cut", "text"),
    [
        (ABC, "ca", [2, 3], 0, "caab"),
        (ABC, "ca", [2, EOS], 1, "caa"),
        (ABC, "", [EOS], 1, ""),
        (ABC, "c", [2, 3, 4], 2, "ca"),  # a stop string of two
        (BYTES, "é", in_bytes("中".encode()), 0, "é中"),
        (BYTES, "é", in_bytes("a中".encode()[:-1]), 0, "éa"),  # the length cut a character off
        (BYTES, "", in_bytes("中.".encode()), 1, "中"),
        (WORDS, "the ", WORDS.encode(" king.").tolist(), 0, "the king."),
        (WORDS, "the ", WORDS.encode(" king").tolist(), 1, "the "),  # its space went with it
    ],
)
def test_what_ended_a_sample_is_no_part_of_its_text(
    vocabulary: Vocabulary, prompt: str, ids: list[int], cut: int, text: str
) -> None:
    found = Hypothesis(ids, -2.5, cut).to_sample(vocabulary, prompt, "x")
    assert (found.text, found.prompt, found.label) == (text, prompt, "x")
    assert found.continuation == text[len(prompt) :]
    assert found.characters == len(text) - len(prompt)
    assert (found.log_probability, found.predictions) == (-2.5, len(ids))
    assert found.finished == (cut > 0)


MakeCorpus = Callable[..., Corpus]


def test_short_documents_are_known_or_new(make_corpus: MakeCorpus) -> None:
    names = [(name, None) for name in ("Ada", "Bo", "Cy", "Di", "Eve", "Flo", "Gil", "Hal")]
    corpus = make_corpus(names, layout="sequences", fractions=(1.0, 0.0, 0.0))
    drawn = [sample("Ada"), sample("Adam"), sample("Eve", prompt="E"), sample("Adam")]
    marks, summary = describe_novelty(corpus, drawn)
    assert marks == ["in the training data", "", "in the training data", ""]
    assert summary == "50.0% novel, 75.0% distinct of 4"
    assert describe_novelty(corpus, []) == ([], "0.0% novel, 0.0% distinct of 0")


def longest_common(text: str, other: str) -> int:
    spans = {text[i:j] for i in range(len(text)) for j in range(i, len(text) + 1)}
    return max(len(span) for span in spans if span in other)


def test_of_free_text_the_longest_copy_after_the_prompt_is_told(make_corpus: MakeCorpus) -> None:
    text = "the cat sat on the mat; a hat é"
    corpus = make_corpus([(text, None)], layout="stream", fractions=(1.0, 0.0, 0.0))
    drawn = [
        sample("the cat sat in", prompt="the cat"),
        sample("a cat on a mat"),
        sample("!x", "!"),
    ]
    marks, summary = describe_novelty(corpus, drawn)
    counts = [longest_common(each.continuation, text) for each in drawn]
    assert counts == [5, 6, 0]  # " sat ", "at on "
    assert marks == [
        f"longest span copied from the training text: {count} character{'s' * (count != 1)}"
        for count in counts
    ]
    assert summary == ""
