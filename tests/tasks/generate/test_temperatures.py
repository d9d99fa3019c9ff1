"""Samples at several temperatures: their measures by formula, and of a model that knows nothing."""

import math
import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from charlab.builders.corpus import resolve
from charlab.config.schema import RunOptions
from charlab.data.corpus import Corpus
from charlab.data.facts import facts_of
from charlab.decoding.results import Sample
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.tasks.generate import temperatures
from charlab.tasks.generate.task import GenerateTask
from charlab.tasks.generate.temperatures import (
    TEMPERATURES,
    distinct_share,
    perplexity_of,
    temperature_parts,
)


def test_distinct_spans_by_hand() -> None:
    assert distinct_share(["abab"], 2) == 2 / 3  # ab, ba, ab
    assert distinct_share(["abab", "ba"], 2) == 2 / 4
    assert distinct_share(["éé", "é"], 1) == 1 / 3
    assert distinct_share(["ab", ""], 3) == distinct_share([], 3) == 0


@given(st.lists(st.text("ab")), st.integers(1, 4))
def test_a_text_said_again_halves_what_is_distinct(texts: list[str], size: int) -> None:
    assert distinct_share(texts * 2, size) == distinct_share(texts, size) / 2


def sample(log_probability: float, predictions: int) -> Sample:
    return Sample("", "", log_probability, predictions, predictions, finished=True)


def test_perplexity_is_over_all_predictions_of_all_samples() -> None:
    samples = [sample(3 * math.log(1 / 2), 3), sample(math.log(1 / 8), 1)]
    assert perplexity_of(samples) == pytest.approx(64 ** (1 / 4))
    assert perplexity_of([]) == 1
    assert perplexity_of([sample(-700.0, 1)]) == math.inf
    assert perplexity_of([sample(-math.inf, 5)]) == math.inf


@pytest.mark.parametrize("layout", ["sequences", "stream"])
def test_of_a_model_that_knows_nothing_every_temperature_is_as_perplexed(
    compose_options: Callable[..., RunOptions],
    make_corpus: Callable[..., Corpus],
    monkeypatch: pytest.MonkeyPatch,
    layout: str,
) -> None:
    monkeypatch.setattr(temperatures, "_COUNT", 6)
    monkeypatch.setattr(temperatures, "_LONG", 40)
    texts = [(f"{a}{b}{c}", a) for a in "ab" for b in "cd" for c in "ef"]
    if layout == "stream":
        texts = [("zyx" * 60, "x")]
    corpus = make_corpus(texts, layout=layout, fractions=(1.0, 0.0, 0.0))
    options = compose_options("model.hidden_size=3", "dataset.seq_len=8")
    task = GenerateTask(resolve(options, corpus), facts_of(corpus))
    network = task.build_network().eval()
    for parameter in network.parameters():
        parameter.data.zero_()
    trained = TrainedNetwork(network, corpus, 1)
    figure, table = temperature_parts(task, trained)
    assert isinstance(figure, Figure)
    (costs,) = figure.axes[1].lines
    size = corpus.vocabulary.size
    assert np.asarray(costs.get_ydata()) == pytest.approx([size] * len(TEMPERATURES), rel=1e-5)
    columns = str(table).split("<h4>")[1:]
    assert [column.split("<")[0] for column in columns] == [
        f"temperature {value:g}" for value in TEMPERATURES
    ]
    for column in columns:
        shown = re.findall('<p class="sample" dir="auto">(.*?)</p>', column)
        assert len(shown) == (6 if layout == "sequences" else 3)
        if layout == "sequences":
            drawn = [text.partition(": ")[2] for text in shown]
            known = {text for text, _ in texts}
            novel = sum(text not in known for text in drawn) / len(drawn)
            measures = f"{novel:.0%} novel, {len(set(drawn)) / len(drawn):.0%} distinct, "
            assert measures in column
        else:
            grams = [text[i : i + 3] for text in shown for i in range(len(text) - 2)]
            assert f"{len(set(grams)) / len(grams):.0%} distinct, " in column


def test_a_low_temperature_keeps_to_the_likeliest(
    compose_options: Callable[..., RunOptions],
    make_corpus: Callable[..., Corpus],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(temperatures, "_LONG", 40)
    corpus = make_corpus([("zyx" * 60, None)], layout="stream", fractions=(1.0, 0.0, 0.0))
    options = compose_options("model.hidden_size=3", "dataset.seq_len=8")
    task = GenerateTask(resolve(options, corpus), facts_of(corpus))
    network = task.build_network().eval()
    for parameter in network.parameters():
        parameter.data.zero_()
    network.decoder.bias.data[2] = 3.0  # "x"
    figure, table = temperature_parts(task, TrainedNetwork(network, corpus, 1))
    assert isinstance(figure, Figure)
    (costs,) = figure.axes[1].lines
    perplexities = np.asarray(costs.get_ydata())
    size = corpus.vocabulary.size
    assert perplexities[0] == pytest.approx((math.exp(3) + size - 1) / math.exp(3), rel=1e-5)
    assert perplexities[-1] > 1.5 * perplexities[0]
    assert str(table).split("<h4>")[1].count(f">{'x' * 40}<") == 3
