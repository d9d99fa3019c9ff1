import pytest

from charlab.data.documents.document import Document
from charlab.tasks.tag.baseline import frequent_tag_metrics
from tests.support.corpora import short_documents


def sentence(words, split):
    text, tags = "", []
    for word, tag in words:
        text += (" " if text else "") + word
        tags += [None] * (len(text) - len(tags) - 1) + [tag]
    return Document(text, split=split, tags=tags)


def test_each_word_has_its_most_frequent_tag_and_unknown_ones_that_of_rare_words():
    train = [
        [("the", "D"), ("run", "N"), ("run", "V"), ("run", "V")],
        [("the", "D"), ("the", "D"), ("cat", "N"), ("dog", "N"), ("sits", "V")],
    ]
    test = [[("run", "V"), ("the", "D"), ("run", "N"), ("cow", "N"), ("eats", "V")]]
    docs = [sentence(s, None) for s in train] + [sentence(s, "test") for s in test]
    corpus = short_documents(docs, fields=("tags",))
    # run V, the D right; run N wrong; cow is taken for N (cat, dog) and right; eats wrong.
    assert frequent_tag_metrics(corpus) == {"test/frequent_tag_accuracy": pytest.approx(3 / 5)}
