"""Pictures of what networks have learnt, and TensorBoard's projector."""

import csv
import math

import pytest
from google.protobuf import text_format
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

from charlab.data.facts import facts_of
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.figures import to_png
from charlab.gallery.embeddings import embedding_pictures, token_kind
from charlab.gallery.projector import write_projector
from charlab.tasks import TASKS

NAMES = [(f"{a}{b}{c}", label) for a, label in (("x", "one"), ("y", "a\ttab"), ("ж", "<b>"))
         for b in "aeou" for c in "dkst"]  # fmt: skip


@pytest.fixture(scope="module")
def network_of(make_corpus, compose_options):
    def make(task, *words, texts=NAMES, layout="sequences"):
        corpus = make_corpus(texts, layout=layout)
        options = compose_options(f"task={task}", "model.hidden_size=4", *words)
        task = TASKS[task](options, facts_of(corpus))
        return task, TrainedNetwork(task.build_network().eval(), corpus, 0)

    return make


@pytest.mark.parametrize(
    "words",
    [
        ("classify", "model.bidirectional=true"),
        ("classify", "model=gru", "model.embedding_size=0"),
        ("generate", "task.condition_on_label=true"),
        ("generate", "task.condition_on_label=false", "model=vanilla"),
    ],
)
def test_all_networks_of_labelled_texts_have_all_pictures(network_of, words):
    task, trained = network_of(*words)
    found = {picture.name: picture for picture in embedding_pictures(task, trained, "val")}
    assert set(found) == {"embeddings", "neighbours", "states"}
    for picture in found.values():
        for part in picture.draw():
            assert str(part) if isinstance(part, str) else to_png(part)
    is_one_hot = "one-hot" in found["embeddings"].explanation
    assert is_one_hot == ("model.embedding_size=0" in words)


def test_a_stream_without_labels_has_no_states(network_of):
    task, trained = network_of(
        "generate", "dataset.layout=stream", "dataset.seq_len=8",
        texts=[("ab cd " * 50, None)], layout="stream",
    )  # fmt: skip
    names = {picture.name for picture in embedding_pictures(task, trained, "val")}
    assert names == {"embeddings", "neighbours"}


def test_the_projector_s_files_are_as_tensorboard_reads_them(network_of, tmp_path):
    task, trained = network_of("classify")
    folder = tmp_path / "projector"
    for _ in range(2):  # the second replaces the first
        assert write_projector(task, trained, "val", folder)
    config = ProjectorConfig()
    text_format.Parse((folder / "projector_config.pbtxt").read_text(), config)
    (embedding,) = config.embeddings
    vectors = (folder / embedding.tensor_path).read_text().splitlines()
    with (folder / embedding.metadata_path).open(encoding="utf-8") as file:
        head, *rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    assert head == ["text", "label"]
    val = trained.corpus.splits["val"]
    assert len(vectors) == len(rows) == val.documents
    assert [label for _, label in rows] == [
        trained.corpus.labels[i].replace("\t", "\\t") for i in val.labels.tolist()
    ]
    assert all(len(row.split("\t")) == 4 for row in vectors)
    assert all(math.isfinite(float(x)) for row in vectors for x in row.split("\t"))
    assert list(folder.glob("events.out.tfevents.*"))  # else TensorBoard sees no run there


@pytest.mark.parametrize(
    ("token", "unit", "kind"),
    [
        ("e", "char", "vowel"),
        ("É", "char", "vowel"),
        ("ß", "char", "consonant"),
        ("7", "char", "digit"),
        ("—", "char", "punctuation"),
        ("\n", "char", "white space and controls"),
        ("\u00a0", "char", "white space and controls"),
        ("ж", "char", "Cyrillic letter"),
        ("中", "char", "Han letter"),
        ("\u0301", "char", "combining mark"),
        ("AH", "symbol", "vowel"),
        ("NG", "symbol", "consonant"),
        ("house", "word", "word"),
        ("", "char", "white space and controls"),
    ],
)
def test_kinds_of_tokens(token, unit, kind):
    assert token_kind(token, unit) == kind
