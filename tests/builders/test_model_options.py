"""Settings of models that exclude each other or a task, and what old files lack."""

import pytest

from charlab.builders.corpus import check_together
from charlab.config.later_settings import with_later, with_later_model
from charlab.config.schema import RunOptions
from charlab.config.validation import build, to_plain
from charlab.errors import ConfigError


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["model.embedding_size=0"], "shares a learned embedding"),
        (["task=classify"], "is for tasks that write text; task=classify does not"),
        (["task=tag", "dataset=conllu"], "task=tag does not"),
    ],
)
def test_tied_embeddings_need_a_vocabulary_that_is_written(compose_options, words, message):
    with pytest.raises(ConfigError, match=message):
        check_together(compose_options("model.tied_embeddings=true", *words))
    check_together(compose_options("model.tied_embeddings=true"))


def test_files_from_before_an_option_stand_for_its_absence(compose_options):
    options = compose_options("model=gru")
    plain = to_plain(options)
    new = {
        name
        for name, value in plain["model"].items()
        if value in (False, None, 0.0, "plain") and name not in ("bidirectional", "dropout")
    }
    old = {k: v for k, v in plain["model"].items() if k not in new}
    assert len(new) == 8
    for completed in (with_later, with_later_model):
        assert build(RunOptions, completed({**plain, "model": old})) == options
