"""The trigram beside a generator: texts whose entropy is known."""

from collections.abc import Callable
from math import log2

import numpy as np
import pytest

from charlab.data.corpus import Corpus
from charlab.tasks.generate.baseline import trigram_metrics


@pytest.mark.parametrize(
    ("letters", "bits"),
    [
        ("abcdefgh", 3.0),  # independent, all as frequent
        ("aaab", 2 - 0.75 * log2(3)),
    ],
)
def test_of_independent_letters_it_comes_near_their_entropy(
    make_corpus: Callable[..., Corpus], letters: str, bits: float
) -> None:
    text = "".join(np.random.default_rng(0).choice([*letters], 30_000))
    corpus = make_corpus([(text, None)], layout="stream", fractions=(0.8, 0.1, 0.1))
    found = trigram_metrics(corpus, conditional=False)
    assert log2(found["test/trigram_perplexity"]) == pytest.approx(bits, abs=0.03)
    assert found["test/trigram_bits_per_original_char"] == pytest.approx(bits, abs=0.03)


@pytest.mark.parametrize("layout", ["sequences", "stream"])
def test_bits_of_all_predictions_are_spread_over_the_characters_predicted(
    make_corpus: Callable[..., Corpus], layout: str
) -> None:
    texts = [("abé" * n, None) for n in range(1, 20)]
    corpus = make_corpus(texts, layout=layout, fractions=(0.5, 0.25, 0.25))
    test = corpus.splits["test"]
    found = trigram_metrics(corpus, conditional=False)
    bits = log2(found["test/trigram_perplexity"])  # of each prediction
    assert bits > 0
    if layout == "sequences":  # an end mark costs bits and is no character
        bits *= (test.characters + test.documents) / test.characters
    assert found["test/trigram_bits_per_original_char"] == pytest.approx(bits)


def test_told_the_label_it_need_not_guess_what_the_label_decides(
    make_corpus: Callable[..., Corpus],
) -> None:
    letters = np.random.default_rng(0).choice([*"cde"], (2_000, 6))
    texts = [("ab"[i % 2] + "".join(row), "xy"[i % 2]) for i, row in enumerate(letters)]
    corpus = make_corpus(texts, layout="sequences", fractions=(0.6, 0.2, 0.2))
    blind, told = (
        log2(trigram_metrics(corpus, conditional=told)["test/trigram_perplexity"])
        for told in (False, True)
    )
    # The first of two letters costs a bit, and a text of seven has eight predictions.
    assert blind - told == pytest.approx(1 / 8, abs=0.01)


def test_the_last_part_there_is_is_measured(make_corpus: Callable[..., Corpus]) -> None:
    texts = [(f"ab{'c' * n}", None) for n in range(20)]
    for fractions, part in (((0.5, 0.5, 0.0), "val"), ((0.5, 0.0, 0.5), "test")):
        corpus = make_corpus(texts, layout="sequences", fractions=fractions)
        found = trigram_metrics(corpus, conditional=False)
        assert {name.split("/")[0] for name in found} == {part}
        assert all(value > 0 for value in found.values())
    corpus = make_corpus(texts, layout="sequences", fractions=(1.0, 0.0, 0.0))
    assert trigram_metrics(corpus, conditional=False) == {}
