"""Pictures of what networks have learnt."""

import pytest
from matplotlib.figure import Figure

from charlab.figures import to_png
from charlab.gallery.embeddings import embedding_pictures, token_kind


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
    parts = [part for picture in found.values() for part in picture.draw()]
    figures = [part for part in parts if isinstance(part, Figure)]
    assert (len(parts), len(figures)) == (3, 2)
    if words == ("classify", "model.bidirectional=true"):  # the others' look alike
        assert all(map(to_png, figures))
    is_one_hot = "one-hot" in found["embeddings"].explanation
    assert is_one_hot == ("model.embedding_size=0" in words)


def test_a_stream_without_labels_has_no_states(network_of):
    task, trained = network_of(
        "generate", "dataset.layout=stream", "dataset.seq_len=8",
        texts=[("ab cd " * 50, None)], layout="stream",
    )  # fmt: skip
    names = {picture.name for picture in embedding_pictures(task, trained, "val")}
    assert names == {"embeddings", "neighbours"}


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
