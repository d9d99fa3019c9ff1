"""What a page says of a network: its texts, its facts, what its units follow."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from charlab.api import TrainedModel
from charlab.data.corpus import Corpus, build_corpus
from charlab.data.documents.document import Document
from charlab.errors import ConfigError
from charlab.play.playable import _examples, playable
from tests.support.played import LABELS, trained_model

Compose = Callable[..., Any]
Making = Callable[..., Corpus]
NAMES = [f"{a}{b}{c}é" for a in "abc" for b in "dab" for c in "cba"]
HALVES = (0.5, 0.5, 0.0)


def trained_on(compose: Compose, corpus: Corpus, task: str = "generate", **more: Any) -> Any:
    """A network that has not learned, with data of its own."""
    data = {"layout": corpus.layout}
    symbols = corpus.vocabulary.tokens
    trained = trained_model(compose, task, "gru", of_data=data, symbols=symbols, **more)
    vars(trained)["corpus"] = corpus
    return trained


@pytest.fixture
def without_data(compose_options: Compose) -> Callable[..., TrainedModel]:
    def make(task: str, model: str = "lstm", **more: Any) -> TrainedModel:
        data = {"path": "/no/where", "source": "text"}
        return trained_model(compose_options, task, model, of_data=data, **more)

    return make


# Texts


def test_examples_are_a_few_held_out_texts_the_short_ones_last(
    compose_options: Compose, make_corpus: Making
) -> None:
    texts = [text for name in NAMES[:6] for text in (name[:2] + name[0], name)]
    texts += [f"{name[1:3]}d" for name in NAMES]
    corpus = make_corpus([(t, None) for t in texts], layout="sequences", fractions=HALVES)
    val = corpus.splits["val"]
    held_out = {
        corpus.vocabulary.decode(val.ids[begin:end])
        for begin, end in zip(val.offsets, val.offsets[1:], strict=False)
    }
    trained = trained_on(compose_options, corpus)
    examples = list(playable(trained, "run", "float16").examples)
    assert len(examples) == len(set(examples)) == 6
    assert set(examples) <= held_out
    short = [len(text) < 4 for text in examples]
    assert short == sorted(short)
    assert set(short) == {False, True}
    assert list(playable(trained, "run", "int8").examples) == examples


def test_texts_that_the_vocabulary_cannot_show_are_no_examples(
    compose_options: Compose, make_corpus: Making
) -> None:
    """The vocabulary is the training part's, and each text has a character of its own."""
    texts = [(f"{name}{chr(0x4E00 + i)}", None) for i, name in enumerate(NAMES)]
    corpus = make_corpus(texts, layout="sequences", fractions=HALVES)
    assert playable(trained_on(compose_options, corpus), "run", "float16").examples == []


def test_examples_of_a_stream_begin_with_a_whole_word(
    compose_options: Compose, make_corpus: Making
) -> None:
    text = " ".join(f"dé{a}{b}c cab{b}" for a in "abcde" for b in "abcde" * 12)
    corpus = make_corpus([(text, None)], layout="stream", fractions=HALVES)
    held_out = corpus.vocabulary.decode(corpus.splits["val"].ids[:])
    examples = playable(trained_on(compose_options, corpus), "run", "float16").examples
    assert len(examples) > 1
    for example in examples:
        assert 100 < len(example) <= 240
        assert f" {example}" in held_out


def test_a_stream_s_examples_lose_half_a_word_at_most(
    compose_options: Compose, make_corpus: Making
) -> None:
    line = " ".join(f"{a}{b}{c}" for a in "abcde" for b in "abcde" for c in "ab")  # 199 characters
    corpus = make_corpus([("\n".join([line] * 60), None)], layout="stream", fractions=HALVES)
    examples = playable(trained_on(compose_options, corpus), "run", "float16").examples
    assert examples
    assert min(map(len, examples)) > 230


def test_examples_of_bytes_end_with_a_whole_character() -> None:
    corpus = build_corpus(
        [Document("日本語 " * 700)],
        normalize="nfc",
        layout="stream",
        fractions=HALVES,
        split_seed=0,
        unit="byte",
    )
    shown = _examples(corpus)
    assert shown
    assert set("".join(shown)) == set("日本語 ")


# What is known of a network


def test_the_label_to_begin_with_is_the_commonest_of_a_network_that_writes_by_label(
    without_data: Callable[..., TrainedModel],
) -> None:
    by_label = without_data("generate", of_task={"condition_on_label": True})
    assert playable(by_label, "run", "int8").label == LABELS[1]  # of 3, 5 and 2 documents
    assert playable(without_data("generate"), "run", "int8").label is None
    assert playable(without_data("classify"), "run", "int8").label is None


def test_facts_are_the_networks(without_data: Callable[..., TrainedModel]) -> None:
    trained = without_data("classify", num_layers=2, bidirectional=True)
    trained.metrics = {"val/loss": 0.25, "val/accuracy": 0.75, "val/f1": 1.0}
    shown = playable(trained, "runs/a\x1b[31m", "float32")
    count = sum(parameter.numel() for parameter in trained.network.parameters())
    assert dict(shown.facts) == {
        "model": "LSTM, 2 layers of 6 units, both ways",
        "parameters": f"{count:,}",
        "trained on": "names",
        "validation loss": "0.2500",
        "validation accuracy": "0.7500",
        "weights as packed here": "float32, 0.0 MB",
        "run": r"runs/a\x1b[31m",
    }
    assert (shown.model, shown.path) == ("LSTM", "runs/a\x1b[31m")
    one = playable(without_data("generate", "vanilla"), "run", "float16")
    assert dict(one.facts)["model"] == "vanilla RNN, 1 layer of 6 units"


def test_without_data_there_are_no_texts_and_a_line_says_why(
    without_data: Callable[..., TrainedModel], caplog: pytest.LogCaptureFixture
) -> None:
    shown = playable(without_data("generate"), "run", "float16")
    assert (shown.examples, shown.followed) == ([], None)
    assert "loss" not in dict(shown.facts)["weights as packed here"]
    (line,) = caplog.messages
    assert line.startswith("without held-out texts and without the loss that packing costs: ")
    assert "/no/where" in line


def test_without_a_validation_part_nobody_has_looked(
    compose_options: Compose, make_corpus: Making
) -> None:
    texts = [(name, None) for name in NAMES]
    corpus = make_corpus(texts, layout="sequences", fractions=(1.0, 0.0, 0.0))
    shown = playable(trained_on(compose_options, corpus), "run", "float16")
    assert (shown.examples, shown.followed) == ([], None)


def test_what_units_follow_is_told_strongest_first_and_what_packing_costs(
    compose_options: Compose, make_corpus: Making
) -> None:
    names = [f"{name} {other}" for name in NAMES for other in NAMES[::5]]
    corpus = make_corpus([(name, None) for name in names], layout="sequences", fractions=HALVES)
    shown = playable(trained_on(compose_options, corpus), "run", "int8")
    assert shown.followed is not None
    strengths = [abs(each["correlation"]) for each in shown.followed]
    assert len(strengths) > 1
    assert strengths == sorted(strengths, reverse=True)
    assert len({each["name"] for each in shown.followed}) == len(strengths)  # one of each property
    assert {(each["layer"], each["part"] in ("hidden", "reset", "update", "candidate"))
            for each in shown.followed} == {(0, True)}  # fmt: skip
    packed = dict(shown.facts)["weights as packed here"]
    loss = re.fullmatch(r"int8, 0\.0 MB; loss (\S+) → (\S+) \(([+-]\S+)\)", packed)
    assert loss
    assert float(loss[2]) - float(loss[1]) == pytest.approx(float(loss[3]), abs=2e-4)


# Size


@pytest.mark.parametrize(
    ("weights", "limit", "hint"),
    [
        ("float32", 1, "export.py writes it for programs"),
        ("float32", 2, "weights=int8 makes it small enough"),
        ("float16", 2, "weights=int8 makes it small enough"),
        ("int8", 1, "export.py writes it for programs"),
        ("int8", 2, None),
        ("float16", 4, None),
    ],
)
def test_a_page_too_large_is_refused_with_what_would_help(
    without_data: Callable[..., TrainedModel],
    monkeypatch: pytest.MonkeyPatch,
    weights: str,
    limit: int,
    hint: str | None,
) -> None:
    trained = without_data("generate")
    count = sum(parameter.numel() for parameter in trained.network.parameters())
    monkeypatch.setattr("charlab.play.playable.MOST_BYTES", limit * count)
    if hint is None:
        assert playable(trained, "run", weights).description["weights"] == weights
        return
    with pytest.raises(
        ConfigError, match=f"^run: {count:,} parameters as {weights} make"
    ) as caught:
        playable(trained, "run", weights)
    (line,) = caught.value.lines
    assert line.startswith("run: ")
    assert line.endswith(f": {hint}")
