"""Predictions token by token, against what is written out by hand."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from charlab.data.batches.batch import BatchForm
from charlab.data.batches.evaluation import evaluation_batches
from charlab.data.corpus import Corpus
from charlab.data.tokens.utf8_bytes import ByteVocabulary
from charlab.data.tokens.vocabulary import EOS
from charlab.data.tokens.words import WordVocabulary
from charlab.evaluation.evaluate import measure
from charlab.inspection.predictions import (
    Excerpt,
    characters_of,
    excerpt_of_stream,
    excerpts_of_documents,
    first_tokens,
    likeliest_condition,
    lines_of,
    predict_excerpt,
    token_bits,
)
from charlab.models.language_model import LanguageModel
from charlab.models.lstm import LSTMModel
from charlab.tasks.generate.task import GenerationMeter

TEXTS = [(word * n, "ab"[n % 2]) for n, word in enumerate(["aba", "bb", "ac", "cab"] * 8, 1)]


def model(corpus: Corpus, conditions: int = 0) -> LanguageModel:
    torch.manual_seed(0)
    size = corpus.vocabulary.size
    return LanguageModel(
        LSTMModel(
            vocabulary_size=size,
            hidden_size=7,
            embedding_size=5,
            num_conditions=conditions,
            dropout=0.5,
        )
    )


def step_by_step(network: LanguageModel, ids: list[int], condition: int | None) -> torch.Tensor:
    """Probabilities after each token but the last, one `step` at a time, (T, V)."""
    lane = None if condition is None else torch.tensor([condition])
    state, rows = network.init_state(1), []
    network.eval()
    with torch.no_grad():
        for token in ids[:-1]:
            logits, state = network.step(torch.tensor([token]), state, condition=lane)
            rows.append(logits[0].double().softmax(-1))
    return torch.stack(rows)


@pytest.mark.parametrize("condition", [None, 1])
def test_an_excerpt_is_predicted_as_step_by_step(
    make_corpus: Callable[..., Corpus], condition: int | None
) -> None:
    corpus = make_corpus(TEXTS, layout="sequences")
    network = model(corpus, 0 if condition is None else 2)
    ids = [EOS, *corpus.vocabulary.encode("abacab").tolist(), EOS]
    truth = step_by_step(network, ids, condition)
    network.train()  # what is looked at while it trains knows no dropout
    excerpt = Excerpt(np.array(ids[:3]), np.array(ids[3:]), condition)
    found = predict_excerpt(network, excerpt, most=3)
    assert network.training
    expected = [-float(truth[i, token].log2()) for i, token in enumerate(ids[1:])][2:]
    assert found.bits == pytest.approx(expected, rel=1e-4)
    assert found.likeliest.tolist() == truth[2:].argsort(descending=True)[:, :3].tolist()
    top = np.take_along_axis(truth[2:].numpy(), found.likeliest, axis=1)
    assert found.probabilities == pytest.approx(top, rel=1e-4)


def test_of_labels_the_likeliest_is_found(make_corpus: Callable[..., Corpus]) -> None:
    corpus = make_corpus(TEXTS, layout="sequences")
    network = model(corpus, 3)
    ids = [EOS, *corpus.vocabulary.encode("cabba").tolist(), EOS]
    costs = []
    for label in range(3):
        rows = step_by_step(network, ids, label)
        costs.append(-sum(float(rows[i, token].log()) for i, token in enumerate(ids[1:])))
    assert likeliest_condition(network, np.array(ids), 3) == int(np.argmin(costs))


@pytest.mark.parametrize("layout", ["sequences", "stream"])
def test_bits_of_tokens_add_up_to_the_split_s_loss(
    make_corpus: Callable[..., Corpus], layout: str
) -> None:
    corpus = make_corpus(TEXTS * (1 if layout == "sequences" else 60), layout=layout)
    network, split = model(corpus), corpus.splits["train"]
    batches = evaluation_batches(split, layout=layout, form=BatchForm.NEXT, seq_len=8, budget=200)
    bits = token_bits(network, split, batches)
    metrics = measure(network, GenerationMeter(network), batches)
    given = np.isnan(bits)
    if layout == "stream":
        assert len(batches) > 1
        assert np.flatnonzero(given).tolist() == split.offsets[:-1].tolist()
        assert bits[~given].mean() * np.log(2) == pytest.approx(metrics["loss"], rel=1e-5)
        return
    assert not given.any()
    document = 3  # by itself, from mark to mark
    begin, end = split.offsets[document : document + 2].tolist()
    ids = [EOS, *split.ids[begin:end].tolist()]
    rows = step_by_step(network, ids, None)
    expected = [-float(rows[i, token].log2()) for i, token in enumerate(ids[1:])]
    assert bits[begin:end] == pytest.approx(expected, rel=1e-4)


def test_pieces_are_whole_characters_and_keep_all_bits() -> None:
    values = np.arange(1.0, 6.0)
    ids = ByteVocabulary().encode("aé€"[:2] + "ü")
    pieces, sums = characters_of(ByteVocabulary(), ids.tolist(), values)
    assert pieces == ["a", "é", "ü"]
    assert sums.tolist() == [1.0, 5.0, 9.0]
    words = WordVocabulary(["the", " king", ","])
    pieces, sums = characters_of(words, words.encode("the king, the").tolist(), np.ones(4))
    assert pieces == ["the", " king", ",", "\ufffd"]
    assert characters_of(words, [], np.zeros(0))[0] == []


def test_excerpts_begin_with_what_is_read_first(make_corpus: Callable[..., Corpus]) -> None:
    corpus = make_corpus(TEXTS, layout="sequences")
    split = corpus.splits["train"]
    whole, cut = excerpts_of_documents(split, [0, 5], conditional=True, most=4)
    assert whole.before.tolist() == [EOS]
    lengths = split.lengths[[0, 5]].tolist()
    for excerpt, length in zip((whole, cut), lengths, strict=True):
        assert len(excerpt.ids) == (length + 1 if length <= 4 else 4)
        assert (excerpt.ids[-1] == EOS) == (length <= 4)
        assert excerpt.condition in (0, 1)
    stream = make_corpus(TEXTS * 40, layout="stream").splits["train"]
    excerpt = excerpt_of_stream(stream, 50, seed=1)
    assert len(excerpt.before) >= 1
    everything = " ".join(map(str, stream.ids[:].tolist()))
    together = np.concatenate([excerpt.before, excerpt.ids]).tolist()
    assert " ".join(map(str, together)) in everything


def test_of_a_long_split_the_beginning_is_measured(make_corpus: Callable[..., Corpus]) -> None:
    split = make_corpus(TEXTS, layout="sequences").splits["train"]
    part = first_tokens(split, 100)
    assert 50 <= part.characters <= 100
    assert part.offsets.tolist() == split.offsets[: part.documents + 1].tolist()
    assert part.labels is not None
    assert len(part.labels) == part.documents
    assert first_tokens(split, 10**6) is split


def test_lines_end_at_newlines_and_nowhere_else() -> None:
    assert lines_of("a\u2028b\x0bc\r\n \r\nd\re\n") == ["a\u2028b\x0bc", "d", "e"]
    assert lines_of("") == lines_of(" \n") == []
