"""The example that a network is unfolded over, in the form that its task reads."""

import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from charlab.config import RunOptions
from charlab.data.corpus import Corpus, build_corpus
from charlab.data.documents.document import Document
from charlab.data.facts import facts_of
from charlab.figures.unfolded import Example
from charlab.gallery.unfolded import example_of
from charlab.tasks import TASKS


def corpus_of(documents: Sequence[Document], layout: str, *fields: str) -> Corpus:
    """All of it the train part."""
    return build_corpus(
        [document._replace(split="train") for document in documents],
        normalize="nfc",
        layout=layout,
        fractions=(1.0, 0.0, 0.0),
        split_seed=0,
        fields=fields,
    )


@pytest.fixture
def example(compose_options: Callable[..., RunOptions]) -> Callable[..., Example]:
    """``example("generate", corpus)``: what stands in the boxes."""

    def make(name: str, corpus: Corpus) -> Example:
        options = compose_options(f"task={name}", "dataset.batch_size=7")
        return example_of(TASKS[name](options, facts_of(corpus)), corpus)

    return make


def texts(*found: str) -> list[Document]:
    """Documents of these texts."""
    return [Document(text) for text in found]


def test_a_generator_reads_from_the_begin_to_the_end_mark(example: Any) -> None:
    found = example("generate", corpus_of(texts("abcdefgh", "abcd", "ab"), "sequences"))
    assert found == Example(["⊢", *"abcd"], [*"abcd", "⊣"], batch=7)
    long = example("generate", corpus_of(texts("abcdefgh"), "sequences"))
    assert long == Example(["⊢", "a", "b", "…", "h"], ["a", "b", "…", "h", "⊣"], batch=7)


@pytest.mark.parametrize("text", ["ab", "abcdef", "abcdefghij" * 300])
def test_of_a_stream_each_token_is_followed_by_its_next(example: Any, text: str) -> None:
    found = example("generate", corpus_of(texts(text), "stream"))
    assert found == Example([*text[:5][: len(text) - 1]], [*text[1:6]], batch=7)


def test_a_single_token_is_looked_at_only_where_there_is_nothing_else(example: Any) -> None:
    found = example("generate", corpus_of(texts("a", "b", "abcdefghi" * 100), "stream"))
    assert found.read == ["a", "b", "c", "d", "e"]


def test_what_any_font_can_show_comes_before_what_is_a_little_shorter(example: Any) -> None:
    documents = texts("жжжж", "abcdefg", "\u202eab", "a" * 90)
    assert example("generate", corpus_of(documents, "sequences")).said == [*"ab", "…", "g", "⊣"]
    other = example("generate", corpus_of(texts("жжжж", "жэ"), "sequences"))
    assert other.said == [*"жжжж", "⊣"]


def test_a_classifier_reads_a_text_and_says_its_label(example: Any) -> None:
    documents = [Document("abcdefgh", "long"), Document("cab", "<short>")]
    assert example("classify", corpus_of(documents, "sequences")) == Example(
        [*"cab"], ["<short>"], batch=7
    )


def test_a_tagger_says_something_of_each_token(example: Any) -> None:
    tags = ["L", "D", None, "L", "D", "D"]
    corpus = corpus_of([Document("a1 b23", tags=tags)], "sequences", "tags")
    found = example("tag", corpus)
    assert found == Example(["a", "1", " ", "…", "3"], ["L", "D", "–", "…", "D"], batch=7)


def test_a_pair_is_written_from_the_begin_to_the_end_mark(example: Any) -> None:
    documents = [Document("abcd", target="u" * 99), Document("abc", target="xyz")]
    found = example("transduce", corpus_of(documents, "sequences", "target"))
    assert found == Example([*"abc"], [*"xyz", "⊣"], ["⊢", *"xyz"], 7)
    long = example("transduce", corpus_of(documents[:1], "sequences", "target"))
    assert long == Example(
        [*"abcd"], ["u", "u", "…", "u", "⊣"], ["⊢", "u", "u", "…", "u"], 7
    )  # fmt: skip


def test_of_a_long_text_only_the_beginning_is_looked_at(example: Any) -> None:
    corpus = corpus_of(texts("abcdefghij" * 100_000), "stream")
    tracemalloc.start()
    try:
        example("generate", corpus)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 500_000  # bytes: less than one for each token
