"""From documents to encoded splits."""

import statistics
from collections import Counter
from itertools import chain
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.corpus import Corpus, build_corpus, choose_layout, encode_documents
from charlab.data.documents.document import SPLITS, Document
from charlab.data.splits import Fractions, apportion
from charlab.data.tokens.ragged import EncodedSplit, cut_windows
from charlab.data.tokens.vocabulary import UNK, Vocabulary
from charlab.errors import ConfigError, DataError

EIGHTY = (0.8, 0.1, 0.1)

# Composed and decomposed spellings, so that normalization makes texts equal.
names = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["a", "b", "é", "e\u0301"]), min_size=1, max_size=4).map("".join),
        st.sampled_from(["x", "y"]),
    ),
    min_size=8,
    max_size=40,
)


def build(
    docs: list[Document],
    layout: str = "auto",
    fractions: Fractions = EIGHTY,
    normalize: str = "nfc",
    **options: Any,
) -> Corpus:
    options |= {"normalize": normalize, "layout": layout, "fractions": fractions}
    return build_corpus(docs, split_seed=3, **options)


def texts_of(split: EncodedSplit, vocabulary: Vocabulary) -> list[str]:
    bounds = zip(split.offsets[:-1], split.offsets[1:], strict=True)
    return [vocabulary.decode(split.ids[start:end]) for start, end in bounds]


@settings(max_examples=50)
@given(names)
def test_no_text_stands_in_two_splits_after_normalization(docs: list[tuple[str, str]]) -> None:
    # A stratum of its own, half of it in train, lets the vocabulary know every character.
    alphabet = [Document("abé" * 3 + "a" * i, "z") for i in range(8)]
    corpus = build(
        [Document(*doc) for doc in docs] + alphabet, layout="sequences", fractions=(0.5, 0.3, 0.2)
    )
    assert corpus.vocabulary.tokens == ("a", "b", "é")
    found = [texts_of(split, corpus.vocabulary) for split in corpus.splits.values()]
    assert sum(map(len, found)) == len(docs) + 8
    assert sum(len(set(texts)) for texts in found) == len(set(chain(*found)))


def test_emptied_documents_are_removed_and_counted() -> None:
    docs = [Document(f"Ana{i}", "b") for i in range(10)]
    docs[3:3] = [Document("佐藤", "c"), Document("عبد الله", "d")]
    corpus = build(docs, layout="sequences", normalize="ascii+lower", fractions=(1.0, 0.0, 0.0))
    assert texts_of(corpus.splits["train"], corpus.vocabulary) == [f"ana{i}" for i in range(10)]
    assert corpus.labels == ("b",)
    assert corpus.report.emptied_documents == 2
    assert corpus.report.dropped_characters["佐"] == 1
    assert sum(corpus.report.dropped_characters.values()) == 2 + 7


def test_sequences_hold_every_document_with_its_label() -> None:
    docs = [Document(f"n{i % 30}", "even" if i % 2 == 0 else "odd") for i in range(40)]
    corpus = build(docs)
    assert corpus.layout == "sequences"
    assert corpus.labels == ("even", "odd")
    found = []
    for split in corpus.splits.values():
        assert split.labels is not None
        texts = texts_of(split, corpus.vocabulary)
        found += [
            Document(text, corpus.labels[label])
            for text, label in zip(texts, split.labels, strict=True)
        ]
    expected = [doc for doc in docs if all(c in corpus.vocabulary.tokens for c in doc.text)]
    assert sorted(doc for doc in found if "\ufffd" not in doc.text) == sorted(expected)
    assert corpus.report.documents == len(found) == 40
    assert corpus.report.duplicate_documents == 10
    assert sum(corpus.report.split_documents.values()) == 40
    assert sum(corpus.report.split_characters.values()) == corpus.report.characters


@settings(max_examples=60)
@given(
    st.lists(st.text("abcdef", min_size=1, max_size=50), min_size=1, max_size=5),
    st.sampled_from([EIGHTY, (0.9, 0.1, 0.0), (0.6, 0.0, 0.4)]),
)
def test_a_stream_is_split_by_position(texts: list[str], fractions: Fractions) -> None:
    docs = [Document("gh" + text, f"label{i}") for i, text in enumerate(texts)]
    corpus = build(docs, layout="stream", fractions=fractions)
    train = set(corpus.vocabulary.tokens)
    assert list(corpus.splits) == [s for s, f in zip(SPLITS, fractions, strict=True) if f > 0]
    for part, name in enumerate(SPLITS):
        expected, labels = [], []
        for i, doc in enumerate(docs):
            ends = np.cumsum(apportion([len(doc.text)], fractions)[0])
            start, end = (0, *ends)[part], ends[part]
            if end > start:
                piece = doc.text[start:end]
                expected.append("".join(c if c in train else "\ufffd" for c in piece))
                labels.append(i)
        if name in corpus.splits:
            split = corpus.splits[name]
            assert texts_of(split, corpus.vocabulary) == expected
            assert split.labels is not None
            assert split.labels.tolist() == labels
        else:
            assert not expected


def test_vocabulary_is_that_of_train_alone() -> None:
    corpus = build([Document("abab" * 4 + "zzqa")], layout="stream")
    assert corpus.vocabulary.tokens == ("a", "b")
    assert corpus.splits["test"].ids.tolist() == [UNK, 2]
    assert corpus.splits["val"].ids.tolist() == [UNK, UNK]
    assert corpus.report.unknown_share == {"train": 0, "val": 1, "test": 0.5}
    assert corpus.report.distinct_tokens == 4


def test_ids_are_stored_in_the_smallest_type() -> None:
    for count, dtype in [(254, np.uint8), (255, np.uint16)]:
        text = "".join(chr(0x4E00 + i) for i in range(count))
        corpus = build([Document(text)], fractions=(1, 0, 0))
        assert corpus.splits["train"].ids.dtype == dtype
        assert corpus.vocabulary.size == count + 2


def test_fingerprint_knows_texts_borders_and_labels() -> None:
    def fingerprint(*docs: tuple[str, str | None]) -> str:
        return build([Document(*doc) for doc in docs], layout="stream").fingerprint

    one = fingerprint(("ab", "x"), ("c", "y"))
    assert one == fingerprint(("ab", "x"), ("c", "y"))
    others = [
        fingerprint(("a", "x"), ("bc", "y")),
        fingerprint(("ab", "y"), ("c", "x")),
        fingerprint(("ab", None), ("c", None)),
        fingerprint(("ab", "x"), ("d", "y")),
    ]
    assert len({one, *others}) == 5
    composed, decomposed = fingerprint(("é!", None)), fingerprint(("e\u0301!", None))
    assert composed == decomposed
    assert len(one) == 64


@pytest.mark.parametrize(
    ("lengths", "layout"),
    [
        ([5] * 8, "sequences"),
        ([5] * 7, "stream"),
        ([256] * 8, "sequences"),
        ([257] * 8, "stream"),
        ([5] * 6 + [10_000] * 4, "sequences"),
        ([10_000], "stream"),
    ],
)
def test_auto_layout(lengths: list[int], layout: str) -> None:
    assert choose_layout("auto", lengths) == layout
    assert (statistics.median(lengths) <= 256 and len(lengths) >= 8) == (layout == "sequences")
    assert choose_layout("stream", lengths) == "stream"
    assert choose_layout("sequences", lengths) == "sequences"


def test_scarce_labels_are_named() -> None:
    docs = [Document(f"a{i}", "many") for i in range(30)] + [Document("b1", "few")] * 5
    assert build(docs).report.scarce_labels == ("few",)
    docs = [Document("ab" * 50, "many"), Document("ab", "few")]
    assert build(docs, layout="stream").report.scarce_labels == ("few",)


@pytest.mark.parametrize(
    ("docs", "message"),
    [
        ([], "no text is left"),
        ([Document(" ")], r"no text is left.*1 document emptied"),
        ([Document("aaa"), Document("aa")], "one character 'a'"),
        ([Document("ab", "x"), Document("cd")], "1 of 2 documents have no label"),
    ],
)
def test_text_that_cannot_be(docs: list[Document], message: str) -> None:
    with pytest.raises(DataError, match=message) as error:
        build(docs)
    assert "\n" not in str(error.value)


def test_an_empty_train_part_is_refused() -> None:
    with pytest.raises(DataError, match=r"train part is empty.*fractions=\[0.1, 0.9, 0.0\]"):
        build([Document("ab")], layout="stream", fractions=(0.1, 0.9, 0.0))


def test_unknown_layout() -> None:
    with pytest.raises(ConfigError, match=r"dataset\.layout='steam'.*stream"):
        build([Document("ab")], layout="steam")


def test_encoding_documents_from_elsewhere() -> None:
    corpus = build([Document(f"n{i}", "ab"[i % 2]) for i in range(20)])
    again = encode_documents([Document("n1?", "b"), Document("", "a")], corpus.vocabulary)
    assert texts_of(again, corpus.vocabulary) == ["n1\ufffd", ""]
    assert again.labels is None


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.integers(1, 12))
def test_windows_tile_their_documents(lengths: list[int], seq_len: int) -> None:
    offsets = np.cumsum([0, *lengths])
    encoded = EncodedSplit(np.arange(offsets[-1], dtype=np.uint8), offsets, np.arange(len(lengths)))
    windows = cut_windows(encoded, seq_len)
    assert windows.offsets[0] == 0
    assert windows.offsets[-1] == offsets[-1]
    assert windows.labels is not None
    for document, length in enumerate(lengths):
        mine = windows.lengths[windows.labels == document]
        assert len(mine) == -(-length // seq_len)
        assert mine.sum() == length
        assert mine.max() <= seq_len
        assert mine.max() - mine.min() <= 1


def test_distinct_counts_a_repeated_name_once_for_each_label() -> None:
    docs = [Document(f"name{i}", "A") for i in range(20)]
    docs += [Document("name3", "A"), Document("name3", "B"), Document("na\u0301me", "B")]
    docs += [Document("n\u00e1me", "B")]  # the same after normalization
    options = {"normalize": "nfc", "layout": "sequences", "split_seed": 0}
    every = build_corpus(docs, fractions=(0.6, 0.2, 0.2), **options)
    once = build_corpus(docs, fractions=(0.6, 0.2, 0.2), distinct=True, **options)
    assert (every.report.documents, every.report.repeats_dropped) == (24, 0)
    assert (once.report.documents, once.report.repeats_dropped) == (22, 2)
    assert once.report.duplicate_documents == 1  # name3 in two languages is two documents


@pytest.mark.parametrize(
    ("fractions", "expected"),
    [((0.8, 0.1, 0.1), "test"), ((0.8, 0.2, 0.0), "val"), ((1.0, 0.0, 0.0), None)],
)
def test_what_is_held_out_is_the_test_part_else_the_val_part(fractions, expected):
    docs = [Document(f"text {number}") for number in range(40)]
    corpus = build_corpus(
        docs, layout="sequences", fractions=fractions, split_seed=0, normalize="none"
    )
    assert corpus.held_out == expected


def numbered(
    prefix: str, count: int, split: str | None, label: str | None = None
) -> list[Document]:
    return [Document(f"{prefix}{i}", label, split) for i in range(count)]


def test_without_train_there_is_nothing_to_learn() -> None:
    with pytest.raises(DataError, match="train part is empty"):
        build([Document("abc" * 9, None, "val")])


def test_labels_have_to_be_known() -> None:
    docs = numbered("a", 10, None, "x") + numbered("b", 10, None, "y")
    assert build(docs + numbered("c", 3, "val", "y")).labels == ("x", "y")
    with pytest.raises(DataError, match="label 'z' stands in the val or test part alone"):
        build(docs + numbered("c", 3, "val", "z"))
    with pytest.raises(DataError, match="3 of 23 documents have no label"):
        build(docs + numbered("c", 3, "val"))


def test_a_repeated_text_counts_once_in_each_part() -> None:
    docs = [*numbered("a", 12, None), *numbered("a", 12, None), *numbered("a", 5, "test")]
    corpus = build([*docs, *numbered("a", 5, "test")], layout="sequences", distinct=True)
    assert corpus.report.repeats_dropped == 12 + 5
    assert corpus.splits["test"].documents == 5


def test_the_fingerprint_is_the_same_for_every_unit() -> None:
    docs = [Document("Größe", "x"), Document("中文", "y")] * 5
    found = Counter(
        build(docs, layout="stream", unit=unit, min_count=1).fingerprint
        for unit in ("char", "byte", "word")
    )
    assert list(found.values()) == [3]
    moved = [Document("Größe", "x", "test"), *docs[1:]]
    assert build(moved, layout="stream").fingerprint not in found


def test_a_collection_s_parts_are_not_those_of_versions_that_cut_it() -> None:
    docs = [Document(f"{i}abc" * 50, "xy"[i % 2]) for i in range(6)]
    whole = build(docs, layout="stream", predicts_label=True, fractions=(0.5, 0.5, 0.0))
    assert whole.fingerprint != build(docs, layout="stream").fingerprint


def test_labels_are_told_apart_composed() -> None:
    docs = [Document(f"a{i}", ["Fran\u00e7ais", "Franc\u0327ais "][i % 2]) for i in range(8)]
    corpus = build([*docs, *docs, Document("b", "caf\udce9")], layout="sequences", distinct=True)
    assert corpus.labels == ("Français", r"caf\xe9")
    assert corpus.report.repeats_dropped == 8
