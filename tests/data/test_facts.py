"""What a network has to know of its data."""

from collections.abc import Callable

from charlab.data.corpus import Corpus
from charlab.data.facts import facts_of


def test_labels_are_counted_in_the_training_part(make_corpus: Callable[..., Corpus]) -> None:
    given = [(f"name{i}", "common") for i in range(20)] + [(f"other{i}", "rare") for i in range(5)]
    corpus = make_corpus(given)
    facts = facts_of(corpus)
    assert facts.labels == ("common", "rare")
    labels = corpus.splits["train"].labels
    assert labels is not None
    assert facts.label_counts == (int((labels == 0).sum()), int((labels == 1).sum()))
    assert sum(facts.label_counts) == corpus.splits["train"].documents == 15
    assert (facts.tags, facts.target_vocabulary) == ((), None)


def test_without_labels_there_is_nothing_to_count(make_corpus: Callable[..., Corpus]) -> None:
    facts = facts_of(make_corpus([("a text of its own " * 20, None)], layout="stream"))
    assert (facts.labels, facts.label_counts) == ((), ())
