import math

import numpy as np
import pytest
import torch

from charlab.data.tokens.characters import CharacterVocabulary
from charlab.decoding import prompt
from charlab.decoding.scoring import score
from charlab.errors import CheckpointError, DataError, UnknownCharacterError

vocabulary = CharacterVocabulary("abc")  # ids 2, 3, 4


def test_a_document_is_scored_with_its_end_mark(make_model):
    model = make_model(vocabulary)
    found = score(model, vocabulary, "cab", documents=True)
    nats = model.nats([0, 4, 2, 3, 0])
    np.testing.assert_allclose(found.per_symbol, nats, rtol=1e-6)
    assert found.predictions == 4
    assert found.log_probability == pytest.approx(sum(nats))
    assert found.loss == pytest.approx(-sum(nats) / 4)
    assert found.perplexity == pytest.approx(math.exp(found.loss))
    assert found.bits_per_symbol == pytest.approx(found.loss / math.log(2))


def test_a_stream_is_scored_without_its_first_character(make_model):
    model = make_model(vocabulary)
    found = score(model, vocabulary, "cab", documents=False)
    np.testing.assert_allclose(found.per_symbol, model.nats([4, 2, 3]), rtol=1e-6)


def test_an_empty_document_is_its_end_mark(make_model):
    model = make_model(vocabulary)
    found = score(model, vocabulary, "", documents=True)
    np.testing.assert_allclose(found.per_symbol, model.nats([0, 0]), rtol=1e-6)


def test_the_condition_counts(make_model):
    model = make_model(vocabulary, conditions=3)
    for condition in range(3):
        found = score(model, vocabulary, "ab", documents=True, condition=condition)
        nats = model.nats([0, 2, 3, 0], condition)
        np.testing.assert_allclose(found.per_symbol, nats, rtol=1e-6)


def test_long_texts_are_read_in_pieces(make_model, monkeypatch):
    model = make_model(vocabulary)
    text = "abcacbbca" * 5
    whole = score(model, vocabulary, text, documents=False)
    monkeypatch.setattr(prompt, "_CHUNK", 7)
    pieces = score(model, vocabulary, text, documents=False)
    np.testing.assert_allclose(pieces.per_symbol, whole.per_symbol)


def test_unknown_characters_are_named_or_marked(make_model):
    model = make_model(vocabulary)
    with pytest.raises(UnknownCharacterError, match=r"^text= .*'é' at 1, '佐' at 3"):
        score(model, vocabulary, "aéb佐", documents=True)
    found = score(model, vocabulary, "aéb", documents=False, unknown="mark")
    np.testing.assert_allclose(found.per_symbol, model.nats([2, 1, 3]), rtol=1e-6)


@pytest.mark.parametrize("text", ["", "a"])
def test_a_stream_too_short_is_refused(make_model, text):
    with pytest.raises(DataError, match=r"^text= needs at least two characters"):
        score(make_model(vocabulary), vocabulary, text, documents=False)


def test_a_diverged_model_is_told(make_model):
    model = make_model(vocabulary)
    with torch.no_grad():
        model.table.fill_(torch.nan)
    with pytest.raises(CheckpointError, match="not finite"):
        score(model, vocabulary, "ab", documents=True)


def test_impossible_texts_have_infinite_perplexity(make_model):
    model = make_model(vocabulary)
    with torch.no_grad():
        model.table[..., 2] = -torch.inf
    assert score(model, vocabulary, "aa", documents=True).perplexity == math.inf
