import pytest

from charlab.data.tokens.characters import CharacterVocabulary
from charlab.decoding.decoder import generate
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.novel_only import generate_novel
from charlab.errors import ConfigError
from charlab.evaluation.novelty import SequenceNovelty

vocabulary = CharacterVocabulary("abc")


def test_copies_are_drawn_again_in_their_places(make_model):
    model = make_model(vocabulary, conditions=2)
    settings = GenerationConfig(length=4, seed=5)
    conditions = [0, 1] * 20
    plain = generate(
        model, vocabulary, settings, documents=True, count=40, conditions=conditions, labels="xy"
    )
    known = SequenceNovelty(sample.text for sample in plain[::3])
    found = generate_novel(
        model, vocabulary, settings, known, count=40, conditions=conditions, labels="xy"
    )
    assert found.complete
    assert found.drawn > 40
    assert not any(known.is_known(sample.text) for sample in found.samples)
    for sample, old, condition in zip(found.samples, plain, conditions, strict=True):
        assert sample.label == "xy"[condition]
        if not known.is_known(old.text):
            assert sample == old


def test_the_attempts_are_bounded(make_model):
    model = make_model(vocabulary)
    settings = GenerationConfig(length=1, seed=5)
    known = SequenceNovelty(["", "a", "b"])
    found = generate_novel(model, vocabulary, settings, known, count=30, max_attempts=1)
    assert found.drawn == 30
    assert not found.complete
    assert {sample.text for sample in found.samples} == {"c"}
    none = generate_novel(
        model, vocabulary, settings, SequenceNovelty(["", "a", "b", "c"]), count=3, max_attempts=4
    )
    assert (none.samples, none.drawn, none.wanted) == ([], 12, 3)


@pytest.mark.parametrize(
    "values", [{"temperature": 0}, {"top_k": 1}, {"beam_width": 3}], ids=lambda v: next(iter(v))
)
def test_what_repeats_itself_cannot_be_drawn_again(make_model, values):
    (key,) = values
    with pytest.raises(ConfigError, match=rf"^novel_only= draws again .* but {key}="):
        generate_novel(
            make_model(vocabulary), vocabulary, GenerationConfig(**values), SequenceNovelty([])
        )
