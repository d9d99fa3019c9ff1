"""What classification refuses of a run's settings, and of its data."""

from collections.abc import Callable

import pytest

from charlab.config.schema import RunOptions
from charlab.data.corpus import Corpus
from charlab.errors import ConfigError, DataError

NAMES = [(f"{a}{b}", label) for label in "xy" for a in "abc" for b in "defg"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("task.language_weight=0.3", "model.bidirectional=true", "model.num_layers=2"),
         r"task\.language_weight=0\.3 .* set model\.num_layers=1 or model\.bidirectional=false"),
        (("dataset.held_out=[French]",),
         r"dataset\.held_out: a label that training never meets .* take another task"),
    ],
)  # fmt: skip
def test_what_cannot_be_learnt_is_refused_in_one_line(
    compose_options: Callable[..., RunOptions], words: tuple[str, ...], message: str
) -> None:
    options = compose_options("task=classify", *words)
    with pytest.raises(ConfigError, match=f"^{message}$"):
        options.task.check(options)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("task.language_weight=0.3", "model.bidirectional=true"),
        ("task.language_weight=0.3", "model.num_layers=2"),
        ("model.bidirectional=true", "model.num_layers=2"),
    ],
)
def test_the_next_character_may_be_predicted_where_it_is_not_known(
    compose_options: Callable[..., RunOptions], words: tuple[str, ...]
) -> None:
    options = compose_options("task=classify", *words)
    options.task.check(options)
    assert options.task.left_open == ()


@pytest.mark.parametrize("metric", ["top3_accuracy", "perplexity"])
def test_only_what_every_number_of_labels_has_is_monitored(
    compose_options: Callable[..., RunOptions], metric: str
) -> None:
    with pytest.raises(ConfigError, match=r"^task\.monitor must be one of val/loss, val/accuracy"):
        compose_options("task=classify", f"task.monitor=val/{metric}")


def test_data_with_two_labels_and_text_in_every_part_are_taken_as_they_are(
    compose_options: Callable[..., RunOptions], make_corpus: Callable[..., Corpus]
) -> None:
    options = compose_options("task=classify")
    assert options.task.resolve(options, make_corpus(NAMES)) == options.task
    with pytest.raises(DataError, match="two classes or more and all documents are of the one"):
        options.task.resolve(options, make_corpus([(text, "x") for text, _ in NAMES]))
