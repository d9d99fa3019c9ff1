"""Corpora of which the data itself sets parts apart, and what is left to be dealt out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.corpus import Corpus, build_corpus
from charlab.data.documents.document import Document
from charlab.evaluation.reference_texts import document_texts, opening_text
from tests.support.corpora import divided


def names(prefix: str, count: int, split: str | None, label: str | None = None) -> list[Document]:
    return [Document(f"{prefix}{i}", label, split) for i in range(count)]


def parts_of(corpus: Corpus) -> dict[str, set[str]]:
    """The documents, or pieces of them, of each part."""
    return {name: set(document_texts(s, corpus.vocabulary)) for name, s in corpus.splits.items()}


@settings(max_examples=40)
@given(st.integers(20, 60), st.integers(1, 20), st.sampled_from(["sequences", "stream"]))
def test_given_documents_go_where_they_belong(count: int, apart: int, layout: str) -> None:
    docs = names("a", count, None) + names("b", apart, "test")
    corpus = divided(docs, layout=layout)
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
    corpus = divided(docs, layout="stream", fractions=(0.5, 0.5, 0.0))
    texts = {name: opening_text(split, corpus.vocabulary) for name, split in corpus.splits.items()}
    assert texts["train"] == "train" * 9
    assert set(texts) == {"train", "val", "test"}
    assert corpus.vocabulary.tokens == tuple(sorted(set("train")))
    assert corpus.report.unknown_tokens == {"train": 0, "val": 2 * 9, "test": 2 * 9}


def test_parts_that_nobody_gave_are_not_there() -> None:
    docs = [Document("abc" * 9, None, "train"), Document("cab" * 3, None, "test")]
    assert list(divided(docs, layout="stream").splits) == ["train", "test"]


def test_overlap_is_counted() -> None:
    docs = [*names("a", 30, None), Document("a3", None, "test"), Document("b", None, "test")]
    corpus = divided(docs, layout="sequences", fractions=(1.0, 0.0, 0.0))
    assert corpus.report.overlap == {"test": 1}
    assert divided(names("a", 30, None), layout="sequences").report.overlap == {}


def test_only_what_train_learns_from_overlaps() -> None:
    docs = names("a", 30, None) + names("a", 30, "test")
    corpus = divided(docs, layout="sequences")
    learnt = set(document_texts(corpus.splits["train"], corpus.vocabulary))
    tested = document_texts(corpus.splits["test"], corpus.vocabulary)
    assert corpus.report.overlap["test"] == sum(text in learnt for text in tested) < 30


@pytest.mark.parametrize("predicts_label", [False, True])
@pytest.mark.parametrize("layout", ["stream", "sequences"])
def test_no_document_of_a_collection_is_on_two_sides(predicts_label: bool, layout: str) -> None:
    docs = [Document(f"abcdefgh{i:04} " * 40, "xy"[i % 2]) for i in range(60)]
    docs += docs[:5]  # the same text again goes where it went
    corpus = divided(docs, layout=layout, predicts_label=predicts_label)
    parts = parts_of(corpus)
    assert not corpus.report.cut_documents
    assert {text for part in parts.values() for text in part} == {doc.text for doc in docs}
    assert sum(map(len, parts.values())) == 60
    if predicts_label:  # stratified: each label has its share in each part
        for split in corpus.splits.values():
            assert split.labels is not None
            assert np.bincount(split.labels).min() >= 3


def test_one_text_for_each_label_is_cut_and_said_to_be() -> None:
    docs = [Document(f"{i}abc" * 50, str(i)) for i in range(9)]
    assert divided(docs, layout="stream", predicts_label=True).report.cut_documents
    assert not divided(
        docs, layout="stream", predicts_label=False
    ).report.cut_documents  # 8 or more
    assert divided(docs[:7], layout="stream", predicts_label=False).report.cut_documents
    assert not divided(
        docs[:7] + docs[:1], layout="stream", predicts_label=True
    ).report.cut_documents


@pytest.mark.parametrize("predicts_label", [False, True])
def test_a_text_that_stands_in_train_and_test_is_remarked_of_streams_too(
    predicts_label: bool,
) -> None:
    docs = [Document(f"{i}abc" * 50, str(i)) for i in range(3)]
    given = [docs[1]._replace(split="test"), Document("cab" * 9, "2", "test")]
    corpus = divided([*docs, *given], layout="stream", predicts_label=predicts_label)
    assert corpus.report.overlap == {"test": 1}


@pytest.mark.parametrize("files", [1, 2, 3])
def test_of_fewer_files_than_splits_documents_are_split(files: int) -> None:
    docs = [Document(f"text {i}", group=f"file {i % files}") for i in range(30)]
    corpus = build_corpus(
        docs, normalize="nfc", layout="sequences", fractions=(0.8, 0.1, 0.1), split_seed=0
    )
    sizes = {name: split.documents for name, split in corpus.splits.items()}
    whole = files == 3  # then each split has one of them
    assert sizes == (dict.fromkeys(sizes, 10) if whole else {"train": 24, "val": 3, "test": 3})
