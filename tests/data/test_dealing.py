"""Parts that the data itself sets apart, and what is left to be dealt out."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.corpus import Corpus, build_corpus
from charlab.data.dealing import shares_left
from charlab.data.document import Document
from charlab.data.texts import document_texts, opening_text
from charlab.errors import DataError

EIGHTY = (0.8, 0.1, 0.1)


def build(docs: list[Document], **options: Any) -> Corpus:
    defaults: dict[str, Any] = {
        "normalize": "nfc",
        "layout": "auto",
        "fractions": EIGHTY,
        "split_seed": 3,
    }
    return build_corpus(docs, **(defaults | options))


def names(prefix: str, count: int, split: str | None, label: str | None = None) -> list[Document]:
    return [Document(f"{prefix}{i}", label, split) for i in range(count)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([], EIGHTY),
        ([1], (8 / 9, 0, 1 / 9)),
        ([2], (8 / 9, 1 / 9, 0)),
        ([1, 2], (1, 0, 0)),
        ([0, 1, 2], (1, 0, 0)),
        ([0], EIGHTY),
    ],
)
def test_what_was_given_takes_no_share(
    given: list[int], expected: tuple[float, float, float]
) -> None:
    assert shares_left(EIGHTY, given) == pytest.approx(expected)


@given(st.integers(20, 60), st.integers(1, 20), st.sampled_from(["sequences", "stream"]))
def test_given_documents_go_where_they_belong(count: int, apart: int, layout: str) -> None:
    docs = names("a", count, None) + names("b", apart, "test")
    corpus = build(docs, layout=layout)
    test = corpus.splits["test"]
    assert document_texts(test, corpus.vocabulary) == [
        "".join(c if c in corpus.vocabulary.symbols else "\ufffd" for c in doc.text)
        for doc in docs[count:]
    ]
    rest = corpus.splits["train"].characters + corpus.splits["val"].characters
    assert rest == sum(len(doc.text) for doc in docs[:count])
    if layout == "sequences":
        assert corpus.splits["val"].documents == pytest.approx(count / 9, abs=1)


def test_a_text_that_says_all_its_parts() -> None:
    docs = [Document(part * 9, None, part) for part in ("train", "val", "test")]
    corpus = build(docs, layout="stream", fractions=(0.5, 0.5, 0.0))
    texts = {name: opening_text(split, corpus.vocabulary) for name, split in corpus.splits.items()}
    assert texts["train"] == "train" * 9
    assert set(texts) == {"train", "val", "test"}
    assert corpus.vocabulary.symbols == tuple(sorted(set("train")))
    assert corpus.report.unknown_symbols == {"train": 0, "val": 2 * 9, "test": 2 * 9}


def test_parts_that_nobody_gave_are_not_there() -> None:
    docs = [Document("abc" * 9, None, "train"), Document("cab" * 3, None, "test")]
    assert list(build(docs, layout="stream").splits) == ["train", "test"]


def test_overlap_is_counted() -> None:
    docs = [*names("a", 30, None), Document("a3", None, "test"), Document("b", None, "test")]
    corpus = build(docs, layout="sequences", fractions=(1.0, 0.0, 0.0))
    assert corpus.report.overlap == {"test": 1}
    assert build(names("a", 30, None), layout="sequences").report.overlap == {}


def test_only_what_train_learns_from_overlaps() -> None:
    docs = names("a", 30, None) + names("a", 30, "test")
    corpus = build(docs, layout="sequences")
    learnt = set(document_texts(corpus.splits["train"], corpus.vocabulary))
    tested = document_texts(corpus.splits["test"], corpus.vocabulary)
    assert corpus.report.overlap["test"] == sum(text in learnt for text in tested) < 30


def test_labels_have_to_be_known() -> None:
    docs = names("a", 10, None, "x") + names("b", 10, None, "y")
    assert build(docs + names("c", 3, "val", "y")).labels == ("x", "y")
    with pytest.raises(DataError, match="label 'z' stands in the val or test part alone"):
        build(docs + names("c", 3, "val", "z"))
    with pytest.raises(DataError, match="3 of 23 documents have no label"):
        build(docs + names("c", 3, "val"))


@pytest.mark.parametrize("label", [None, "train.txt"])
def test_where_nothing_tells_documents_apart_labels_do_not_matter(label: str | None) -> None:
    docs = [Document("abc" * 9, label), Document("cab" * 3, "val.txt", "val")]
    corpus = build(docs, layout="stream")
    assert corpus.labels == (() if label is None else (label,))


def test_without_train_there_is_nothing_to_learn() -> None:
    with pytest.raises(DataError, match="train part is empty"):
        build([Document("abc" * 9, None, "val")])


def test_a_repeated_text_counts_once_in_each_part() -> None:
    docs = [*names("a", 12, None), *names("a", 12, None), *names("a", 5, "test")]
    corpus = build([*docs, *names("a", 5, "test")], layout="sequences", distinct=True)
    assert corpus.report.repeats_dropped == 12 + 5
    assert corpus.splits["test"].documents == 5


def test_rare_symbols_are_unknown_and_counted() -> None:
    text = "a" * 50 + "b" * 30 + "c" * 2 + "d" + "e" * 2
    corpus = build([Document(text)], layout="stream", fractions=(1.0, 0.0, 0.0), min_count=2)
    assert corpus.vocabulary.symbols == ("a", "b", "c", "e")
    report = corpus.report
    assert (report.rare_symbols, report.rare_occurrences) == (1, 1)
    assert report.unknown_symbols == report.unknown_characters == {"train": 1}
    assert report.unknown_share["train"] == 1 / len(text)
    with pytest.raises(DataError, match=r"occurs 100 times or more.*min_count=100"):
        build([Document(text)], layout="stream", min_count=100)


@pytest.mark.parametrize("unit", ["char", "byte", "word"])
def test_characters_are_counted_whatever_the_unit(unit: str) -> None:
    text = "Ünïcode wörds, 中文 and more. " * 20
    corpus = build([Document(text)], layout="stream", unit=unit, min_count=1)
    report = corpus.report
    assert report.characters == len(text)
    assert sum(report.text_characters.values()) == len(text)
    for name, split in corpus.splits.items():
        shown = opening_text(split, corpus.vocabulary)
        if unit != "byte":  # a part of bytes may begin within a character
            assert report.text_characters[name] == len(shown)
        assert report.split_characters[name] == split.characters
    symbols = {"char": set(text), "byte": set(text.encode())}
    if unit in symbols:
        assert report.distinct_symbols == len(symbols[unit])


def test_the_fingerprint_is_the_same_for_every_unit() -> None:
    docs = [Document("Größe", "x"), Document("中文", "y")] * 5
    found = Counter(
        build(docs, layout="stream", unit=unit, min_count=1).fingerprint
        for unit in ("char", "byte", "word")
    )
    assert list(found.values()) == [3]
    moved = [Document("Größe", "x", "test"), *docs[1:]]
    assert build(moved, layout="stream").fingerprint not in found
