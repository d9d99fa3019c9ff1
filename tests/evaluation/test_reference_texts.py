"""From ids back to text."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.corpus import build_corpus
from charlab.data.documents.document import Document
from charlab.data.tokens.ragged import EncodedSplit, count_windows, cut_windows
from charlab.evaluation import reference_texts
from charlab.evaluation.reference_texts import document_texts, name_opening, opening_text

OPTIONS = {"normalize": "none", "layout": "stream", "fractions": (1.0, 0.0, 0.0), "split_seed": 0}


@pytest.mark.parametrize("unit", ["char", "byte", "word"])
@given(st.lists(st.text("aé中 \n,", min_size=1, max_size=12), min_size=1, max_size=6))
def test_text_comes_back(unit: str, written: list[str]) -> None:
    docs = [Document("aé中 \n, "), *(Document(text) for text in written if text.strip())]
    corpus = build_corpus(docs, unit=unit, min_count=1, **OPTIONS)
    train = corpus.splits["train"]
    assert document_texts(train, corpus.vocabulary) == [doc.text for doc in docs]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reference_texts, "CHUNK", 3)  # ends within characters of several bytes
        whole = "\0".join(doc.text for doc in docs)
        assert opening_text(train, corpus.vocabulary) == whole
        assert whole.startswith(opening_text(train, corpus.vocabulary, 4).rstrip("\ufffd"))


def test_it_is_said_what_is_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = build_corpus([Document("abc" * 9)], **OPTIONS)
    train, vocabulary = corpus.splits["train"], corpus.vocabulary
    assert name_opening(train, vocabulary) == "the training text"
    monkeypatch.setattr(reference_texts, "OPENING", 20)
    assert name_opening(train, vocabulary) == "the first 20 characters of the training text"
    assert opening_text(train, vocabulary) == ("abc" * 9)[:20]


@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(0, 2)), min_size=1, max_size=8),
    st.integers(1, 9),
)
def test_windows_are_counted_without_making_them(
    documents: list[tuple[int, int]], seq_len: int
) -> None:
    lengths, labels = zip(*documents, strict=True)
    offsets = np.cumsum([0, *lengths])
    encoded = EncodedSplit(np.zeros(offsets[-1], np.uint8), offsets, np.array(labels))
    made = cut_windows(encoded, seq_len).labels
    assert made is not None
    expected = np.bincount(made, minlength=3)
    np.testing.assert_array_equal(count_windows(encoded, seq_len, 3), expected)
