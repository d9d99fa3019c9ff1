import numpy as np
import pytest
import torch

from charlab.data.queries import Asking
from charlab.data.tokens.characters import CharacterVocabulary
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.text_generator import TextGenerator, draw_labels
from charlab.errors import ConfigError
from charlab.evaluation.novelty import SequenceNovelty
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
ASKING = Asking("text", "nfc", VOCABULARY)


def network(conditions):
    torch.manual_seed(0)
    sizes = {"vocabulary_size": VOCABULARY.size, "hidden_size": 5}
    return LanguageModel(build_model("gru", num_conditions=conditions, **sizes))


def test_samples_bear_the_labels_that_were_drawn():
    generator = TextGenerator(
        network(3), ASKING, documents=True, labels=("x", "y", "z"), label_counts=(1, 0, 3)
    )
    samples = generator.generate("", GenerationConfig(length=6, seed=4), count=30)
    expected = ["xyz"[i] for i in draw_labels((1, 0, 3), 30, seed=4)]
    assert [sample.label for sample in samples] == expected
    assert set(expected) == {"x", "z"}
    assert all(sample.characters <= 6 for sample in samples)


def test_a_network_without_conditions_has_no_labels():
    generator = TextGenerator(network(0), ASKING, documents=False)
    samples = generator.generate("", GenerationConfig(length=9, seed=1), count=2)
    assert [(sample.label, sample.characters) for sample in samples] == [(None, 9)] * 2


ABC = CharacterVocabulary("abc")


def asked(model, labels=()):
    counts = [1] * len(labels)
    asking = Asking("text", "nfc", ABC)
    return TextGenerator(model, asking, documents=True, labels=labels, label_counts=counts)


def test_copies_are_drawn_again_in_their_places(make_model):
    generator = asked(make_model(ABC, conditions=2), labels=("x", "y"))
    settings = GenerationConfig(length=4, seed=5)
    plain = generator.generate("", settings, count=40)
    known = SequenceNovelty(sample.text for sample in plain[::3])
    found, drawn = generator.generate_novel("", settings, known, count=40)
    assert len(found) == 40 < drawn
    assert not any(known.is_known(sample.text) for sample in found)
    for sample, old in zip(found, plain, strict=True):
        assert sample.label == old.label
        if not known.is_known(old.text):
            assert sample == old


def test_the_attempts_are_bounded(make_model):
    generator, settings = asked(make_model(ABC)), GenerationConfig(length=1, seed=5)
    known = SequenceNovelty(["", "a", "b"])
    found, drawn = generator.generate_novel("", settings, known, count=30, max_attempts=1)
    assert len(found) < drawn == 30
    assert {sample.text for sample in found} == {"c"}
    known = SequenceNovelty(["", "a", "b", "c"])
    assert generator.generate_novel("", settings, known, count=3, max_attempts=4) == ([], 12)


@pytest.mark.parametrize(
    "values", [{"temperature": 0}, {"top_k": 1}, {"beam_width": 3}], ids=lambda v: next(iter(v))
)
def test_what_repeats_itself_cannot_be_drawn_again(make_model, values):
    (key,) = values
    generator = asked(make_model(ABC))
    with pytest.raises(ConfigError, match=rf"^novel_only= draws again .* but {key}="):
        generator.generate_novel("", GenerationConfig(**values), SequenceNovelty([]), count=1)
