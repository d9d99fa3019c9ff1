import numpy as np
import pytest
import torch
from torch.testing import assert_close

from charlab.data.batches.batch import BatchForm
from charlab.data.tokens.ragged import EncodedSplit, flat_offsets
from charlab.data.tokens.vocabulary import EOS
from charlab.errors import ConfigError
from charlab.inspection.activations import (
    Reading,
    Unit,
    parse_unit,
    part_names,
    read_activations,
    recurrent_of,
    require_unit,
    sample_documents,
    sample_places,
    sample_span,
    unit_values,
)
from charlab.models import build_model
from charlab.models.classifier import Classifier
from charlab.models.language_model import LanguageModel

V, H, L = 9, 5, 2


def split_of(lengths, labels=None, seed=0):
    ids = np.random.default_rng(seed).integers(2, V, sum(lengths)).astype(np.uint8)
    return EncodedSplit(ids, flat_offsets(lengths), labels)


def model_of(name="lstm", **options):
    torch.manual_seed(0)
    return build_model(
        name, vocabulary_size=V, hidden_size=H, num_layers=L, embedding_size=3, **options
    )


def everything(network, split, reading, sample):
    """Each place's values of all parts of all layers, as they come in batches."""
    found = {}
    for batch in read_activations(network, split, reading, sample):
        for row, column in (batch.numbers > 0).nonzero().tolist():
            place = int(sample.places[batch.numbers[row, column]])
            assert place not in found
            found[place] = [
                {name: value[row, column] for name, value in layer.items()}
                for layer in batch.layers
            ]
    return found


@pytest.mark.parametrize("name", ["vanilla", "lstm", "gru"])
def test_documents_are_read_from_their_mark_on(name):
    network = LanguageModel(model_of(name, dropout=0.5)).train()
    split = split_of([4, 1, 6])
    reading = Reading("sequences", BatchForm.NEXT, 8)
    found = everything(network, split, reading, sample_places(split, reading, 100))
    assert network.training
    network.eval()
    assert sorted(found) == list(range(11))
    for begin, end in zip(split.offsets[:-1], split.offsets[1:], strict=True):
        ids = torch.tensor([[EOS, *split.ids[begin:end].tolist()]])
        trace = network.recurrent.forward_with_gates(ids)[2]
        for t, place in enumerate(range(begin, end), start=1):
            for layer in range(L):
                assert set(found[place][layer]) == set(part_names(network.recurrent.cell))
                for part, value in found[place][layer].items():
                    assert_close(value, trace[layer][part][0, t])


def test_labels_condition_what_is_read():
    network = LanguageModel(model_of(num_conditions=2))
    split = split_of([3, 3], labels=np.array([1, 0]))
    reading = Reading("sequences", BatchForm.CONDITIONAL, 8)
    found = everything(network, split, reading, sample_places(split, reading, 100))
    ids = torch.tensor([[EOS, *split.ids[:3].tolist()]])
    trace = network.recurrent.forward_with_gates(ids, condition=torch.tensor([1]))[2]
    assert_close(found[2][1]["cell"], trace[1]["cell"][0, 3])


def test_a_stream_carries_its_state_over_batches(monkeypatch):
    monkeypatch.setattr("charlab.inspection.activations.VALUES", 600)
    network = LanguageModel(model_of())
    split = split_of([300])
    reading = Reading("stream", BatchForm.NEXT, 8)
    found = everything(network, split, reading, sample_places(split, reading, 1000))
    assert sorted(found) == list(range(299))  # the last predicts nothing
    trace = network.recurrent.forward_with_gates(torch.tensor(split.ids[None].astype(int)))[2]
    for place in (0, 17, 298):
        assert_close(found[place][1]["hidden"], trace[1]["hidden"][0, place])


def test_a_sample_of_a_stream_warms_its_states_up(monkeypatch):
    monkeypatch.setattr("charlab.inspection.activations._SPAN", 300)
    network = LanguageModel(model_of("gru"))
    split = split_of([1_500, 1_500])
    reading = Reading("stream", BatchForm.NEXT, 8)
    sample = sample_places(split, reading, 900)
    found = everything(network, split, reading, sample)
    begins = [place for place in sorted(found) if place - 1 not in found]
    assert begins == [0, 1_350, 2_700]
    assert 740 < len(found) <= 900  # a span ends where its document does
    trace = network.recurrent.forward_with_gates(torch.tensor(split.ids[None, 1_500:].astype(int)))
    exact = trace[2][0]["hidden"][0, 1_200]
    assert_close(found[2_700][0]["hidden"], exact, atol=1e-4, rtol=1e-3)


def test_both_directions_of_a_classifier_over_rows_of_unequal_length():
    network = Classifier(model_of(bidirectional=True), 3)
    split = split_of([2, 5])
    reading = Reading("sequences", BatchForm.LABEL, 8)
    found = everything(network, split, reading, sample_places(split, reading, 100))
    ids = torch.tensor(split.ids[None, :2].astype(int))
    trace = network.recurrent.forward_with_gates(ids)[2]
    for place in (0, 1):
        assert_close(found[place][1]["forget"], trace[1]["forget"][0, place])
        assert found[place][1]["forget"].shape == (2 * H,)


def test_values_of_units_come_in_the_order_of_the_text():
    network = LanguageModel(model_of())
    split = split_of([3, 7, 2])
    reading = Reading("sequences", BatchForm.NEXT, 8)
    sample = sample_places(split, reading, 100)
    units = [Unit(0, "forget", 4), Unit(1, "hidden", 0)]
    numbers, values = unit_values(network, split, reading, sample, units)
    assert sample.places[numbers].tolist() == list(range(12))
    found = everything(network, split, reading, sample)
    assert values[5, 0] == pytest.approx(found[5][0]["forget"][4].item())
    assert values[5, 1] == pytest.approx(found[5][1]["hidden"][0].item())
    some = sample_documents(split, np.array([0, 2]))
    assert some.places.tolist() == [-1, 0, 1, 2, 10, 11]


def test_a_span_of_a_stream_is_warmed_up_by_its_document_alone():
    split = split_of([300, 400])
    sample = sample_span(split, 310, 500)
    assert sample.places.tolist() == [-1] * 11 + list(range(310, 700))
    assert sample.tokens[1:].tolist() == split.ids[300:].tolist()


def test_units_by_name():
    assert parse_unit("0:hidden:42") == Unit(0, "hidden", 42)
    assert str(Unit(1, "forget", 2)) == "1:forget:2"
    for text in ("hidden:4", "a:hidden:1", "0:hidden:-1"):
        with pytest.raises(ConfigError, match="give layer:gate:number"):
            parse_unit(text)
    model = recurrent_of(LanguageModel(model_of()))
    require_unit(model, Unit(1, "cell", 4))
    with pytest.raises(ConfigError, match=r"unit=0:forgot:0: .*forget"):
        require_unit(model, Unit(0, "forgot", 0))
    with pytest.raises(ConfigError, match="the number counts from 0 to 4"):
        require_unit(model, Unit(0, "forget", 5))
    with pytest.raises(ConfigError, match="the layer counts from 0 to 1"):
        require_unit(model, Unit(2, "forget", 0))
