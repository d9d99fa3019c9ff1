"""Generation of words: stop strings, banned characters, streaming."""

import pytest

from charlab.data.tokens.vocabulary import UNK
from charlab.data.tokens.words import WordVocabulary, split_words
from charlab.decoding.decoder import generate
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.scoring import score
from charlab.errors import ConfigError, UnknownCharacterError

vocabulary = WordVocabulary(["the", " the", " king", " sun", " rises", ".", " .", "\n", " ", " é"])


def test_samples_are_of_words_and_a_length_counts_them(make_model):
    model = make_model(vocabulary)
    settings = GenerationConfig(length=9, seed=1)
    samples = generate(model, vocabulary, settings, documents=False, prompt=" the king", count=50)
    for sample in samples:
        assert sample.text.startswith(" the king")
        assert len(split_words(sample.text)) == 2 + 9
        assert "\ufffd" not in sample.text
        assert UNK not in vocabulary.encode(sample.text)
        assert sample.characters == len(sample.continuation)
        assert sample.predictions == 9


def test_a_word_that_holds_a_banned_character_does_not_come(make_model):
    settings = GenerationConfig(length=9, seed=1, banned="ké")
    samples = generate(make_model(vocabulary), vocabulary, settings, documents=True, count=50)
    used = {token for sample in samples for token in split_words(sample.text)}
    assert used == {"the", " the", " sun", " rises", ".", " .", "\n", " "}


@pytest.mark.parametrize("stop", ["king", " king", ".", "sun rises"])
def test_a_stop_string_ends_a_sample_with_or_without_a_space_before(make_model, stop):
    model = make_model(vocabulary)
    free = GenerationConfig(length=30, seed=3)
    stopped = GenerationConfig(length=30, seed=3, stop=stop)
    long = generate(model, vocabulary, free, documents=False, count=30)
    short = generate(model, vocabulary, stopped, documents=False, count=30)
    for whole, cut in zip(long, short, strict=True):
        at = whole.text.find(stop.strip())
        assert cut.finished == (at >= 0)
        assert cut.text == (whole.text[:at].removesuffix(" ") if at >= 0 else whole.text)
    assert any(sample.finished for sample in short)


def test_a_stop_string_of_unknown_words_is_refused(make_model):
    settings = GenerationConfig(stop="moon")
    with pytest.raises(UnknownCharacterError, match=r"^stop= holds words .*'moon' at 0"):
        generate(make_model(vocabulary), vocabulary, settings, documents=False)


@pytest.mark.parametrize("stop", [None, "sun rises", "."])
@pytest.mark.parametrize("prompt", [" the", " the "])
def test_what_is_streamed_is_the_text(make_model, prompt, stop):
    for seed in range(10):
        pieces: list[str] = []
        settings = GenerationConfig(length=12, seed=seed, stop=stop)
        (sample,) = generate(
            make_model(vocabulary), vocabulary, settings, documents=True, prompt=prompt,
            on_text=pieces.append,
        )  # fmt: skip
        assert prompt + "".join(pieces) == sample.text
        assert all(pieces)


def test_words_stay_apart(make_model):
    """What is generated is split into the very words that were drawn, whatever the model wants."""
    model = make_model(vocabulary, seed=4)
    settings = GenerationConfig(length=12, seed=2, temperature=3)
    for prompt in ("", "the", "the.", "the ", "the\n"):
        samples = generate(model, vocabulary, settings, documents=True, prompt=prompt, count=40)
        assert len({sample.text for sample in samples}) > 30
        for sample in samples:
            scored = score(model, vocabulary, sample.text, documents=True)
            prompt_ids = len(vocabulary.encode(vocabulary.settled(prompt)))
            assert sample.text.startswith(prompt)
            drawn = scored.per_symbol[prompt_ids : prompt_ids + sample.predictions]
            assert drawn.sum() == pytest.approx(sample.log_probability)
            assert len(scored.per_symbol) == prompt_ids + sample.predictions + (not sample.finished)


def test_words_that_cannot_stay_apart_join(make_model):
    dense = WordVocabulary(["ab", "c"])
    (sample,) = generate(
        make_model(dense), dense, GenerationConfig(length=5, seed=0), documents=False
    )
    assert sample.predictions == 5


def test_unknown_words_are_named_or_marked(make_model):
    model = make_model(vocabulary)
    with pytest.raises(UnknownCharacterError, match=r"^text= holds words .*' moon' at 4"):
        score(model, vocabulary, " the moon.", documents=False)
    found = score(model, vocabulary, " the moon.", documents=False, unknown="mark")
    the, dot = vocabulary.encode(" the.").tolist()
    assert found.per_symbol.tolist() == pytest.approx(model.nats([the, UNK, dot]), rel=1e-6)


@pytest.mark.parametrize("documents", [True, False])
@pytest.mark.parametrize("prompt", ["the ", "the king ", "the  ", " ", "the. "])
def test_a_space_at_the_prompts_end_is_the_next_words_own(make_model, prompt, documents):
    model = make_model(vocabulary, seed=4)
    for more in ({}, {"beam_width": 3}, {"temperature": 0}, {"top_k": 2}):
        settings = GenerationConfig(length=8, seed=2, **more)
        count = 1 if more else 60
        samples = generate(
            model, vocabulary, settings, documents=documents, prompt=prompt, count=count
        )
        for sample in samples:
            assert sample.text.startswith(prompt)
            first = split_words(sample.text[len(prompt) - 1 :])[0]
            assert first.startswith(" ")
            assert sample.characters == len(sample.continuation)
    plain = generate(
        model, vocabulary, GenerationConfig(length=1, seed=2), documents=False, prompt="the ",
        count=200,
    )  # fmt: skip
    # as after "the", of the words that begin with a space: the probabilities are the model's own
    assert {s.continuation for s in plain} <= {"the", "king", "sun", "rises", ".", "é", ""}
    for sample in plain:
        scored = score(model, vocabulary, "the " + sample.continuation, documents=False)
        assert scored.log_probability == pytest.approx(sample.log_probability)


@pytest.mark.parametrize("stop", [None, "king"])
def test_what_follows_a_prompts_space_is_streamed_once(make_model, stop):
    for seed in range(20):
        pieces: list[str] = []
        (sample,) = generate(
            make_model(vocabulary), vocabulary, GenerationConfig(length=6, seed=seed, stop=stop),
            documents=True, prompt="the ", on_text=pieces.append,
        )  # fmt: skip
        assert "the " + "".join(pieces) == sample.text


def test_a_prompts_space_where_no_word_may_follow_it(make_model):
    settings = GenerationConfig(banned=" ")
    with pytest.raises(ConfigError, match="banned= leaves no word to follow the space"):
        generate(make_model(vocabulary), vocabulary, settings, documents=True, prompt="the ")
    bare = WordVocabulary(["the", "king", " ", "."])  # no word brings its space along
    samples = generate(
        make_model(bare), bare, GenerationConfig(length=3, seed=1), documents=False,
        prompt="the ", count=20,
    )  # fmt: skip
    assert all(sample.text.startswith("the ") for sample in samples)
