import numpy as np
import pytest
import torch

from charlab.data.tokens.characters import CharacterVocabulary
from charlab.decoding import decoder
from charlab.decoding.batch_sampler import draw_hypotheses
from charlab.decoding.decoder import generate
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.logits_filters import LogitsFilters
from charlab.decoding.model_protocol import decoding
from charlab.decoding.prompt import read_context
from charlab.decoding.random_streams import RandomStreams
from charlab.decoding.readers import ModelReader
from charlab.decoding.scoring import score
from charlab.decoding.stopping import StoppingCriteria
from charlab.errors import CheckpointError, ConfigError, UnknownCharacterError
from charlab.models import LanguageModel, build_model

vocabulary = CharacterVocabulary("abc")  # ids 2, 3, 4


def texts(samples):
    return [sample.text for sample in samples]


def test_same_seed_same_texts(make_model):
    model = make_model(vocabulary)
    settings = GenerationConfig(length=30, seed=5)
    first, again = (
        generate(model, vocabulary, settings, documents=True, count=9) for _ in range(2)
    )
    assert first == again
    other = GenerationConfig(length=30, seed=6)
    assert texts(generate(model, vocabulary, other, documents=True, count=9)) != texts(first)


def test_no_seed_is_another_one_each_time(make_model):
    model = make_model(vocabulary)
    settings = GenerationConfig(length=60)
    first, second = (generate(model, vocabulary, settings, documents=False) for _ in range(2))
    assert first[0].text != second[0].text


def test_a_sample_does_not_depend_on_the_count(make_model, monkeypatch):
    model = make_model(vocabulary, conditions=2)
    settings = GenerationConfig(length=12, seed=5)
    conditions = [0, 1, 1] * 7

    def sample(count):
        return generate(
            model, vocabulary, settings, documents=True, count=count, conditions=conditions[:count]
        )

    many = sample(21)
    assert sample(1) == many[:1]
    assert sample(4) == many[:4]
    monkeypatch.setattr(decoder, "_LANES", 5)
    assert sample(21) == many


def test_no_temperature_is_the_path_of_the_most_probable(make_model):
    model = make_model(vocabulary, seed=2)
    settings = GenerationConfig(length=15, temperature=0, banned="a")
    (sample,) = generate(model, vocabulary, settings, documents=False, prompt="cb")
    ids = [4, 3]
    for _ in range(15):
        logits = model.table[0, ids[-2], ids[-1]].tolist()
        ids.append(max([3, 4], key=lambda i: logits[i]))
    assert sample.text == vocabulary.decode(ids)


@pytest.mark.parametrize("documents", [True, False])
def test_banned_characters_and_the_minimum_length_hold(make_model, documents):
    settings = GenerationConfig(length=20, min_length=7, banned="b", seed=1, temperature=3)
    samples = generate(
        make_model(vocabulary), vocabulary, settings, documents=documents, prompt="bb", count=200
    )
    for sample in samples:
        assert sample.text.startswith("bb")
        assert set(sample.continuation) <= {"a", "c"}
        assert 7 <= sample.characters == len(sample.continuation) <= 20
        assert sample.finished == (documents and sample.predictions == sample.characters + 1)
        assert sample.finished or sample.characters == 20
    assert documents == any(sample.finished for sample in samples)


def test_a_stop_string_ends_a_sample_and_stays_out(make_model):
    model = make_model(vocabulary)
    free = GenerationConfig(length=40, seed=3)
    stopped = GenerationConfig(length=40, seed=3, stop="cab", min_length=2)
    long = generate(model, vocabulary, free, documents=False, prompt="ca", count=50)
    short = generate(model, vocabulary, stopped, documents=False, prompt="ca", count=50)
    assert {sample.finished for sample in short} == {True, False}
    for whole, cut in zip(long, short, strict=True):
        at = whole.continuation.find("cab", 2)  # the prompt's "ca" is no part of a stop
        assert cut.finished == (at >= 0)
        assert cut.continuation == (whole.continuation[:at] if at >= 0 else whole.continuation)
        assert cut.predictions == cut.characters + 3 * cut.finished


@pytest.mark.parametrize("stop", [None, "ab", "aab", "c"])
@pytest.mark.parametrize("documents", [True, False])
def test_what_is_streamed_is_the_text_after_the_prompt(make_model, documents, stop):
    for seed in range(12):
        pieces: list[str] = []
        settings = GenerationConfig(length=12, seed=seed, stop=stop, min_length=seed % 4)
        (sample,) = generate(
            make_model(vocabulary), vocabulary, settings, documents=documents, prompt="a",
            on_text=pieces.append,
        )  # fmt: skip
        assert "a" + "".join(pieces) == sample.text
        if stop is None:
            assert all(len(piece) == 1 for piece in pieces)


def test_log_probability_is_that_of_the_unfiltered_model(make_model):
    model = make_model(vocabulary)
    settings = GenerationConfig(length=9, seed=2, temperature=0.5, top_k=3, banned="c")
    samples = generate(model, vocabulary, settings, documents=True, count=40)
    for sample in samples:
        scored = score(model, vocabulary, sample.text, documents=True)
        nats = scored.per_symbol[: sample.predictions]
        assert sample.log_probability == pytest.approx(nats.sum(), rel=1e-6)
        assert sample.finished == (len(scored.per_symbol) == sample.predictions)
    (sample,) = generate(model, vocabulary, settings, documents=False, prompt="b")
    scored = score(model, vocabulary, sample.text, documents=False)
    assert sample.log_probability == pytest.approx(scored.log_probability, rel=1e-6)


@pytest.mark.parametrize("prompt", ["😀", "e\u0301", "佐藤 ", " ' ,=\n"])
def test_prompts_in_any_script(make_model, prompt):
    known = CharacterVocabulary("😀e\u0301佐藤 ',=\nx")
    settings = GenerationConfig(length=5, seed=1)
    (sample,) = generate(make_model(known), known, settings, documents=False, prompt=prompt)
    assert sample.prompt == prompt
    assert sample.text.startswith(prompt)
    assert sample.characters == 5
    assert len(sample.text) == len(prompt) + 5


def test_a_prompt_that_the_model_never_saw(make_model):
    model = make_model(vocabulary)
    settings = GenerationConfig(length=40, seed=1, temperature=5)
    with pytest.raises(UnknownCharacterError, match=r"^prompt= .*'\\n' at 1, '😀' at 3"):
        generate(model, vocabulary, settings, documents=True, prompt="a\nb😀")
    marked = GenerationConfig(length=40, seed=1, temperature=5, unknown="mark")
    (sample,) = generate(model, vocabulary, marked, documents=False, prompt="a😀")
    assert sample.text.startswith("a😀")
    assert set(sample.continuation) <= set("abc")  # the unknown mark itself is never drawn
    assert sample.log_probability == pytest.approx(
        sum(model.nats([2, 1, *vocabulary.encode(sample.continuation).tolist()])[1:])
    )


def test_a_stop_string_that_can_never_come_is_refused(make_model):
    settings = GenerationConfig(stop="a.")
    with pytest.raises(UnknownCharacterError, match=r"^stop= .*'\.' at 1"):
        generate(make_model(vocabulary), vocabulary, settings, documents=True)


@pytest.mark.parametrize(("characters", "read"), [("a b\n", "\n"), ("a b", " "), ("bca", "a")])
def test_a_stream_without_a_prompt_begins_after_a_line_s_end(make_model, characters, read):
    known = CharacterVocabulary(characters)
    model = make_model(known)
    settings = GenerationConfig(length=20, seed=1)
    (sample,) = generate(model, known, settings, documents=False)
    (prompted,) = generate(model, known, settings, documents=False, prompt=read)
    assert read + sample.text == prompted.text
    assert sample.log_probability == prompted.log_probability


def test_global_random_states_are_untouched_and_modes_restored(make_model):
    model = make_model(vocabulary)
    model.train()
    model.part.eval()  # a part that is frozen stays so
    torch.manual_seed(1)
    np.random.seed(1)
    before, numpy_before = torch.get_rng_state(), np.random.get_state()[1].copy()
    first = generate(model, vocabulary, GenerationConfig(seed=3), documents=True, count=5)
    score(model, vocabulary, "ab", documents=True)
    assert torch.equal(torch.get_rng_state(), before)
    np.testing.assert_array_equal(np.random.get_state()[1], numpy_before)
    assert model.training
    assert not model.part.training
    torch.manual_seed(2)
    assert generate(model, vocabulary, GenerationConfig(seed=3), documents=True, count=5) == first


def test_the_mode_is_restored_after_an_error(make_model):
    model = make_model(vocabulary)
    with torch.no_grad():
        model.table.fill_(torch.nan)
    for temperature in (0, 1):
        settings = GenerationConfig(temperature=temperature)
        with pytest.raises(CheckpointError, match="not finite"):
            generate(model, vocabulary, settings, documents=True)
    assert model.training
    assert torch.is_grad_enabled()


def test_the_model_takes_no_step_too_many(make_model):
    model = make_model(vocabulary)
    settings = GenerationConfig(length=10, seed=1)
    samples = generate(model, vocabulary, settings, documents=False, prompt="abc", count=6)
    assert {sample.predictions for sample in samples} == {10}
    assert model.steps == 3 + 9  # the last character drawn needs no successor
    model.steps = 0
    samples = generate(model, vocabulary, settings, documents=True, prompt="abc", count=6)
    assert model.steps == 4 + max(sample.predictions for sample in samples) - 1


@pytest.mark.parametrize("count", [0, -1, 1.5, True])
def test_bad_counts_are_refused(make_model, count):
    with pytest.raises(ConfigError, match=r"^count= must be a whole number of at least 1, got"):
        generate(
            make_model(vocabulary), vocabulary, GenerationConfig(), documents=True, count=count
        )


def test_callers_mistakes_are_told(make_model):
    model = make_model(vocabulary)
    settings = GenerationConfig()
    with pytest.raises(ValueError, match="2 conditions for 3 samples"):
        generate(model, vocabulary, settings, documents=True, count=3, conditions=[0, 1])
    with pytest.raises(ValueError, match="on_text streams one sample, count is 2"):
        generate(model, vocabulary, settings, documents=True, count=2, on_text=print)


@pytest.mark.parametrize("name", ["vanilla", "lstm", "gru"])
def test_real_models_agree_with_their_own_score(name):
    torch.manual_seed(3)
    recurrent = build_model(
        name, vocabulary_size=vocabulary.size, hidden_size=6, num_layers=2, dropout=0.5,
        num_conditions=3, embedding_size=4,
    )  # fmt: skip
    model = LanguageModel(recurrent)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(4)  # far from uniform
    settings = GenerationConfig(length=30, seed=1, min_length=1)
    conditions = [2, 0, 2, 1]
    samples = generate(
        model, vocabulary, settings, documents=True, prompt="ab", count=4, conditions=conditions
    )
    for sample, condition in zip(samples, conditions, strict=True):
        scored = score(model, vocabulary, sample.text, documents=True, condition=condition)
        nats = scored.per_symbol[2 : 2 + sample.predictions]
        assert sample.log_probability == pytest.approx(nats.sum(), rel=1e-4)
    beam = GenerationConfig(length=8, beam_width=5)
    for sample in generate(model, vocabulary, beam, documents=True, count=3, conditions=[1] * 3):
        nats = score(model, vocabulary, sample.text, documents=True, condition=1).per_symbol
        assert sample.log_probability == pytest.approx(nats[: sample.predictions].sum(), rel=1e-4)


@pytest.mark.parametrize("documents", [True, False])
def test_drawing_several_tokens_between_looks_changes_no_text(make_model, documents):
    vocabulary = CharacterVocabulary("abcdef")
    model = make_model(vocabulary)
    settings = GenerationConfig(length=40, stop=None if documents else "ab", min_length=2)
    rules = {
        "filters": LogitsFilters(settings, vocabulary, documents=documents),
        "stopping": StoppingCriteria(settings, vocabulary, documents=documents),
    }
    drawn = []
    for steps in (1, 7, 16, 100):
        with decoding(model):
            context = read_context(model, np.array([2]), None).lanes(torch.zeros(9, dtype=int))
            reader = ModelReader(model, context)
            drawn.append(
                draw_hypotheses(
                    reader, random_streams=RandomStreams(3, range(9)), steps=steps, **rules
                )
            )
    assert len({len(hypothesis.ids) for hypothesis in drawn[0]}) > 2
    assert all(hypotheses == drawn[0] for hypotheses in drawn)


def test_one_sample_is_the_same_alone_and_among_many():
    vocabulary = CharacterVocabulary("abcdef")
    torch.manual_seed(0)
    recurrent = build_model("lstm", vocabulary_size=vocabulary.size, hidden_size=8)
    model = LanguageModel(recurrent)
    settings = GenerationConfig(length=30, seed=4)
    many = generate(model, vocabulary, settings, documents=True, count=130)
    few = generate(model, vocabulary, settings, documents=True, count=5)
    one = generate(model, vocabulary, settings, documents=True, count=1)
    assert [sample.text for sample in many[:5]] == [sample.text for sample in few]
    assert few[0].text == one[0].text
    assert few[0].log_probability == pytest.approx(one[0].log_probability, abs=1e-4)
    assert len({sample.text for sample in many}) > 100
