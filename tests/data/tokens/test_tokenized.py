"""Texts as token ids: read back, counted, told apart."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.documents.document import Document
from charlab.data.tokens import ragged
from charlab.data.tokens.fields import Fields
from charlab.data.tokens.reader import tokenize_documents
from charlab.data.tokens.tokenized import (
    UNASSIGNED,
    TokenizedText,
    count_parts,
    count_token_ids,
    index_labels,
    text_key,
)
from charlab.errors import DataError

TEXTS = st.lists(st.text("aé中 ,\U0001f600", min_size=1).filter(str.strip), min_size=1, max_size=5)


def tokenized(texts: Sequence[str], unit: str = "char") -> TokenizedText:
    documents = map(Document, texts)
    return tokenize_documents(documents, sequences=True, normalize="none", unit=unit)


def as_on_disk(text: TokenizedText, folder: Path | None = None) -> TokenizedText:
    """The same without its texts, whose keys are those that the reader then keeps."""
    assert text.texts is not None
    digests = (hashlib.sha256(each.encode()).digest() for each in text.texts)
    keys = np.array([text_key(digest) for digest in digests], np.int64)
    return replace(text, texts=None, keys=keys, folder=folder)


@pytest.mark.parametrize("unit", ["char", "byte", "word", "symbol"])
@settings(max_examples=40)
@given(TEXTS)
def test_texts_are_read_back_from_their_ids(unit: str, texts: list[str]) -> None:
    found = as_on_disk(tokenized(texts, unit))
    if unit == "symbol":  # white space between symbols is no part of them
        texts = [" ".join(text.split()) for text in texts]
    assert found.all_texts() == texts
    assert found.lengths.sum() == len(found.token_ids)


def test_keys_are_the_first_bytes_of_the_text_s_digest_however_it_was_read() -> None:
    held = tokenized(["abc", "中", "abc"])
    # sha256("abc"), from the standard's examples (FIPS 180), its first 8 bytes from the last on.
    assert held.all_keys()[0] == bytes.fromhex("ba7816bf8f01cfea")[::-1].hex()
    assert held.all_keys()[0] == held.all_keys()[2] != held.all_keys()[1]
    assert as_on_disk(held).all_keys() == held.all_keys()


def test_fields_are_part_of_the_fingerprint_if_there_are_any() -> None:
    text = tokenized(["ab", "c"])
    assert text.with_fields(Fields()).fingerprint == text.fingerprint
    some, other = (text.with_fields(Fields(fingerprint=mark)) for mark in ("1", "2"))
    assert len({text.fingerprint, some.fingerprint, other.fingerprint}) == 3
    assert some.fields.fingerprint == "1"


SHARES = st.lists(st.tuples(*[st.integers(0, 9)] * 3), min_size=1, max_size=8)


@settings(max_examples=60)
@given(SHARES, st.integers(1, 7), st.sampled_from([np.uint8, np.uint16]))
def test_tokens_are_counted_by_split(
    shares: list[tuple[int, int, int]], chunk: int, dtype: Any
) -> None:
    parts = list(chain.from_iterable([part] * n for row in shares for part, n in enumerate(row)))
    ids = np.random.default_rng(0).integers(0, 5, len(parts)).astype(dtype)
    text = replace(tokenized(["abcde"]), token_ids=ids, tokens=list("abcde"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ragged.chunks, "__defaults__", (chunk,))
        found = count_parts(text, np.array(shares))
    by_hand = Counter(zip(parts, ids.tolist(), strict=True))
    assert found.tolist() == [[by_hand[part, i] for i in range(5)] for part in range(3)]


@pytest.mark.parametrize("damage", [None, b"", b"\x93NUMPY nonsense", "another shape"])
def test_on_disk_counts_are_kept_and_counted_again_where_they_are_damaged(
    tmp_path: Path, damage: bytes | str | None
) -> None:
    text = as_on_disk(tokenized(["abc", "ccb"]), tmp_path)
    shares = np.array([[2, 1, 0], [1, 0, 2]])
    expected = [[0, 1, 1, 1], [0, 0, 0, 1], [0, 0, 1, 1]]  # the first token is none
    assert count_parts(text, shares).tolist() == expected
    (file,) = tmp_path.iterdir()
    if isinstance(damage, bytes):
        file.write_bytes(damage)
    elif damage:
        np.save(file, np.zeros((3, 2), np.int64))
    else:  # what is kept is not counted again: the ids are not looked at
        text = replace(text, token_ids=np.empty(0, np.uint8))
    assert count_parts(text, shares).tolist() == expected
    assert np.load(file).tolist() == expected
    assert list(tmp_path.iterdir()) == [file]


def test_counts_of_another_split_are_kept_apart(tmp_path: Path) -> None:
    text = as_on_disk(tokenized(["ab"]), tmp_path)
    assert count_parts(text, np.array([[2, 0, 0]])).tolist() == [[0, 1, 1], [0] * 3, [0] * 3]
    assert count_parts(text, np.array([[0, 0, 2]])).tolist() == [[0] * 3, [0] * 3, [0, 1, 1]]


def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path: Path) -> None:
    text = as_on_disk(tokenized(["ab"]), tmp_path / "gone")
    assert count_parts(text, np.array([[1, 1, 0]])).tolist() == [[0, 1, 0], [0, 0, 1], [0, 0, 0]]


@pytest.mark.parametrize("length", [2**17, 2**17 + 1])
def test_counting_by_pairs(length: int) -> None:
    numbers = np.random.default_rng(0).integers(0, 200, length).astype(np.uint8)
    np.testing.assert_array_equal(
        count_token_ids(numbers, 200), np.bincount(numbers, minlength=200)
    )


def indexed(names: list[str | None], parts: list[int]) -> tuple[tuple[str, ...], list[int] | None]:
    labels, ids = index_labels(names, np.array(parts, np.int8))
    return labels, None if ids is None else ids.tolist()


def test_labels_are_sorted_and_found_by_their_place() -> None:
    assert indexed(["b", "a", "Ä", "b"], [UNASSIGNED, 0, 0, 1]) == (("a", "b", "Ä"), [1, 0, 2, 1])
    assert indexed([None, None], [UNASSIGNED, 2]) == ((), None)
    assert indexed([], []) == ((), None)


def test_labels_of_what_is_held_out_do_not_matter_where_the_rest_has_one_or_none() -> None:
    assert indexed(["a", "a", "b", None], [UNASSIGNED, 0, 1, 2]) == (("a",), [0] * 4)
    assert indexed([None, "b"], [UNASSIGNED, 1]) == ((), None)


@pytest.mark.parametrize(
    ("names", "parts", "message"),
    [
        (["a", None, "b"], [0, 0, 0], "1 of 3 documents have no label: label all of them or none"),
        (["a", "b", None], [0, 0, 1], "1 of 3 documents have no label"),
        (["a", "b", "z", "y"], [0, 0, 1, 2], "the label 'y' stands in the val or test part alone"),
    ],
)
def test_labels_that_cannot_be_learnt_are_refused(
    names: list[str | None], parts: list[int], message: str
) -> None:
    with pytest.raises(DataError) as caught:
        indexed(names, parts)
    assert str(caught.value).startswith(message)
    assert len(caught.value.lines) == 1
