"""What tagging leaves to the data: whether characters or words have tags."""

from collections.abc import Callable

import pytest

from charlab.config.schema import RunOptions
from charlab.data.corpus import Corpus
from charlab.data.documents.document import Document
from charlab.errors import ConfigError, DataError
from tests.support.corpora import short_documents


def corpus(*tagged: tuple[str, str]) -> Corpus:
    """Texts, each with a tag above each character; " " is none."""
    docs = [
        Document(text, tags=[tag if tag.strip() else None for tag in tags]) for text, tags in tagged
    ]
    return short_documents(docs, fields=("tags",))


WORDS = corpus(("aé b.", " X YZ"), ("b a", "Y X"))


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (WORDS, "word"),
        (corpus(("aé b.", " X  Y"), ("b a", "Y X")), "space"),
        (corpus(("aé b.", "XX YZ"), ("b a", "Y X")), "character"),
    ],
)
def test_what_is_tagged_is_found_in_the_data_unless_it_is_said(
    compose_options: Callable[..., RunOptions], data: Corpus, found: str
) -> None:
    options = compose_options("task=tag")
    assert options.task.left_open == ("tagged",)
    settled = options.task.resolve(options, data)
    assert settled == compose_options("task=tag", f"task.tagged={found}").task
    assert settled.left_open == ()
    for said in ("character", "space", "word"):
        options = compose_options("task=tag", f"task.tagged={said}")
        assert options.task.left_open == ()
        assert options.task.resolve(options, data) == options.task


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (short_documents([Document("ab"), Document("b")]), "tagging needs tags and .* have none"),
        (corpus(("ab", "XX"), ("b", "X")), "tagging needs two tags or more and all are 'X'"),
    ],
)
def test_data_without_two_tags_are_refused(
    compose_options: Callable[..., RunOptions], data: Corpus, message: str
) -> None:
    options = compose_options("task=tag", "task.tagged=word")
    with pytest.raises(DataError, match=f"^{message}"):
        options.task.resolve(options, data)


def test_a_part_with_texts_and_no_tag_is_refused(
    compose_options: Callable[..., RunOptions],
) -> None:
    tagged = [Document(text, tags=[*text.upper()]) for text in ("ab", "b")]
    data = short_documents(
        [*tagged, Document("ba", tags=[None, None], split="val")], fields=("tags",)
    )
    options = compose_options("task=tag", "task.tagged=character")
    with pytest.raises(DataError, match=r"^no character of the val part has a tag: tag some, or"):
        options.task.resolve(options, data)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("task.tagged=spaces", r"task\.tagged must be one of auto, .*: did you mean 'space'\?"),
        ("task.monitor=val/text_accuracy", r"task\.monitor must be one of val/loss, .*"),
        ("task.label_smoothing=1", r"task\.label_smoothing must .*, got 1"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_line(
    compose_options: Callable[..., RunOptions], words: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=f"^{message}$"):
        compose_options("task=tag", words)
