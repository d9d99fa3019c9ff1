import json

import numpy as np
import pytest
import torch

from charlab.data.batches.batch import BatchForm
from charlab.data.tokens import make_vocabulary
from charlab.data.tokens.ragged import EncodedSplit, flat_offsets
from charlab.inspection.activations import Activations, Reading, read_activations, sample_places
from charlab.inspection.correlations import GroupedSums
from charlab.inspection.position_table import PropertyTable, property_table
from charlab.inspection.units import _groups, _strongest, find_units
from charlab.models import build_model
from charlab.models.language_model import LanguageModel
from charlab.models.reference import layer_weights
from charlab.models.tagger import Tagger

STREAM = Reading("stream", BatchForm.NEXT, 16)


def encoded(texts, labels=None):
    vocabulary = make_vocabulary("char", sorted(set("".join(texts))))
    ids = vocabulary.encode("".join(texts)).astype(np.uint8)
    offsets = flat_offsets([len(text) for text in texts])
    return EncodedSplit(ids, offsets, labels), vocabulary


def quoted_prose(count=200, seed=0):
    """Words of which some stand in quotes, or in brackets."""
    random = np.random.default_rng(seed)
    words = ["the", "cat", "sat", "On", "a", "mat", "42"]
    parts = []
    for _ in range(count):
        some = " ".join(random.choice(words, random.integers(1, 6)))
        parts.append(random.choice(["{}", "“{}”", "({})"]).format(some))
    return " ".join(parts)


def planted(vocabulary, unit=3):
    """A network one of whose cells is set by an opening quote and cleared by a closing one."""
    torch.manual_seed(0)
    model = build_model("lstm", vocabulary_size=vocabulary.size, hidden_size=8, embedding_size=0)
    weights = layer_weights(model.recurrence, 0)
    opening, closing = vocabulary.encode("“”").tolist()
    with torch.no_grad():
        for block, bias in ((0, -20.0), (1, 20.0), (2, 20.0)):  # input, forget, candidate
            row = block * 8 + unit
            for matrix in (weights.weight_ih, weights.weight_hh, weights.bias_hh):
                matrix[row] = 0.0
            weights.bias_ih[row] = bias
        weights.weight_ih[unit, opening] = 40.0
        weights.weight_ih[8 + unit, closing] = -40.0
    return LanguageModel(model)


def test_a_planted_unit_that_follows_quotes_is_found():
    split, vocabulary = encoded([quoted_prose()])
    report = find_units(planted(vocabulary), split, vocabulary, STREAM)
    best = {each.name: each for each in report.strongest}["inside quotes"]
    assert (best.layer, best.part, best.unit) == (0, "cell", 3)
    assert best.correlation > 0.999
    assert best.kind == "point-biserial"
    assert report.found[0].correlation == max(abs(each.correlation) for each in report.found)
    assert report.units == 8 * 6
    assert "layer 0 cell 3" in str(report)
    assert json.loads(json.dumps(best.record()))["unit"] == 3
    assert "newline" in report.left_out  # it never occurs


@pytest.mark.parametrize("layout", ["sequences", "stream"])
def test_correlations_are_numpys_of_the_half_that_did_not_choose(layout):
    texts = [quoted_prose(12, seed) for seed in range(60)]
    labels = np.arange(60) % 2
    split, vocabulary = encoded(texts, labels)
    reading = Reading(layout, BatchForm.NEXT, 16)
    torch.manual_seed(1)
    network = LanguageModel(
        build_model("gru", vocabulary_size=vocabulary.size, hidden_size=6, num_layers=2)
    )
    report = find_units(network, split, vocabulary, reading, labels=("ping", "pong"))
    sample = sample_places(split, reading, 10**6)
    table = property_table(split, vocabulary, sample, reading, labels=("ping", "pong"))
    half = _groups(sample, reading) % 2
    numbers, values = [], {}
    for batch in read_activations(network, split, reading, sample):
        told = batch.numbers > 0
        numbers.append(batch.numbers[told])
        for layer, parts in enumerate(batch.layers):
            for part, x in parts.items():
                values.setdefault((layer, part), []).append(x[told])
    where = torch.cat(numbers).numpy()
    assert {each.name for each in report.found} >= {"label pong", "inside quotes", "upper case"}
    for each in report.found:
        x = torch.cat(values[each.layer, each.part])[:, each.unit].numpy()
        y = table.values[where, table.names.index(each.name)]
        for side, said in ((0, each.chosen_by), (1, each.correlation)):
            mine = half[where] == side
            assert np.corrcoef(x[mine], y[mine])[0, 1] == pytest.approx(said, abs=1e-5)
        assert each.tokens == (half[where] == 1).sum()
        if each in report.strongest:  # no other unit of that part was better
            chose = half[where] == 0
            best = np.corrcoef(torch.cat(values[each.layer, each.part])[chose].T, y[chose])[-1, :-1]
            assert abs(each.chosen_by) == pytest.approx(np.nanmax(np.abs(best)), abs=1e-5)


def test_tags_are_properties_where_they_are_told():
    texts = ["ab ba " * 30] * 40
    split, vocabulary = encoded(texts)
    tags = np.zeros(split.characters, np.uint8)
    tags[1::3] = 1 + (split.ids[1::3] == vocabulary.encode("b")[0])
    tagged = EncodedSplit(split.ids, split.offsets, None, tags)
    torch.manual_seed(0)
    recurrent = build_model(
        "vanilla", vocabulary_size=vocabulary.size, hidden_size=4, bidirectional=True
    )
    reading = Reading("sequences", BatchForm.TAGS, 16)
    report = find_units(Tagger(recurrent, 2), tagged, vocabulary, reading, tags=("x", "y"))
    found = {each.name: each for each in report.strongest}
    assert found["tag y"].correlation == pytest.approx(-found["tag x"].correlation)
    assert found["tag y"].tokens + 60 * 2 > (tags > 0).sum() / 2  # a document has 60
    assert abs(found["tag y"].correlation) > 0.5


def test_of_units_that_follow_nothing_nothing_is_told():
    random = np.random.default_rng(0)
    n, units = 3_000, 1_000
    y = (random.random((n + 1, 1)) < 0.3).astype(np.float32)
    table = PropertyTable(("coin",), y, np.array([False]))
    sums = GroupedSums(table, np.arange(n + 1) // 20 % 20)
    x = torch.from_numpy(random.standard_normal((1, n, units))).float()
    numbers = torch.arange(1, n + 1)[None]
    sums.add(Activations(numbers, [{"hidden": x}]))
    best, *_ = _strongest(sums, table)
    assert abs(best.chosen_by) > 0.06  # the largest of 1,000 by chance
    assert abs(best.correlation) < 0.05
    assert best.low < 0 < best.high


def test_tags_may_be_missing_in_some_batches_alone(monkeypatch):
    """The shortest documents come first: a batch of them may have a tag for every token."""
    monkeypatch.setattr("charlab.inspection.activations.VALUES", 400)
    split, vocabulary = encoded(["a", "b"] * 60 + ["ab ba ab"] * 60)
    ids = np.asarray(split.ids)
    tags = (1 + (ids == vocabulary.encode("b")[0])).astype(np.uint8)
    tags[ids == vocabulary.encode(" ")[0]] = 0
    tagged = EncodedSplit(split.ids, split.offsets, None, tags)
    torch.manual_seed(0)
    recurrent = build_model("vanilla", vocabulary_size=vocabulary.size, hidden_size=4)
    reading = Reading("sequences", BatchForm.TAGS, 16)
    report = find_units(Tagger(recurrent, 2), tagged, vocabulary, reading, tags=("x", "y"))
    found = {each.name: each for each in report.strongest}
    assert found["tag x"].tokens < found["white space"].tokens
