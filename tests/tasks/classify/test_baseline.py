import pytest

from charlab.tasks.classify.baseline import most_frequent_metrics

NAMES = [
    (f"name {label} {i}", label) for label, count in (("x", 5), ("y", 15)) for i in range(count)
]


def test_it_is_what_the_most_frequent_label_of_train_would_get(make_corpus):
    corpus = make_corpus(NAMES, layout="sequences", fractions=(0.6, 0.2, 0.2))
    test = corpus.splits["test"].labels.tolist()
    assert corpus.splits["train"].labels.tolist().count(1) > 6
    assert most_frequent_metrics(corpus, 8) == {
        "test/most_frequent_accuracy": test.count(1) / len(test)
    }


def test_of_a_stream_examples_are_windows(make_corpus):
    corpus = make_corpus([("a" * 200 + "b" * 40, "x"), ("c" * 60, "y")], layout="stream")
    (value,) = most_frequent_metrics(corpus, 4).values()
    assert value == pytest.approx(12 / 15, abs=0.1)  # 48 of 60 characters, in windows of 4


def test_without_a_split_to_measure_there_is_none(make_corpus):
    corpus = make_corpus(NAMES, layout="sequences", fractions=(1.0, 0.0, 0.0))
    assert most_frequent_metrics(corpus, 8) == {}
