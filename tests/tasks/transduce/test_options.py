"""What transduction refuses, and how long a target may be."""

from collections.abc import Callable

import pytest

from charlab.config.schema import RunOptions
from charlab.data.documents.document import Document
from charlab.errors import ConfigError, DataError
from tests.support.corpora import short_documents


@pytest.mark.parametrize(("longest", "most"), [(1, 2), (2, 4), (3, 5), (10, 16)])
def test_targets_may_be_half_as_long_again_as_the_longest_of_training(
    compose_options: Callable[..., RunOptions], longest: int, most: int
) -> None:
    docs = [Document("a", target="é" * longest), Document("b", target="x")]
    docs.append(Document("a", target="x" * 50, split="val"))
    corpus = short_documents(docs, fields=("target",))
    options = compose_options("task=transduce")
    assert options.task.left_open == ("max_length",)
    settled = options.task.resolve(options, corpus)
    assert settled == compose_options("task=transduce", f"task.max_length={most}").task
    assert settled.left_open == ()
    assert settled.resolve(options, corpus) == settled
    said = compose_options("task=transduce", "task.max_length=7")
    assert said.task.resolve(said, corpus) == said.task


def test_data_without_targets_are_refused(compose_options: Callable[..., RunOptions]) -> None:
    options = compose_options("task=transduce")
    corpus = short_documents([Document("a"), Document("b")])
    with pytest.raises(DataError, match=r"^transduction needs targets and .* have none: take "):
        options.task.resolve(options, corpus)


def test_a_stream_has_no_whole_texts_to_be_turned_into_others(
    compose_options: Callable[..., RunOptions],
) -> None:
    options = compose_options("task=transduce", "dataset.layout=stream")
    with pytest.raises(ConfigError, match=r"^dataset\.layout=stream: task=transduce .*it out$"):
        options.task.check(options)
    for layout in ("auto", "sequences"):
        options = compose_options("task=transduce", f"dataset.layout={layout}")
        options.task.check(options)
        assert options.dataset.layout == layout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("task.max_length=0", r"task\.max_length must be at least 1, got 0"),
        ("task.attention=generall", r"task\.attention must .*: did you mean 'general'\?"),
        ("task.monitor=val/macro_f1", r"task\.monitor must be one of val/loss, .*"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line(
    compose_options: Callable[..., RunOptions], words: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=f"^{message}$"):
        compose_options("task=transduce", words)


def test_an_epoch_counts_what_is_read_and_what_is_written(
    compose_options: Callable[..., RunOptions],
) -> None:
    pairs = [("ab", "xyz"), ("é", "жж"), ("abc", "x")]
    corpus = short_documents([Document(a, target=b) for a, b in pairs], fields=("target",))
    task, train = compose_options("task=transduce").task, corpus.splits["train"]
    assert task.characters_per_epoch(train, "sequences") == (2 + 1 + 3) + (3 + 2 + 1) + 3
