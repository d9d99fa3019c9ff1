"""Pictures of transduction: what is counted of known answers."""

import numpy as np
import pytest

from charlab.data.corpus import build_corpus
from charlab.data.documents.document import Document
from charlab.data.facts import facts_of
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.figures import to_png
from charlab.tasks.transduce import pictures as module
from charlab.tasks.transduce.task import TransduceTask

PAIRS = {"ab": ["xyz", "zz"], "bab": ["xx"], "b": ["x"], "aa": ["zy"]}
WRITTEN = {"ab": "xzz", "bab": "xx", "b": "xyz", "aa": "y"}  # 1 edit, right, 2 edits, 1 edit


@pytest.fixture
def trained(compose_options):
    docs = [
        Document(text, target=target, split=split)
        for text, targets in PAIRS.items()
        for target in targets
        for split in (None, "val")
    ]
    corpus = build_corpus(
        docs, normalize="nfc", layout="sequences", fractions=(1.0, 0.0, 0.0), split_seed=0,
        fields=("target",),
    )  # fmt: skip
    words = ("task=transduce", "model.hidden_size=3", "task.max_length=9")
    task = TransduceTask(compose_options(*words), facts_of(corpus))
    return task, TrainedNetwork(task.build_network().eval(), corpus, 0)


@pytest.fixture
def answered(trained, monkeypatch):
    """The same network, that writes what is known."""
    task, network = trained
    source, target = network.corpus.vocabulary, network.corpus.target_vocabulary

    def write(network, ids, lengths, max_length):
        texts = [source.decode(row[:n]) for row, n in zip(ids.tolist(), lengths, strict=True)]
        return [target.encode(WRITTEN[t]).tolist() for t in texts]

    monkeypatch.setattr(module, "transduce_greedily", write)
    return {picture.name: picture for picture in task.pictures(network, "val")}


def rows(table):
    cells = [row.replace("</td>", "").replace("</tr>", "").split("<td") for row in
             table.split("<tr>")[2:]]  # fmt: skip
    return [[cell.partition(">")[2].strip().partition("</table")[0] for cell in row[1:]]
            for row in cells]  # fmt: skip


def test_each_text_counts_once_by_its_nearest_target(answered):
    (table,) = answered["worst-pairs"].draw()
    found = rows(table)
    assert found[0] == ["b", "x", "xyz", "2"]
    assert sorted(row[0] for row in found) == ["aa", "ab", "b"]
    (figure,) = answered["error-by-length"].draw()
    wrong, rate = figure.axes[0].lines
    assert wrong.get_xydata().tolist() == [[1.0, 1.0], [2.0, 1.0], [3.0, 0.0]]
    assert rate.get_ydata().tolist() == pytest.approx([2.0, 2 / (3 + 2), 0.0])  # xyz and zy


def test_confused_symbols_are_aligned(answered):
    (table,) = answered["confused-symbols"].draw()
    counts = {(right, written): int(count) for right, written, count in rows(table)}
    assert counts["(nothing)", "y"] == 1  # x → xyz
    assert counts["(nothing)", "z"] == 1
    assert counts["z", "(left out)"] == 1  # zy → y
    assert sum(counts.values()) == 4


def test_all_pictures_are_drawn_and_listed(trained):
    task, network = trained
    found = {picture.name: picture for picture in task.pictures(network, "val")}
    assert set(found) == set(task.options.pictures)
    for picture in found.values():
        for part in picture.draw():
            assert str(part) if isinstance(part, str) else to_png(part)
    (figure,) = found["attention"].draw()
    for axes in figure.axes:
        np.testing.assert_allclose(axes.images[0].get_array().sum(axis=1), 1.0, rtol=1e-5)
        assert (axes.get_xlabel(), axes.get_ylabel()) == ("text (read)", "target (written)")


def test_without_attention_there_is_no_picture_of_it(trained, compose_options):
    task, network = trained
    words = ("task=transduce", "model.hidden_size=3", "task.max_length=9", "task.attention=none")
    blind = TransduceTask(compose_options(*words), task.data)
    trained = TrainedNetwork(blind.build_network().eval(), network.corpus, 0)
    names = {picture.name for picture in blind.pictures(trained, "val")}
    assert names == set(task.options.pictures) - {"attention"}
