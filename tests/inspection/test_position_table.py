"""The properties of a sample's tokens, against those of the documents' texts."""

from collections.abc import Sequence

import numpy as np
import pytest

from charlab.data.batches.batch import BatchForm
from charlab.data.tokens import make_vocabulary
from charlab.data.tokens.ragged import EncodedSplit, flat_offsets
from charlab.data.tokens.vocabulary import Vocabulary
from charlab.inspection import position_table
from charlab.inspection.activations import (
    Reading,
    sample_documents,
    sample_places,
    sample_span,
)
from charlab.inspection.position_table import PropertyTable, property_table
from charlab.inspection.properties import COUNTED, properties_of

SEQUENCES = Reading("sequences", BatchForm.NEXT, 16)
STREAM = Reading("stream", BatchForm.NEXT, 16)


def encoded(
    texts: Sequence[str], unit: str = "char", tokens: Sequence[str] = ()
) -> tuple[EncodedSplit, Vocabulary]:
    vocabulary = make_vocabulary(unit, tokens or sorted(set("".join(texts))))
    ids = [vocabulary.encode(text).astype(np.uint16) for text in texts]
    return EncodedSplit(np.concatenate(ids), flat_offsets([*map(len, ids)]), None), vocabulary


def column(table: PropertyTable, name: str) -> list[float]:
    """A property of the tokens; the first row is the mark's."""
    values: list[float] = table.values[1:, table.names.index(name)].tolist()
    return values


def test_each_token_has_the_properties_that_its_own_document_gives_it() -> None:
    texts = ['Say "no', "é", "b (c\n", 'd" e)']  # what one opens the next does not close
    split, vocabulary = encoded(texts)
    chosen = [3, 0, 2]
    sample = sample_documents(split, np.array(chosen))
    table = property_table(split, vocabulary, sample, SEQUENCES)
    assert table.values.shape == (1 + 5 + 7 + 5, len(table.names))
    assert np.isnan(table.values[0]).all()
    told = [properties_of(texts[i]) for i in chosen]
    for name in table.names:  # a script that a document has nothing of is none of its properties
        expected = [
            found.get(name, np.zeros(len(texts[i]))) for i, found in zip(chosen, told, strict=True)
        ]
        assert column(table, name) == np.concatenate(expected).tolist(), name
    assert set(told[0]) <= set(table.names)
    assert [n for n, yes in zip(table.names, table.counted, strict=True) if yes] == [
        name for name in table.names if name in COUNTED
    ]
    assert "position in text" in table.names


def test_of_a_stretch_of_a_stream_what_stands_around_it_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = 'ab "cde fgh" i'
    split, vocabulary = encoded([text])
    sample = sample_span(split, 6, 4)  # "e fg", after all that warms the state up
    table = property_table(split, vocabulary, sample, STREAM)
    assert "position in text" not in table.names
    looked_at = table.values[1:][sample.places[1:] >= 0]
    assert looked_at.shape[0] == 4
    assert np.isnan(table.values[1:][sample.places[1:] < 0]).all()
    assert np.isnan(looked_at).sum() == 0
    quoted = table.names.index('inside " "')
    assert looked_at[:, quoted].tolist() == [1, 1, 1, 1]
    assert looked_at[:, table.names.index("position in line")].tolist() == [7, 8, 9, 10]
    monkeypatch.setattr(position_table, "_AFTER", 0)  # then nothing closes the quotes
    table = property_table(split, vocabulary, sample, STREAM)
    assert column(table, 'inside " "')[-4:] == [0, 0, 0, 0]


def test_only_so_much_before_a_stretch_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    split, vocabulary = encoded(["(" * 9 + "a" * 9])
    monkeypatch.setattr("charlab.inspection.activations.BURN_IN", 0)
    for before, depth in ((0, 0), (4, 1), (100, 9)):
        monkeypatch.setattr(position_table, "_BEFORE", before)
        sample = sample_span(split, 12, 2)
        table = property_table(split, vocabulary, sample, STREAM)
        assert column(table, "bracket depth") == [depth, depth]


def test_frequent_labels_and_all_tags_are_properties() -> None:
    texts = ["ab", "c", "aab", "b"]
    split, vocabulary = encoded(texts)
    tags = np.array([0, 2, 1, 0, 0, 1, 2], np.uint8)
    split = EncodedSplit(split.ids, split.offsets, np.array([1, 0, 1, 2]), tags)
    sample = sample_places(split, SEQUENCES, 100)
    table = property_table(
        split, vocabulary, sample, SEQUENCES, labels=("x", "Ÿ", "z"), tags=("N", "V")
    )
    assert column(table, "label x") == [0, 0, 1, 0, 0, 0, 0]
    assert column(table, "label Ÿ") == [1, 1, 0, 1, 1, 1, 0]
    assert column(table, "label z") == [0, 0, 0, 0, 0, 0, 1]
    nan = np.nan
    np.testing.assert_equal(column(table, "tag N"), [nan, 0, 1, nan, nan, 1, 0])
    np.testing.assert_equal(column(table, "tag V"), [nan, 1, 0, nan, nan, 0, 1])


def test_of_many_labels_the_most_frequent_are_told() -> None:
    split, vocabulary = encoded(["a"] * 99 + ["ab"])
    labels = np.append(np.arange(99) % 60, 59)  # 39 come twice; the last has three characters
    split = EncodedSplit(split.ids, split.offsets, labels)
    sample = sample_places(split, SEQUENCES, 1000)
    names = [f"{i:02}" for i in range(60)]
    table = property_table(split, vocabulary, sample, SEQUENCES, labels=names)
    told = [name.removeprefix("label ") for name in table.names if name.startswith("label ")]
    assert told == ["59", *names[:49]]  # among equals the first


@pytest.mark.parametrize(("unit", "tokens"), [("word", [" “", "a", " b"]), ("byte", ())])
def test_a_token_of_several_characters_has_the_properties_of_its_last(
    unit: str, tokens: Sequence[str]
) -> None:
    vocabulary = make_vocabulary(unit, tokens)
    text = "a “a b"
    ids = vocabulary.encode(text).astype(np.uint16)
    split = EncodedSplit(ids, flat_offsets([len(ids)]), None)
    sample = sample_places(split, SEQUENCES, 100)
    table = property_table(split, vocabulary, sample, SEQUENCES)
    letter = [1, 0, 1, 1] if unit == "word" else [1, 0, 0, 0, 0, 1, 0, 1]
    assert column(table, "letter") == letter
