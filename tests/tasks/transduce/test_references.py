"""All targets of a text that are right, against what the documents say."""

from collections.abc import Callable
from dataclasses import fields

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from charlab.config.schema import RunOptions
from charlab.data.batches.batch import IGNORE, Batch
from charlab.data.corpus import Corpus
from charlab.data.documents.document import Document
from charlab.data.facts import facts_of
from charlab.data.tokens.ragged import Ragged, flat_offsets
from charlab.data.tokens.vocabulary import EOS
from charlab.tasks.transduce.references import (
    PairBatch,
    documents_of,
    references_of,
    targets_of_texts,
)
from charlab.tasks.transduce.task import TransduceTask
from tests.support.corpora import short_documents

PAIRS = {"ab": ["xyz", "é", "xyz"], "ba": ["xx"], "b": ["x", "yy"]}  # one is given twice


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    docs = [Document(text, target=t) for text, targets in PAIRS.items() for t in targets]
    return short_documents(docs, fields=("target",))


@given(st.lists(st.lists(st.integers(0, 9), max_size=4).map(tuple), max_size=6))
def test_documents_come_back_one_by_one(documents: list[tuple[int, ...]]) -> None:
    flat = np.array([token for each in documents for token in each], np.uint8)
    ragged = Ragged(flat, flat_offsets([len(each) for each in documents]))
    assert list(documents_of(ragged)) == documents


def test_each_text_has_its_different_targets_in_their_order(corpus: Corpus) -> None:
    split, written = corpus.splits["train"], corpus.target_vocabulary
    assert split.texts is not None
    assert written is not None
    found = targets_of_texts(split)
    texts = map(corpus.vocabulary.decode, documents_of(split))
    by_text = {
        text: [written.decode(target) for target in found[number]]
        for text, number in zip(texts, split.texts.tolist(), strict=True)
    }
    assert by_text == {"ab": ["xyz", "é"], "ba": ["xx"], "b": ["x", "yy"]}
    assert len(found) == len(PAIRS)


@pytest.mark.parametrize("positions", [1, 1000])
def test_every_row_is_measured_beside_all_targets_of_its_text(
    compose_options: Callable[..., RunOptions], corpus: Corpus, positions: int
) -> None:
    task = TransduceTask(compose_options("task=transduce", "task.max_length=9"), facts_of(corpus))
    written = corpus.target_vocabulary
    assert written is not None
    batches = task.evaluation_batches(
        corpus.splits["train"], device=torch.device("cpu"), positions=positions
    )
    rows = 0
    for batch in batches:
        assert batch.lengths is not None
        for ids, length, right in zip(
            batch.ids.tolist(), batch.lengths.tolist(), references_of(batch), strict=True
        ):
            text = corpus.vocabulary.decode(ids[:length])
            assert [written.decode(each) for each in right] == list(dict.fromkeys(PAIRS[text]))
            rows += 1
    assert rows == corpus.splits["train"].documents
    assert len(batches) == (rows if positions == 1 else 1)


def test_texts_with_unknown_tokens_are_not_one_another(
    compose_options: Callable[..., RunOptions],
) -> None:
    docs = [Document("a", target="x"), Document("b", target="y")]
    docs += [Document(text, target=t, split="test") for text, t in (("é", "x"), ("è", "y"))]
    corpus = short_documents(docs, fields=("target",))
    task = TransduceTask(compose_options("task=transduce", "task.max_length=9"), facts_of(corpus))
    test = corpus.splits["test"]
    assert len(set(test.ids[:].tolist())) == 1
    (batch,) = task.evaluation_batches(test, device=torch.device("cpu"))
    assert [len(each) for each in references_of(batch)] == [1, 1]


def test_where_no_others_are_known_a_row_s_own_target_is_right() -> None:
    targets = torch.tensor([[3, 4, EOS], [5, EOS, IGNORE], [EOS, IGNORE, IGNORE]])
    batch = Batch(torch.zeros(3, 1), targets, None, None, None, 3, 3)
    assert references_of(batch) == [[(3, 4)], [(5,)], [()]]
    values = {field.name: getattr(batch, field.name) for field in fields(Batch)}
    others: list[list[tuple[int, ...]]] = [[(3, 4), (6,)], [(5,)], [()]]
    assert references_of(PairBatch(**values, references=others)) == others
