"""What generation refuses, and what it leaves to the data: whether text is told its label."""

from collections.abc import Callable
from typing import Any

import pytest

from charlab.config.schema import RunOptions
from charlab.data.corpus import Corpus
from charlab.errors import ConfigError, DataError

NAMES = [(f"{a}{b}", label) for label in ("x", "y") for a in "abc" for b in "defg"]
UNLABELLED = [(text, None) for text, _ in NAMES]
ONE_LABEL = [(text, "x") for text, _ in NAMES]
STREAM = [("the quick brown fox jumps over the lazy dog " * 9, label) for label in ("x", "y")]

Texts = list[tuple[str, str | None]]


@pytest.mark.parametrize(
    ("texts", "conditional"), [(NAMES, True), (UNLABELLED, False), (ONE_LABEL, False)]
)
def test_what_is_left_open_is_decided_once(
    compose_options: Callable[..., RunOptions],
    make_corpus: Callable[..., Corpus],
    texts: Texts,
    conditional: bool,
) -> None:
    options, corpus = compose_options(), make_corpus(texts)
    assert options.task.left_open == ("condition_on_label",)
    settled: Any = options.task.resolve(options, corpus)
    assert settled.condition_on_label is conditional
    assert settled.left_open == ()
    assert settled.resolve(options, corpus) == settled


@pytest.mark.parametrize("wish", [True, False])
def test_a_wish_is_kept(
    compose_options: Callable[..., RunOptions], make_corpus: Callable[..., Corpus], wish: bool
) -> None:
    options = compose_options(f"task.condition_on_label={str(wish).lower()}")
    assert options.task.left_open == ()
    assert options.task.resolve(options, make_corpus(NAMES)) == options.task


@pytest.mark.parametrize(
    ("texts", "reason"),
    [
        (UNLABELLED, "the documents have 0 labels"),
        (ONE_LABEL, "the documents have 1 label"),
        (STREAM, "the text is one stream"),
    ],
)
def test_a_wish_that_cannot_be(
    compose_options: Callable[..., RunOptions],
    make_corpus: Callable[..., Corpus],
    texts: Texts,
    reason: str,
) -> None:
    options = compose_options("task.condition_on_label=true", "dataset.seq_len=8")
    message = f"condition_on_label=true needs short documents with two labels or more; {reason}$"
    with pytest.raises(ConfigError, match=message):
        options.task.resolve(options, make_corpus(texts))


def test_a_stream_shorter_than_a_window_is_refused(
    compose_options: Callable[..., RunOptions], make_corpus: Callable[..., Corpus]
) -> None:
    corpus = make_corpus([("abcdefghij", None)], layout="stream")  # 6 of them for training
    options = compose_options("dataset.seq_len=6")
    with pytest.raises(DataError, match=r"^the train part .* set dataset\.seq_len to 5 or less$"):
        options.task.resolve(options, corpus)
    options = compose_options("dataset.seq_len=5")
    assert options.task.resolve(options, corpus).left_open == ()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("model.bidirectional=true",), r"model\.bidirectional=true: .*; leave it out"),
        (("task.monitor=val/bits_per_char", "dataset.unit=byte"),
         r"task\.monitor=val/bits_per_char .* not byte: take val/bits_per_original_char, .*"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_line(
    compose_options: Callable[..., RunOptions], words: tuple[str, ...], message: str
) -> None:
    options = compose_options(*words)
    with pytest.raises(ConfigError, match=f"^{message}$"):
        options.task.check(options)


@pytest.mark.parametrize(
    ("metric", "unit"),
    [("bits_per_char", "char")]
    + [("bits_per_original_char", unit) for unit in ("char", "byte", "word")],
)
def test_bits_are_monitored_where_they_are_measured(
    compose_options: Callable[..., RunOptions], metric: str, unit: str
) -> None:
    options = compose_options(f"task.monitor=val/{metric}", f"dataset.unit={unit}")
    options.task.check(options)
    assert options.task.monitor == f"val/{metric}"


@pytest.mark.parametrize(
    ("texts", "layout", "count"),
    [
        ([("ab", "x"), ("é", "y"), ("abc", "x")] * 3, "sequences", 3 * (3 + 2 + 4)),
        ([("abcdé" * 8, "x"), ("f" * 30, "y")], "stream", 39 + 29),
    ],
)
def test_an_epoch_counts_what_is_predicted(
    compose_options: Callable[..., RunOptions],
    make_corpus: Callable[..., Corpus],
    texts: Texts,
    layout: str,
    count: int,
) -> None:
    corpus = make_corpus(texts, layout=layout, fractions=(1.0, 0.0, 0.0))
    options = compose_options("dataset.seq_len=4")
    assert options.task.characters_per_epoch(corpus.splits["train"], layout) == count
