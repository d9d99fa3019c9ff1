import itertools
import math

import pytest

from charlab.data.tokens.characters import CharacterVocabulary
from charlab.decoding.decoder import generate
from charlab.decoding.generation_config import GenerationConfig
from charlab.errors import ConfigError

vocabulary = CharacterVocabulary("abc")  # ids 2, 3, 4


def exhaustive(model, *, documents, length, prompt="", condition=0, accept=lambda text: True):
    """All complete texts with their log-probabilities, the best first."""
    context = [0, *vocabulary.encode(prompt).tolist()] if documents else [2]
    found = []
    for n in range(length if documents else length + 1):
        if not documents and n < length:
            continue
        for ids in itertools.product([2, 3, 4], repeat=n):
            text = vocabulary.decode(ids)
            if accept(text):
                tail = [*ids, 0] if documents else [*ids]
                nats = model.nats([*context, *tail], condition)[len(context) - 1 :]
                found.append((sum(nats), prompt + text))
    return sorted(found, reverse=True)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("prompt", ["", "ca"])
def test_a_full_width_finds_the_best_documents(make_model, seed, prompt):
    model = make_model(vocabulary, seed=seed)
    settings = GenerationConfig(beam_width=3**4, length=4)
    found = generate(model, vocabulary, settings, documents=True, count=7, prompt=prompt)
    best = exhaustive(model, documents=True, length=4, prompt=prompt)[:7]
    assert [sample.text for sample in found] == [text for _, text in best]
    for sample, (nats, _) in zip(found, best, strict=True):
        assert sample.log_probability == pytest.approx(nats, rel=1e-6)
        assert sample.finished
        assert sample.predictions == sample.characters + 1


@pytest.mark.parametrize("seed", range(5))
def test_a_full_width_finds_the_best_chunk_of_a_stream(make_model, seed):
    model = make_model(vocabulary, seed=seed)
    settings = GenerationConfig(beam_width=3**4, length=4)
    found = generate(model, vocabulary, settings, documents=False, count=5, prompt="a")
    best = exhaustive(model, documents=False, length=4)[:5]
    assert [sample.continuation for sample in found] == [text for _, text in best]
    assert not any(sample.finished for sample in found)


def test_banned_characters_and_minimum_length_hold(make_model):
    model = make_model(vocabulary, seed=3)
    settings = GenerationConfig(beam_width=99, length=5, banned="b", min_length=2)
    found = generate(model, vocabulary, settings, documents=True, count=6)
    best = exhaustive(
        model, documents=True, length=5, accept=lambda text: "b" not in text and len(text) >= 2
    )
    assert [sample.text for sample in found] == [text for _, text in best[:6]]


def test_a_stop_string_ends_hypotheses(make_model):
    model = make_model(vocabulary, seed=1)
    settings = GenerationConfig(beam_width=3**5, length=5, stop="bc", min_length=1)
    found = generate(model, vocabulary, settings, documents=False, count=4, prompt="a")
    assert all(sample.finished for sample in found)
    nats = []
    for n in range(1, 4):
        for ids in itertools.product([2, 3, 4], repeat=n):
            text = vocabulary.decode(ids)
            if "bc" not in (text + "bc")[1:-1]:  # ends at the first one from character 1 on
                nats.append((sum(model.nats([2, *ids, 3, 4])), text))
    assert [s.continuation for s in found] == [text for _, text in sorted(nats)[::-1][:4]]
    assert found[0].predictions == found[0].characters + 2


def test_width_one_in_a_stream_is_greedy(make_model):
    model = make_model(vocabulary, seed=4)
    beam = GenerationConfig(beam_width=1, length=9)
    greedy = GenerationConfig(temperature=0, length=9)
    one = generate(model, vocabulary, beam, documents=False, prompt="b")
    other = generate(model, vocabulary, greedy, documents=False, prompt="b")
    assert one[0].text == other[0].text
    assert one[0].log_probability == pytest.approx(other[0].log_probability)


def test_wider_beams_find_no_worse_than_their_best(make_model):
    model = make_model(vocabulary, seed=6)
    best = [
        generate(model, vocabulary, GenerationConfig(beam_width=width, length=6), documents=False)[
            0
        ].log_probability
        for width in (1, 3**6)
    ]
    assert best[0] <= best[1]


def test_cut_hypotheses_come_after_those_that_ended(make_model):
    model = make_model(vocabulary, seed=2)
    settings = GenerationConfig(beam_width=50, length=2)
    found = generate(model, vocabulary, settings, documents=True, count=20)
    finished = [sample.finished for sample in found]
    assert finished == sorted(finished, reverse=True)
    # "", "a", "b", "c" with their end marks, and nine that two characters cut.
    assert sum(finished) == 4
    assert len(found) == 4 + 9
    assert math.isfinite(sum(sample.log_probability for sample in found))


def test_each_condition_is_searched_by_itself(make_model):
    model = make_model(vocabulary, conditions=2)
    settings = GenerationConfig(beam_width=3**4, length=4)
    found = generate(
        model,
        vocabulary,
        settings,
        documents=True,
        count=5,
        conditions=[1, 0, 1, 0, 1],
        labels=["x", "y"],
    )
    for name, condition, count in (("x", 0, 2), ("y", 1, 3)):
        best = exhaustive(model, documents=True, length=4, condition=condition)[:count]
        texts = [sample.text for sample in found if sample.label == name]
        assert texts == [text for _, text in best]


def test_more_texts_than_the_beam_is_wide_are_refused(make_model):
    settings = GenerationConfig(beam_width=3)
    with pytest.raises(ConfigError, match=r"^count=4 is above beam_width=3"):
        generate(make_model(vocabulary), vocabulary, settings, documents=True, count=4)


def test_streaming_gives_the_text_at_the_end(make_model):
    pieces: list[str] = []
    settings = GenerationConfig(beam_width=4, length=6)
    (found,) = generate(
        make_model(vocabulary), vocabulary, settings, documents=False, prompt="ab",
        on_text=pieces.append,
    )  # fmt: skip
    assert pieces == [found.continuation]
