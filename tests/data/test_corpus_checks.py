"""What a corpus must hold, at the borders of what is enough."""

from collections.abc import Callable

import pytest

from charlab.data.corpus import Corpus, build_corpus
from charlab.data.corpus_checks import (
    require_classes,
    require_measurable,
    require_tags,
    require_targets,
    require_window,
)
from charlab.data.documents.document import Document
from charlab.errors import DataError
from tests.support.corpora import short_documents

EIGHTY = (0.8, 0.1, 0.1)


def build(docs: list[Document], layout: str = "stream", unit: str = "char") -> Corpus:
    return build_corpus(
        docs, layout=layout, fractions=EIGHTY, split_seed=3, normalize="nfc", unit=unit
    )


def refused(check: Callable[[], None]) -> str:
    with pytest.raises(DataError) as error:
        check()
    assert len(str(error.value).splitlines()) == 1
    return str(error.value)


def test_classification_needs_two_labels() -> None:
    none, one, two = (
        short_documents([Document("ab", labels[0]), Document("cd", labels[-1])])
        for labels in ([None], ["só"], ["só", "x"])
    )
    assert "needs labels" in (said := refused(lambda: require_classes(none)))
    assert said.endswith("use task=generate")
    assert "two classes or more" in (said := refused(lambda: require_classes(one)))
    assert "of the one class 'só': add documents of another" in said
    require_classes(two)


def test_tagging_needs_two_tags() -> None:
    none, one, two = (
        short_documents([Document("ab", tags=tags), Document("cb", tags=tags)], ("tags",))
        for tags in (None, ["X", None], ["X", "Y"])
    )
    assert "the documents have none: take dataset=" in refused(lambda: require_tags(none))
    assert "all are 'X': add documents with another" in refused(lambda: require_tags(one))
    require_tags(two)


def test_transduction_needs_targets() -> None:
    plain = short_documents([Document("ab"), Document("cd")])
    assert "the documents have none: take dataset=" in refused(lambda: require_targets(plain))
    pairs = [Document("ab", target="x"), Document("c", target="yx")]
    require_targets(short_documents(pairs, ("target",)))


@pytest.mark.parametrize(("unit", "tokens"), [("char", 16), ("byte", 32)])
def test_a_stream_needs_one_window_and_what_comes_after_it(unit: str, tokens: int) -> None:
    corpus = build([Document("éöüäßñçøåæ" * 2)], unit=unit)
    require_window(corpus, tokens - 1)
    one = {"char": "character", "byte": "byte"}[unit]
    assert refused(lambda: require_window(corpus, tokens)) == (
        f"the train part of the text has {tokens} {one}s and one window with the {one} after it "
        f"takes {tokens + 1} (dataset.seq_len={tokens}): give more text or set dataset.seq_len to "
        f"{tokens - 1} or less"
    )


def test_where_no_window_fits_more_text_is_all_that_helps() -> None:
    corpus = build([Document("a", None, "train"), Document("bc", None, "test")])
    assert refused(lambda: require_window(corpus, 1)).endswith(
        "(dataset.seq_len=1): give more text"
    )


@pytest.mark.parametrize("singles", ["a", "abc"])
def test_of_a_stream_of_single_characters_none_is_predicted(singles: str) -> None:
    docs = [Document("abcd", None, "train"), *(Document(c, None, "test") for c in singles)]
    count = len(singles)
    require_measurable(build(docs), tokens=False)  # to classify them is something
    said = refused(lambda: require_measurable(build(docs), tokens=True))
    assert said.startswith(
        f"the test part has {count} of {4 + count} characters and needs at least {count + 1}: give "
    )
    require_measurable(build([*docs, Document("ab", None, "test")]), tokens=True)


def test_what_more_of_helps_depends_on_whether_documents_are_cut() -> None:
    said = refused(lambda: require_measurable(build([Document("abcdefghij")]), tokens=True))
    assert said.startswith(
        "the val part has 1 of 10 characters and needs at least 2: give more text"
    )
    assert said.endswith("(a fraction of 0 goes without that part)")
    corpus = build([Document("ab"), Document("cd")], layout="sequences")
    said = refused(lambda: require_measurable(corpus, tokens=True))
    assert said.startswith("the val part has 0 of 4 characters and needs at least 1: give more doc")
