"""Parts that the data itself sets apart, and what is left to be dealt out."""

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.corpus import Corpus, build_corpus
from charlab.data.documents.document import Document
from charlab.data.splits import shares_left
from charlab.data.tokens.words import split_words
from charlab.errors import DataError
from charlab.evaluation.reference_texts import document_texts, opening_text

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
        "".join(c if c in corpus.vocabulary.tokens else "\ufffd" for c in doc.text)
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
    assert corpus.vocabulary.tokens == tuple(sorted(set("train")))
    assert corpus.report.unknown_tokens == {"train": 0, "val": 2 * 9, "test": 2 * 9}


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


def test_rare_tokens_are_unknown_and_counted() -> None:
    text = "a" * 50 + "b" * 30 + "c" * 2 + "d" + "e" * 2
    corpus = build([Document(text)], layout="stream", fractions=(1.0, 0.0, 0.0), min_count=2)
    assert corpus.vocabulary.tokens == ("a", "b", "c", "e")
    report = corpus.report
    assert (report.rare_tokens, report.rare_occurrences) == (1, 1)
    assert report.unknown_tokens == report.predicted_unknown_characters == {"train": 1}
    assert report.unknown_share["train"] == 1 / len(text)
    with pytest.raises(DataError, match=r"occurs 100 times or more.*min_count=100"):
        build([Document(text)], layout="stream", min_count=100)


@pytest.mark.parametrize("unit", ["char", "byte", "word"])
def test_characters_are_counted_whatever_the_unit(unit: str) -> None:
    text = "Ünïcode wörds, 中文 and more. " * 20
    corpus = build([Document(text)], layout="stream", unit=unit, min_count=1)
    report = corpus.report
    assert report.characters == len(text)
    for name, split in corpus.splits.items():
        shown = opening_text(split, corpus.vocabulary)
        if unit != "byte":  # a part of bytes may begin within a character
            given = len(split_words(shown)[0]) if unit == "word" else 1
            assert report.predicted_characters[name] == len(shown) - given
        assert report.split_characters[name] == split.characters
    tokens = {"char": set(text), "byte": set(text.encode())}
    if unit in tokens:
        assert report.distinct_tokens == len(tokens[unit])


def test_the_fingerprint_is_the_same_for_every_unit() -> None:
    docs = [Document("Größe", "x"), Document("中文", "y")] * 5
    found = Counter(
        build(docs, layout="stream", unit=unit, min_count=1).fingerprint
        for unit in ("char", "byte", "word")
    )
    assert list(found.values()) == [3]
    moved = [Document("Größe", "x", "test"), *docs[1:]]
    assert build(moved, layout="stream").fingerprint not in found


def parts_of(corpus: Corpus) -> dict[str, set[str]]:
    """The documents, or pieces of them, of each part."""
    return {name: set(document_texts(s, corpus.vocabulary)) for name, s in corpus.splits.items()}


@pytest.mark.parametrize("predicts_label", [False, True])
@pytest.mark.parametrize("layout", ["stream", "sequences"])
def test_no_document_of_a_collection_is_on_two_sides(predicts_label: bool, layout: str) -> None:
    docs = [Document(f"abcdefgh{i:04} " * 40, "xy"[i % 2]) for i in range(60)]
    docs += docs[:5]  # the same text again goes where it went
    corpus = build(docs, layout=layout, predicts_label=predicts_label)
    parts = parts_of(corpus)
    assert not corpus.report.cut_documents
    assert {text for part in parts.values() for text in part} == {doc.text for doc in docs}
    assert sum(map(len, parts.values())) == 60
    if predicts_label:  # stratified: each label has its share in each part
        assert all(np.bincount(split.labels).min() >= 3 for split in corpus.splits.values())


def test_one_text_for_each_label_is_cut_and_said_to_be() -> None:
    docs = [Document(f"{i}abc" * 50, str(i)) for i in range(9)]
    assert build(docs, layout="stream", predicts_label=True).report.cut_documents
    assert not build(docs, layout="stream", predicts_label=False).report.cut_documents  # 8 or more
    assert build(docs[:7], layout="stream", predicts_label=False).report.cut_documents
    assert not build(docs[:7] + docs[:1], layout="stream", predicts_label=True).report.cut_documents


def test_a_collection_s_parts_are_not_those_of_versions_that_cut_it() -> None:
    docs = [Document(f"{i}abc" * 50, "xy"[i % 2]) for i in range(6)]
    whole = build(docs, layout="stream", predicts_label=True, fractions=(0.5, 0.5, 0.0))
    assert whole.fingerprint != build(docs, layout="stream").fingerprint


@pytest.mark.parametrize("predicts_label", [False, True])
def test_a_text_that_stands_in_train_and_test_is_remarked_of_streams_too(
    predicts_label: bool,
) -> None:
    docs = [Document(f"{i}abc" * 50, str(i)) for i in range(3)]
    given = [docs[1]._replace(split="test"), Document("cab" * 9, "2", "test")]
    corpus = build([*docs, *given], layout="stream", predicts_label=predicts_label)
    assert corpus.report.overlap == {"test": 1}


def test_labels_are_told_apart_composed() -> None:
    docs = [Document(f"a{i}", ["Fran\u00e7ais", "Franc\u0327ais "][i % 2]) for i in range(8)]
    corpus = build([*docs, *docs, Document("b", "caf\udce9")], layout="sequences", distinct=True)
    assert corpus.labels == ("Français", r"caf\xe9")
    assert corpus.report.repeats_dropped == 8


@pytest.mark.parametrize("files", [1, 2, 3])
def test_of_fewer_files_than_splits_documents_are_split(files: int) -> None:
    docs = [Document(f"text {i}", group=f"file {i % files}") for i in range(30)]
    corpus = build_corpus(
        docs, normalize="nfc", layout="sequences", fractions=(0.8, 0.1, 0.1), split_seed=0
    )
    sizes = {name: split.documents for name, split in corpus.splits.items()}
    whole = files == 3  # then each split has one of them
    assert sizes == (dict.fromkeys(sizes, 10) if whole else {"train": 24, "val": 3, "test": 3})
