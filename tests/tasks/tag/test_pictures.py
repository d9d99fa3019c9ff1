"""A tagger's pictures: colors and faults of known texts."""

import re
from dataclasses import replace

import pytest
import torch

from charlab.data.corpus import build_corpus
from charlab.data.documents.document import Document
from charlab.data.facts import facts_of
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.figures import to_png
from charlab.tasks.tag.pictures import Tags
from charlab.tasks.tag.task import TagTask

TEXTS = ["ab 1", "b1 a", "aa b", "1b b", "a1 1"]


def kinds(text):
    """Each character's kind; white space has none."""
    return [None if c == " " else "digit" if c.isdigit() else "letter" for c in text]


def words(text):
    """The kind of each word's first character, at its last."""
    ends = [i + 1 == len(text) or text[i + 1] == " " for i in range(len(text))]
    first = [kinds(word)[0] for word in text.split(" ") for _ in [*word, " "]]
    told = zip(text, ends, first, strict=False)
    return [kind if end and c != " " else None for c, end, kind in told]


def upper(text):
    """What stands for each character."""
    return [c.upper() for c in text]


def trained_on(tags, compose_options):
    docs = [Document(text, split=s, tags=tags(text)) for text in TEXTS for s in (None, "val")]
    corpus = build_corpus(
        docs, normalize="nfc", layout="sequences", fractions=(1.0, 0.0, 0.0), split_seed=0,
        fields=("tags",),
    )  # fmt: skip
    options = compose_options("task=tag", "model.hidden_size=3", "dataset.layout=sequences")
    options = replace(options, task=options.task.resolve(options, corpus))
    task = TagTask(options, facts_of(corpus))
    torch.manual_seed(0)
    return task, TrainedNetwork(task.build_network().eval(), corpus, 0)


@pytest.mark.parametrize("tags", [kinds, words, upper])
def test_all_pictures_are_drawn_and_faults_are_framed(tags, compose_options):
    task, trained = trained_on(tags, compose_options)
    found = {picture.name: picture for picture in task.pictures(trained, "val")}
    assert set(found) == set(task.options.pictures)
    for picture in found.values():
        for part in picture.draw():
            assert str(part) if isinstance(part, str) else to_png(part)
    tagged = Tags(task, trained, "val")
    assert tagged.confusion.sum() == sum(tag is not None for text in TEXTS for tag in tags(text))
    framed = sum(part.count("outline:2px") for part in found["tagged-text"].draw())
    # those alike that touch stand in one frame
    assert 0 < framed <= tagged.faults.sum()
    if tags is not kinds:
        assert framed == tagged.faults.sum()


def test_texts_are_shown_whole_and_words_say_their_tags(compose_options):
    task, trained = trained_on(words, compose_options)
    _, *texts = {p.name: p for p in task.pictures(trained, "val")}["tagged-text"].draw()
    without = [re.sub("<[^>]+>", "", re.sub("<sub.*?</sub>", "", text)) for text in texts]
    assert sorted(without) == sorted(TEXTS)
    assert all(text.count("<sub ") == 2 for text in texts)


def test_a_text_of_the_user_s_is_shown_instead(compose_options):
    task, trained = trained_on(kinds, compose_options)
    own = TrainedNetwork(trained.network, trained.corpus, 0, text="b <1>")
    _, shown = next(p for p in task.pictures(own, "val") if p.name == "tagged-text").draw()
    assert re.sub("<[^>]+>", "", shown) == "b &lt;1&gt;"
    assert "outline" not in shown
