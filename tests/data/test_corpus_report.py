"""What a corpus's report counts, against counting it by hand."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data import corpus_report
from charlab.data.documents.document import SPLITS, Document
from charlab.data.tokens.words import split_words
from charlab.errors import DataError
from charlab.evaluation.reference_texts import opening_text
from tests.support.corpora import divided


def test_report_counts_what_normalization_took() -> None:
    docs = [Document(text) for text in ["Ünal", "Øre", "李", "Ann", "Ann"]]
    report = divided(docs, normalize="ascii", fractions=(1, 0, 0)).report
    assert report.dropped_characters == {"Ø": 1, "李": 1}
    assert report.emptied_documents == 1
    assert (report.documents, report.characters) == (4, 4 + 2 + 3 + 3)
    assert report.duplicate_documents == 1


def test_rare_tokens_are_unknown_and_counted() -> None:
    text = "a" * 50 + "b" * 30 + "c" * 2 + "d" + "e" * 2
    corpus = divided([Document(text)], layout="stream", fractions=(1.0, 0.0, 0.0), min_count=2)
    assert corpus.vocabulary.tokens == ("a", "b", "c", "e")
    report = corpus.report
    assert (report.rare_tokens, report.rare_occurrences) == (1, 1)
    assert report.unknown_tokens == report.predicted_unknown_characters == {"train": 1}
    assert report.unknown_share["train"] == 1 / len(text)
    with pytest.raises(DataError, match=r"occurs 100 times or more.*min_count=100"):
        divided([Document(text)], layout="stream", min_count=100)


@pytest.mark.parametrize("unit", ["char", "byte", "word"])
def test_characters_are_counted_whatever_the_unit(unit: str) -> None:
    text = "Ünïcode wörds, 中文 and more. " * 20
    corpus = divided([Document(text)], layout="stream", unit=unit, min_count=1)
    report = corpus.report
    assert report.characters == len(text)
    for name, split in corpus.splits.items():
        shown = opening_text(split, corpus.vocabulary)
        if unit != "byte":  # a part of bytes may begin within a character
            given = len(split_words(shown)[0]) if unit == "word" else 1
            assert report.predicted_characters[name] == len(shown) - given
        assert report.split_characters[name] == split.characters
    tokens: dict[str, set[Any]] = {"char": set(text), "byte": set(text.encode())}
    if unit in tokens:
        assert report.distinct_tokens == len(tokens[unit])


texts = st.lists(st.text("abcdé", min_size=1, max_size=5), min_size=1, max_size=6)


@pytest.mark.parametrize("layout", ["stream", "sequences"])
@settings(max_examples=40)
@given(train=texts, val=texts, test=texts, chunk=st.sampled_from([1, 3, 1000]))
def test_what_is_predicted_and_what_is_unknown(
    layout: str, train: list[str], val: list[str], test: list[str], chunk: int
) -> None:
    parts = dict(zip(SPLITS, ([*train, "ab"], val, test), strict=True))
    docs = [Document(text, None, name) for name, part in parts.items() for text in part]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(corpus_report, "CHUNK", chunk)
        report = divided(docs, layout=layout).report
    known = set("".join(parts["train"]))
    unknown = {name: sum(c not in known for c in "".join(part)) for name, part in parts.items()}
    predicted = {  # nothing predicts the first of a stream's pieces
        name: [c for text in part for c in text[layout == "stream" :]]
        for name, part in parts.items()
    }
    strange = {name: sum(c not in known for c in told) for name, told in predicted.items()}
    lengths = {name: sum(map(len, part)) for name, part in parts.items()}
    assert report.documents == len(docs)
    assert report.characters == sum(lengths.values())
    assert report.distinct_tokens == len(set("".join(doc.text for doc in docs)))
    assert report.split_documents == {name: len(part) for name, part in parts.items()}
    assert report.split_characters == lengths
    assert report.unknown_tokens == unknown
    assert report.unknown_share == {name: unknown[name] / lengths[name] for name in parts}
    assert report.predicted_characters == {name: len(told) for name, told in predicted.items()}
    assert report.predicted_unknown == report.predicted_unknown_characters == strange


def test_words_are_counted_as_tokens_and_in_characters() -> None:
    docs = [Document("one two one two", None, "train"), Document("three two four", None, "test")]
    report = divided(docs, layout="stream", unit="word", min_count=1).report
    assert report.split_characters == {"train": 4, "test": 3}
    assert report.unknown_tokens == {"train": 0, "test": 2}
    # The first word of each is not predicted; a space belongs to the word after it.
    assert report.predicted_unknown == {"train": 0, "test": 1}
    assert report.predicted_unknown_characters == {"train": 0, "test": len(" four")}
    assert report.predicted_characters == {"train": 12, "test": len(" two four")}


@pytest.mark.parametrize(
    ("repeats", "said", "left_out"),
    [
        (1, "1 document repeats an earlier one's text", " and label and is left out"),
        (1200, "1,200 documents repeat an earlier one's text", " and label and are left out"),
    ],
)
def test_repeats_in_words(repeats: int, said: str, left_out: str) -> None:
    docs = [Document("ab", "x"), Document("cd", "x"), *[Document("ab", "x")] * repeats]
    assert divided(docs, layout="sequences").report.repeats_in_words == said
    once = divided(docs, layout="sequences", distinct=True).report
    assert once.left_out_in_words == f"{said}{left_out} (dataset.distinct)"
    assert once.duplicate_documents == 0
