import numpy as np
import pytest
import torch

from charlab.data.tokens.characters import CharacterVocabulary
from charlab.decoding import GenerationConfig
from charlab.decoding.conditioning import draw_labels, sample_texts
from charlab.models import LanguageModel, build_model


def test_labels_are_as_frequent_as_in_training():
    counts = [600, 0, 300, 100]
    drawn = np.bincount(draw_labels(counts, 10_000, seed=1), minlength=4)
    assert drawn[1] == 0
    # Four standard deviations of a binomial count of 10,000 draws are at most 200.
    assert np.abs(drawn - 10 * np.array(counts)).max() < 200


def test_a_seed_decides_the_labels():
    counts = [5, 3, 9]
    assert draw_labels(counts, 40, seed=2) == draw_labels(counts, 40, seed=2)
    assert draw_labels(counts, 40, seed=2) != draw_labels(counts, 40, seed=3)
    assert draw_labels(counts, 40, seed=2)[:7] == draw_labels(counts, 7, seed=2)
    assert draw_labels(counts, 0, seed=2) == []
    assert len({tuple(draw_labels(counts, 40, seed=None)) for _ in range(3)}) > 1


VOCABULARY = CharacterVocabulary("abcdef")


@pytest.fixture
def network():
    torch.manual_seed(0)
    recurrent = build_model("gru", vocabulary_size=VOCABULARY.size, hidden_size=5, num_conditions=3)
    return LanguageModel(recurrent)


def test_samples_bear_the_labels_that_were_drawn(network):
    settings = GenerationConfig(length=6, seed=4)
    samples = sample_texts(
        network,
        VOCABULARY,
        settings,
        documents=True,
        count=30,
        labels=("x", "y", "z"),
        label_counts=(1, 0, 3),
    )
    expected = ["xyz"[i] for i in draw_labels((1, 0, 3), 30, seed=4)]
    assert [sample.label for sample in samples] == expected
    assert set(expected) == {"x", "z"}
    assert all(sample.characters <= 6 for sample in samples)


def test_no_samples_are_no_mistake(network):
    settings = GenerationConfig(seed=4)
    assert sample_texts(network, VOCABULARY, settings, documents=True, count=0) == []


def test_a_network_without_conditions_has_no_labels():
    recurrent = build_model("gru", vocabulary_size=VOCABULARY.size, hidden_size=5)
    samples = sample_texts(
        LanguageModel(recurrent),
        VOCABULARY,
        GenerationConfig(length=9, seed=1),
        documents=False,
        count=2,
    )
    assert [(sample.label, sample.characters) for sample in samples] == [(None, 9)] * 2
