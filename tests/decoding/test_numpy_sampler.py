"""The way of one row against the filters and the draw of many rows."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.tokens.characters import CharacterVocabulary
from charlab.data.tokens.utf8_bytes import ByteVocabulary
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.logits_filters import LogitsFilters
from charlab.decoding.numpy_sampler import Chooser
from charlab.decoding.random_streams import draw
from charlab.errors import CheckpointError

LETTERS = CharacterVocabulary("abcdefgh")

configs = st.builds(
    GenerationConfig,
    temperature=st.sampled_from([0.0, 1e-3, 0.7, 1.0, 3.0]),
    top_k=st.none() | st.integers(1, 12),
    top_p=st.none() | st.floats(0.05, 1.0),
    min_length=st.integers(0, 2),
    banned=st.sampled_from(["", "a", "bcd"]),
)


@settings(max_examples=60)
@given(
    configs,
    st.booleans(),
    st.integers(0, 10**6),
    st.sampled_from([0.1, 5.0, 900.0]),
    st.booleans(),
)
def test_one_row_is_drawn_as_many_are(generation_options, documents, seed, spread, ties):
    rng = np.random.default_rng(seed)
    filters = LogitsFilters(generation_options, LETTERS, documents=documents)
    chooser = Chooser(filters)
    for generated in range(4):
        logits = (spread * rng.standard_normal(LETTERS.size)).astype(np.float32)
        if ties:
            logits = logits.round()
        rows = torch.from_numpy(logits)[None].double()
        chance = rng.random()
        expected, _ = draw(filters(rows, generated), torch.tensor([chance]).double())
        nats = rows.log_softmax(-1)[0, expected].item()
        with np.errstate(all="ignore"):
            drawn, drawn_nats = chooser.choose(logits, generated, chance)
        assert drawn == expected.item()
        assert drawn_nats == pytest.approx(nats, rel=1e-12, abs=1e-12)


@settings(max_examples=30)
@given(st.integers(0, 10**6), st.sampled_from([{}, {"top_p": 0.9}, {"banned": "é"}]))
def test_bytes_follow_the_grammar_of_characters(seed, generation_options):
    vocabulary = ByteVocabulary()
    filters = LogitsFilters(GenerationConfig(**generation_options), vocabulary, documents=False)
    chooser, states = Chooser(filters), filters.begin(1)
    rng = np.random.default_rng(seed)
    for generated in range(12):
        logits = rng.standard_normal(vocabulary.size)
        chance = rng.random()
        rows = filters(torch.from_numpy(logits)[None], generated, states)
        expected, _ = draw(rows, torch.tensor([chance]).double())
        assert chooser.choose(logits, generated, chance)[0] == expected.item()
        states = filters.follow(states, expected)


def test_a_token_that_is_all_but_impossible_is_drawn_where_no_other_may():
    filters = LogitsFilters(GenerationConfig(banned="abcdefg"), LETTERS, documents=False)
    logits = np.full(LETTERS.size, 800.0)
    logits[LETTERS.encode("h")] = -800.0
    with np.errstate(all="ignore"):
        drawn, nats = Chooser(filters).choose(logits, 0, 0.5)
    assert drawn == LETTERS.encode("h")[0]
    assert nats == pytest.approx(-1600 - np.log(LETTERS.size - 1))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_is_refused(value):
    logits = np.zeros(LETTERS.size)
    logits[3] = value
    chooser = Chooser(LogitsFilters(GenerationConfig(), LETTERS, documents=False))
    with pytest.raises(CheckpointError, match="not finite"), np.errstate(all="ignore"):
        chooser.choose(logits, 0, 0.5)


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(1, 1200), st.none() | st.floats(0.05, 1.0))
def test_of_a_large_vocabulary_the_same_are_left(seed, top_k, top_p):
    vocabulary = CharacterVocabulary("".join(chr(0x4E00 + i) for i in range(1000)))
    generation_options = GenerationConfig(top_k=top_k, top_p=top_p)
    filters = LogitsFilters(generation_options, vocabulary, documents=False)
    rng = np.random.default_rng(seed)
    logits = (3 * rng.standard_normal(vocabulary.size)).astype(np.float32)
    chance = rng.random()
    rows = torch.from_numpy(logits)[None].double()
    expected, _ = draw(filters(rows, 0), torch.tensor([chance]).double())
    assert Chooser(filters).choose(logits, 0, chance)[0] == expected.item()
