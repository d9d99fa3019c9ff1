"""What a gallery's entries promise: names for files, words in one to three sentences."""

import re
from collections.abc import Callable, Sequence

import pytest

from charlab.config import RunOptions
from charlab.data.corpus import build_corpus
from charlab.data.documents.document import Document
from charlab.data.facts import facts_of
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.gallery.pictures import Subject, pictures_of
from charlab.runs.history import History
from charlab.tasks import TASKS

FIELDS = {"tag": ("tags",), "transduce": ("target",)}


@pytest.mark.parametrize("name", ["classify", "generate", "tag", "transduce"])
def test_every_picture_has_a_name_for_a_file_and_says_what_one_sees(
    name: str, compose_options: Callable[..., RunOptions]
) -> None:
    fields: Sequence[str] = FIELDS.get(name, ())
    documents = [
        Document(
            text,
            label=None if fields else text[0],
            split=split,
            tags=list(text.upper()) if "tags" in fields else None,
            target=text[::-1] if "target" in fields else None,
        )
        for text in ("abc", "bca", "cab", "ac")
        for split in ("train", "val")
    ]
    corpus = build_corpus(
        documents, normalize="nfc", layout="sequences", fractions=(1.0, 0.0, 0.0), split_seed=0,
        fields=tuple(fields),
    )  # fmt: skip
    words = ("task.max_length=9",) if name == "transduce" else ()
    options = compose_options(f"task={name}", "model.hidden_size=3", *words)
    task = TASKS[name](options, facts_of(corpus))
    history = History()
    history.add("val", {"epochs": 1, "step": 3, "steps": 3, "loss": 2.0})
    trained = TrainedNetwork(task.build_network(), corpus, 0)
    pictures = list(pictures_of(Subject(task, trained, history), "val"))
    assert {"curves", "unfolded", *task.options.pictures} <= {one.name for one in pictures}
    for one in pictures:
        assert re.fullmatch("[a-z]+(-[a-z]+)*", one.name)
        assert one.title[0].isupper()
        assert not one.title.endswith(".")
        assert one.explanation.endswith(".")
        assert 1 <= len(re.findall(r"[.?!](?= [A-Z]|$)", one.explanation)) <= 3, one.name
        assert one.about.islower()
