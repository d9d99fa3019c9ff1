"""The reader: large texts, encoded piece by piece into files, against the same in memory."""

import dataclasses
from collections import deque
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data import corpus_report
from charlab.data import parts as parts_module
from charlab.data.corpus import Corpus, build_corpus
from charlab.data.documents.document import AnyDocument, Document, LongDocument
from charlab.data.tokens import ragged, reader, single_pass
from charlab.data.tokens.cache import CorpusCache
from charlab.data.tokens.chunks import cut_utf8
from charlab.data.tokens.ragged import SelectedIds
from charlab.errors import DataError
from charlab.evaluation.reference_texts import opening_text


def long(document: Document, size: int, *, utf8: bool = False) -> LongDocument:
    """The same text in pieces."""

    def pieces() -> Iterator[str]:
        text = document.text
        return (text[i : i + size] for i in range(0, len(text), size))

    def blocks() -> Iterator[bytes]:
        data = document.text.encode()
        return (data[i : i + size] for i in range(0, len(data), size))

    identity = (document.text, size, 0, 0, 0, "utf-8")
    given = blocks if utf8 else None
    return LongDocument(pieces, document.label, identity, document.split, given)


def take(docs: Iterator[AnyDocument], *, sequences: bool) -> tuple[deque[AnyDocument], bool, bool]:
    """As if all documents were too many to hold."""
    taken = deque(docs)
    some_long = any(isinstance(document, LongDocument) for document in taken)
    return taken, some_long, some_long or sequences


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> CorpusCache:
    return CorpusCache(tmp_path_factory.mktemp("cache"))


def outcome(docs: list[AnyDocument], **options: Any) -> Corpus | str:
    """The corpus, or why there is none."""
    try:
        return build_corpus(docs, **options)
    except DataError as error:
        return str(error)


def assert_same(one: Corpus | str, other: Corpus | str) -> None:
    if isinstance(one, str) or isinstance(other, str):
        assert one == other
        return
    assert (one.vocabulary, one.labels, one.layout) == (
        other.vocabulary,
        other.labels,
        other.layout,
    )
    assert one.fingerprint == other.fingerprint
    assert one.report == other.report
    assert list(one.splits) == list(other.splits)
    for name, split in one.splits.items():
        twin = other.splits[name]
        np.testing.assert_array_equal(split.ids[:], twin.ids[:])
        assert split.ids.dtype == twin.ids.dtype
        np.testing.assert_array_equal(split.offsets, twin.offsets)
        np.testing.assert_array_equal(split.labels, twin.labels)


words = st.lists(st.sampled_from(["a", "Ab", "é", "e\u0301", "中", "Ø", ",", "\n", "x" * 20]))
documents = st.lists(
    st.builds(
        Document,
        words.map(" ".join).filter(bool),
        st.sampled_from(["x", "y"]),
        st.sampled_from([None, None, None, "train", "val", "test"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=40)
@given(
    docs=documents,
    labelled=st.booleans(),
    parts=st.booleans(),
    unit=st.sampled_from(["char", "byte", "word"]),
    normalize=st.sampled_from(["none", "nfc", "nfkc+lower", "ascii"]),
    layout=st.sampled_from(["auto", "stream", "sequences"]),
    predicts_label=st.booleans(),
    fractions=st.sampled_from([(0.8, 0.1, 0.1), (0.5, 0.0, 0.5), (1.0, 0.0, 0.0)]),
    distinct=st.booleans(),
    limit=st.none() | st.integers(1, 60),
    min_count=st.integers(1, 2),
    size=st.integers(1, 9),
    utf8=st.booleans(),
)
def test_streaming_equals_memory(
    cache: CorpusCache,
    docs: list[Document],
    labelled: bool,
    parts: bool,
    size: int,
    utf8: bool,
    **options: Any,
) -> None:
    docs = [
        Document(doc.text, doc.label if labelled else None, doc.split if parts else None)
        for doc in docs
    ]
    if options["unit"] == "byte":
        options["min_count"] = 1
    expected = outcome(docs, split_seed=1, **options)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "LARGE", 0)
        patch.setattr(reader, "_take", take)
        patch.setattr(single_pass, "PIECE", size)
        patch.setattr(ragged.chunks, "__defaults__", (5,))
        patch.setattr(ragged, "CHUNK", 4)
        patch.setattr(corpus_report, "CHUNK", 3)
        patch.setattr(parts_module, "HELD", 0)
        patch.setattr(cut_utf8, "__defaults__", (size,))
        streamed = [long(doc, size, utf8=utf8) for doc in docs]
        # Short documents keep a rule of their own about the limit: those stay what they are.
        mixed: list[AnyDocument] = list(docs) if options["limit"] else list(streamed)
        found = outcome(mixed, split_seed=1, cache=cache, **options)
        again = outcome(mixed, split_seed=1, cache=cache, **options)
    assert_same(found, expected)
    assert_same(again, expected)


def test_a_large_stream_stays_in_its_file_and_sequences_do_not(
    cache: CorpusCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts_module, "HELD", 5)
    docs: list[AnyDocument] = [long(Document(f"text {i} " * 3), 5) for i in range(30)]
    options: dict[str, Any] = {"normalize": "nfc", "fractions": (0.8, 0.1, 0.1), "split_seed": 0}
    stream = build_corpus(docs, layout="stream", cache=cache, **options)
    assert all(isinstance(split.ids, SelectedIds) for split in stream.splits.values())
    sequences = build_corpus(docs, layout="sequences", cache=cache, **options)
    assert all(isinstance(split.ids, np.ndarray) for split in sequences.splits.values())


@pytest.mark.parametrize("count", [254, 255, 256, 257])
def test_the_file_grows_with_the_alphabet(cache: CorpusCache, count: int) -> None:
    text = "ab" * 20 + "".join(chr(0x4E00 + i) for i in range(count - 2)) + "ba" * 20
    options: dict[str, Any] = {
        "normalize": "nfc",
        "layout": "stream",
        "fractions": (1.0, 0.0, 0.0),
        "split_seed": 0,
    }
    found = build_corpus([long(Document(text), 30)], cache=cache, **options)
    assert_same(found, build_corpus([Document(text)], **options))
    assert opening_text(found.splits["train"], found.vocabulary) == text


def test_many_plain_documents_are_streamed_and_let_go(
    cache: CorpusCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs = [Document(f"chapter {i} " * 40, f"book{i % 3}") for i in range(20)]
    options: dict[str, Any] = {"normalize": "nfc", "fractions": (0.8, 0.1, 0.1), "split_seed": 0}
    expected = build_corpus(docs, layout="auto", **options)
    monkeypatch.setattr(reader, "LARGE", 2000)
    monkeypatch.setattr(parts_module, "HELD", 2000)
    found = build_corpus(iter(docs), layout="auto", cache=cache, **options)
    assert isinstance(found.splits["train"].ids, SelectedIds)
    assert_same(found, expected)


def test_short_documents_are_held_however_many(
    cache: CorpusCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "LARGE", 50)
    docs = [Document(f"name{i}") for i in range(200)]
    options: dict[str, Any] = {"normalize": "nfc", "fractions": (0.8, 0.1, 0.1), "split_seed": 0}
    found = build_corpus(docs, layout="auto", cache=cache, **options)
    assert found.layout == "sequences"
    assert isinstance(found.splits["train"].ids, np.ndarray)


def test_a_limit_beyond_memory_still_cuts(
    cache: CorpusCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "LARGE", 10)
    options: dict[str, Any] = {
        "normalize": "nfc",
        "layout": "stream",
        "fractions": (1.0, 0.0, 0.0),
        "split_seed": 0,
    }
    docs: list[AnyDocument] = [long(Document("abcd" * 10), 7), long(Document("efgh" * 10), 7)]
    found = build_corpus(docs, limit=50, cache=cache, **options)
    text = opening_text(found.splits["train"], found.vocabulary)
    assert text == "abcd" * 10 + "\0" + "efgh" * 2 + "ef"
    assert found.report.characters == 50
    whole = build_corpus(docs, limit=None, cache=cache, **options)
    assert whole.report.characters == 80


def test_reports_differ_by_what_train_lacks(cache: CorpusCache) -> None:
    """The counts of a stored text are kept, and those of another split are not taken for them."""
    doc = long(Document("ab" * 30 + "cd" * 3), 9)
    options: dict[str, Any] = {"normalize": "nfc", "layout": "stream", "split_seed": 0}
    for fractions in [(0.8, 0.1, 0.1), (1.0, 0.0, 0.0), (0.8, 0.1, 0.1)]:
        found = build_corpus([doc], fractions=fractions, cache=cache, **options)
        expected = build_corpus([Document("ab" * 30 + "cd" * 3)], fractions=fractions, **options)
        assert found.report == expected.report
    assert dataclasses.asdict(found.report)["unknown_tokens"]["test"] > 0
