"""Choosing in NumPy against choosing in PyTorch."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.tokens.characters import CharacterVocabulary
from charlab.data.tokens.utf8_bytes import ByteVocabulary
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.lane_choosers import DeviceChooser, NumpyChooser, lane_chooser
from charlab.decoding.logits_filters import LogitsFilters

CPU = torch.device("cpu")
LETTERS = CharacterVocabulary("abcdefgh")

settings = st.builds(
    GenerationConfig,
    temperature=st.sampled_from([0.0, 1e-3, 0.7, 1.0, 3.0]),
    top_k=st.none() | st.integers(1, 12),
    top_p=st.none() | st.floats(0.05, 1.0),
    min_length=st.integers(0, 2),
    banned=st.sampled_from(["", "a", "bcd"]),
)


def both(filters, lanes):
    return NumpyChooser(filters, lanes, CPU), DeviceChooser(filters, lanes, CPU)


def assert_same(ours, theirs):
    for mine, other in zip(ours, theirs, strict=True):
        assert mine.dtype == other.dtype
        torch.testing.assert_close(mine, other, rtol=1e-12, atol=1e-12, equal_nan=True)


@given(
    settings,
    st.booleans(),
    st.integers(0, 10**6),
    st.sampled_from([0.1, 5.0, 900.0]),
    st.booleans(),
)
def test_numpy_chooses_as_pytorch_does(generation_options, documents, seed, spread, ties):
    rng = np.random.default_rng(seed)
    filters = LogitsFilters(generation_options, LETTERS, documents=documents)
    ours, theirs = both(filters, 5)
    for generated in range(4):
        logits = torch.from_numpy(spread * rng.standard_normal((5, LETTERS.size))).float()
        if ties:
            logits = logits.round()
        chance = torch.from_numpy(rng.random(5))
        assert_same(
            ours.choose(logits, generated, chance), theirs.choose(logits, generated, chance)
        )


@given(st.integers(0, 10**6), st.sampled_from([{}, {"top_p": 0.9}, {"banned": "é"}]))
def test_bytes_follow_the_grammar_of_characters_in_each_lane(seed, generation_options):
    vocabulary = ByteVocabulary()
    filters = LogitsFilters(GenerationConfig(**generation_options), vocabulary, documents=False)
    ours, theirs = both(filters, 6)
    rng = np.random.default_rng(seed)
    lanes = 6
    for generated in range(12):
        logits = torch.from_numpy(rng.standard_normal((lanes, vocabulary.size)))
        chance = torch.from_numpy(rng.random(lanes))
        assert_same(
            ours.choose(logits, generated, chance), theirs.choose(logits, generated, chance)
        )
        if generated % 4 == 3:
            lanes -= 2
            kept = torch.arange(lanes) + 1
            ours.keep(kept)
            theirs.keep(kept)


def test_a_lane_of_which_only_the_all_but_impossible_may_follow():
    filters = LogitsFilters(GenerationConfig(banned="abcdefg"), LETTERS, documents=False)
    logits = torch.full((2, LETTERS.size), 800.0)
    logits[:, LETTERS.encode("h")] = -800.0
    ours, theirs = both(filters, 2)
    chance = torch.tensor([0.1, 0.9]).double()
    assert_same(ours.choose(logits, 0, chance), theirs.choose(logits, 0, chance))


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_diverged_lane_has_no_probability(value):
    logits = torch.zeros(2, LETTERS.size)
    logits[1, 3] = value
    filters = LogitsFilters(GenerationConfig(), LETTERS, documents=False)
    _, nats, _ = NumpyChooser(filters, 2, CPU).choose(logits, 0, torch.full((2,), 0.5).double())
    assert nats.isnan().tolist() == [False, True]


@pytest.mark.parametrize("temperature", [0.0, 0.5, 1.0])
def test_a_lane_that_may_draw_nothing_is_marked(temperature):
    logits = torch.zeros(2, LETTERS.size)
    logits[1] = float("-inf")
    logits[1, 0] = 0  # the end mark, which a stream never draws
    filters = LogitsFilters(GenerationConfig(temperature=temperature), LETTERS, documents=False)
    for chooser in both(filters, 2):
        _, _, unfit = chooser.choose(logits, 0, torch.full((2,), 0.5).double())
        assert unfit.tolist() == [False, True]


def test_many_numbers_are_left_to_the_threads_of_pytorch():
    filters = LogitsFilters(GenerationConfig(), LETTERS, documents=False)
    assert isinstance(lane_chooser(filters, 1000, CPU), NumpyChooser)
    assert isinstance(lane_chooser(filters, 100_000, CPU), DeviceChooser)
