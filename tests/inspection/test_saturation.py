import numpy as np
import pytest
import torch

from charlab.data.batches.batch import BatchForm
from charlab.data.tokens.ragged import EncodedSplit, flat_offsets
from charlab.inspection.activations import Reading
from charlab.inspection.saturation import measure_saturation
from charlab.models import build_model
from charlab.models.language_model import LanguageModel
from charlab.models.reference import layer_weights

READING = Reading("sequences", BatchForm.NEXT, 8)


def network(name):
    torch.manual_seed(0)
    return LanguageModel(
        build_model(name, vocabulary_size=6, hidden_size=3, num_layers=2, embedding_size=2)
    )


def split():
    ids = np.random.default_rng(0).integers(2, 6, 30).astype(np.uint8)
    return EncodedSplit(ids, flat_offsets([10, 20]), None)


@pytest.mark.parametrize(("name", "gates"), [("lstm", 3), ("gru", 2), ("vanilla", 0)])
def test_gates_between_0_and_1_are_measured_in_every_layer(name, gates):
    found = measure_saturation(network(name), split(), READING)
    assert len(found) == 2 * gates
    assert all(each.shut.shape == each.open.shape == (3,) for each in found)


def test_shares_are_those_of_the_gates_over_the_text():
    model = network("lstm")
    weights = layer_weights(model.recurrent.recurrence, 1)
    with torch.no_grad():
        weights.bias_ih[3], weights.bias_ih[4] = 50.0, -50.0  # forget gates of units 0 and 1
        weights.weight_ih.mul_(8.0)
    found = {(each.layer, each.gate): each for each in measure_saturation(model, split(), READING)}
    forget = found[1, "forget"]
    assert (forget.open[0], forget.shut[0], forget.open[1], forget.shut[1]) == (1, 0, 0, 1)
    values = []
    for part in (split().ids[:10], split().ids[10:]):
        ids = torch.tensor([[0, *part.tolist()]])
        values.append(model.recurrent.forward_with_gates(ids)[2][1]["input"][0, 1:])
    gates = torch.cat(values)
    assert found[1, "input"].open == pytest.approx((gates > 0.9).double().mean(0).numpy())
    assert found[1, "input"].shut == pytest.approx((gates < 0.1).double().mean(0).numpy())
