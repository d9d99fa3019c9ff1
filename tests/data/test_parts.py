"""The parts of a tokenized text, against slices of the texts themselves."""

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data import parts as module
from charlab.data.assignment import SplitAssignment
from charlab.data.documents.document import SPLITS, Document
from charlab.data.parts import cut_splits, with_targets
from charlab.data.tokens import learn_vocabulary
from charlab.data.tokens.ragged import EncodedSplit, SelectedIds
from charlab.data.tokens.reader import tokenize_documents
from charlab.data.tokens.tokenized import TokenizedText
from charlab.data.tokens.vocabulary import Vocabulary

Shares = list[tuple[int, int, int]]


def tokenized(documents: list[Document], target_unit: str = "char") -> TokenizedText:
    return tokenize_documents(
        documents,
        sequences=True,
        normalize="none",
        target_unit=target_unit,
        fields=("tags", "target"),
    )


def assigned(shares: Shares) -> SplitAssignment:
    """So many characters of each document for each part."""
    counts = np.array(shares)
    there = tuple(np.flatnonzero(counts.any(axis=0)).tolist())
    return SplitAssignment(counts, there, cut=True, scarce=(), overlap={})


def whole(parts: list[int], texts: list[str]) -> SplitAssignment:
    """Each document in one part."""
    sizes = zip(parts, map(len, texts), strict=True)
    return assigned([(n * (p == 0), n * (p == 1), n * (p == 2)) for p, n in sizes])


def known(text: TokenizedText) -> tuple[Vocabulary, npt.NDArray[np.unsignedinteger]]:
    counts = np.ones(len(text.tokens), np.int64)
    counts[0] = 0  # no character has the tokenizer's first id
    vocabulary, table, _ = learn_vocabulary(text.unit, text.tokens, counts)
    return vocabulary, table


def bounds(split: Any) -> list[tuple[int, int]]:
    return list(pairwise(split.offsets.tolist()))


def texts_of(split: EncodedSplit, vocabulary: Vocabulary) -> list[str]:
    return [vocabulary.decode(split.ids[a:b].tolist()) for a, b in bounds(split)]


@settings(max_examples=60)
@given(
    st.lists(st.tuples(*[st.integers(0, 4)] * 3).filter(any), min_size=1, max_size=6),
    st.sampled_from(["stream", "sequences"]),
    st.booleans(),
)
def test_a_part_has_its_share_of_each_document(shares: Shares, layout: str, much: bool) -> None:
    letters = "aé中😀bcdefghijklmn"
    texts = [letters[i : i + sum(row)] for i, row in enumerate(shares)]
    documents = [Document(text, label=f"l{i % 2}", tags=list(text)) for i, text in enumerate(texts)]
    text = tokenized(documents)
    vocabulary, table = known(text)
    with pytest.MonkeyPatch.context() as patch:
        if much:
            patch.setattr(module, "HELD", 1)
        splits = cut_splits(text, assigned(shares), table, layout)
    for part, name in enumerate(SPLITS):
        rows = [(i, sum(row[:part]), row[part]) for i, row in enumerate(shares) if row[part]]
        assert (name in splits) == bool(rows)
        if not rows:
            continue
        split = splits[name]
        expected = [texts[i][begin : begin + count] for i, begin, count in rows]
        assert texts_of(split, vocabulary) == expected
        assert split.labels is not None
        assert split.labels.tolist() == [text.labels.index(f"l{i % 2}") for i, _, _ in rows]
        assert split.tags is not None
        assert [text.fields.tags[i - 1] for i in split.tags.tolist()] == list("".join(expected))
        held = layout == "sequences" or not much or sum(map(len, texts)) <= 1
        assert isinstance(split.ids, np.ndarray if held else SelectedIds)


def test_what_has_no_labels_and_no_fields_gets_none() -> None:
    text = tokenized([Document("ab"), Document("cd")])
    assignment = whole([0, 0], ["ab", "cd"])
    _, table = known(text)
    splits = cut_splits(text, assignment, table, "sequences")
    assert list(splits) == ["train"]
    assert (splits["train"].labels, splits["train"].tags) == (None, None)
    same, vocabulary = with_targets(splits, text, assignment, "char")
    assert (same, vocabulary) == (splits, None)


def test_a_document_s_target_goes_with_it() -> None:
    pairs = [("two", "B  A"), ("one", "A"), ("two", "C"), ("one", "A B"), ("six", "Z")]
    parts = [2, 0, 0, 1, 0]
    text = tokenized([Document(word, target=target) for word, target in pairs], "symbol")
    words = [word for word, _ in pairs]
    assignment = whole(parts, words)
    vocabulary, table = known(text)
    splits = cut_splits(text, assignment, table, "sequences")
    splits, spoken = with_targets(splits, text, assignment, "symbol")
    assert spoken is not None
    assert spoken.tokens == ("A", "C", "Z")  # those of train: B stands in the others alone
    numbers: dict[int, set[str]] = {}
    for part, name in enumerate(SPLITS):
        split = splits[name]
        assert split.targets is not None
        assert split.texts is not None
        written = [split.targets.ids[a:b].tolist() for a, b in bounds(split.targets)]
        found = list(zip(texts_of(split, vocabulary), map(spoken.decode, written), strict=True))
        assert found == [
            (word, " ".join(target.split()).replace("B", "\ufffd"))
            for (word, target), side in zip(pairs, parts, strict=True)
            if side == part
        ]
        for number, (word, _) in zip(split.texts.tolist(), found, strict=True):
            numbers.setdefault(number, set()).add(word)
    assert sorted(numbers.values(), key=min) == [{"one"}, {"six"}, {"two"}]
