import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.evaluation.dataset_statistics import (
    bigram_table,
    entropies,
    inspect_corpus,
    length_quantiles,
)


def _by_hand(tokens, order):
    """H(x_t | the order-1 before) in bits over a list of (context…, token) tuples."""
    pairs = Counter(tokens)
    contexts = Counter(item[:-1] for item in tokens)
    total = sum(pairs.values())
    return sum(n / total * math.log2(contexts[key[:-1]] / n) for key, n in pairs.items())


def _windows(padded, order, first):
    return [tuple(padded[i - order + 1 : i + 1]) for i in range(first, len(padded))]


@given(st.text(alphabet="abc\n", min_size=3, max_size=60).filter(lambda s: len(set(s.strip())) > 1))
def test_a_stream_s_entropies_are_those_counted_by_hand(make_corpus, text):
    corpus = make_corpus([(text, None)], layout="stream", fractions=(1.0, 0.0, 0.0))
    found = entropies(corpus.splits["train"], "stream", corpus.vocabulary.size)
    padded = [None, *text]  # the first prediction has one token before it, and a mark
    for order, name in enumerate(("unigram", "bigram", "trigram"), start=1):
        expected = _by_hand(_windows(padded, order, 2), order)
        assert found.bits[name] == pytest.approx(expected, abs=1e-9)
    assert found.counted == found.predictions == len(text) - 1


def test_short_documents_end_marks_are_predicted_too(make_corpus):
    names = ["ab", "abb", "b"]
    corpus = make_corpus([(n, "x") for n in names], layout="sequences", fractions=(1.0, 0.0, 0.0))
    found = entropies(corpus.splits["train"], "sequences", corpus.vocabulary.size)
    events = [w for n in names for w in _windows([0, 0, *n, 0], 3, 2)]
    for order, name in enumerate(("unigram", "bigram", "trigram"), start=1):
        assert found.bits[name] == pytest.approx(_by_hand([w[3 - order :] for w in events], order))


def test_more_context_never_leaves_more_uncertainty(make_corpus):
    text = "the cat sat on the mat and the dog sat on the cat " * 3
    corpus = make_corpus([(text, None)], layout="stream", fractions=(1.0, 0.0, 0.0))
    bits = entropies(corpus.splits["train"], "stream", corpus.vocabulary.size).bits
    assert bits["unigram"] >= bits["bigram"] >= bits["trigram"] >= 0


def test_counts_of_tokens_labels_and_lengths(make_corpus):
    texts = [("anna", "x"), ("bob", "y"), ("al", "x"), ("bo", "y"), ("nora", "x"), ("abba", "y")]
    corpus = make_corpus(texts, layout="sequences", fractions=(1.0, 0.0, 0.0))
    inspection = inspect_corpus(corpus)
    assert dict(inspection.tokens) == Counter("".join(text for text, _ in texts))
    counts = [count for _, count in inspection.tokens]
    assert counts == sorted(counts, reverse=True)
    assert dict(inspection.labels) == {"x": 3, "y": 3}
    assert sorted(inspection.lengths.tolist()) == [2, 2, 3, 4, 4, 4]
    assert length_quantiles(inspection.lengths)[0.0] == 2
    assert length_quantiles(inspection.lengths)[1.0] == 4


def test_unknown_tokens_of_other_parts_are_counted_apart(make_corpus):
    corpus = make_corpus([("aabb" * 5 + "z", None)], layout="stream", fractions=(0.8, 0.1, 0.1))
    assert inspect_corpus(corpus).unknown == 1


def test_the_bigram_table_is_what_follows_what(make_corpus):
    corpus = make_corpus([("abacab", None)], layout="stream", fractions=(1.0, 0.0, 0.0))
    tokens, table, others, unit = bigram_table(corpus)
    assert (tokens, others, unit) == (["a", "b", "c"], 0, "character")
    np.testing.assert_allclose(table[1:4, :3], [[0, 2 / 3, 1 / 3], [1, 0, 0], [1, 0, 0]])
    assert table.sum() == 3  # a stream has no begin, no end and here no other tokens


def test_of_many_tokens_the_frequent_ones_are_shown_with_their_true_shares(make_corpus):
    corpus = make_corpus([("ababac", None)], layout="stream", fractions=(1.0, 0.0, 0.0))
    tokens, table, others, _ = bigram_table(corpus, most=2)
    assert (tokens, others) == (["a", "b"], 1)
    expected = [[0, 0, 0, 0], [0, 2 / 3, 1 / 3, 0], [1, 0, 0, 0], [0, 0, 0, 0]]  # nothing after c
    np.testing.assert_allclose(table, expected)


def test_documents_begin_and_end_in_the_bigram_table(make_corpus):
    texts = [(text, None) for text in ("ab", "b", "bb", "c")]
    corpus = make_corpus(texts, layout="sequences", fractions=(1.0, 0.0, 0.0))
    table = bigram_table(corpus, most=2).table
    # columns: a, b, others, end
    expected = [[0.25, 0.5, 0.25, 0], [0, 1, 0, 0], [0, 0.25, 0, 0.75], [0, 0, 0, 1]]
    np.testing.assert_allclose(table, expected)
