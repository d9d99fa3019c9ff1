"""The folded forms against the forward pass that the model was trained with."""

import numpy as np
import pytest
import torch

from charlab.models.cells import LSTMCell
from charlab.models.folded import weights as folded_module
from charlab.models.folded.weights import FoldedModel, FoldedReader, can_fold
from charlab.models.gru import GRUModel
from charlab.models.language_model import LanguageModel
from charlab.models.lstm import LSTMModel
from charlab.models.recurrent import RecurrentModel
from charlab.models.vanilla import VanillaModel

V = 11
CELLS = {
    "vanilla": VanillaModel,
    "relu": lambda **options: VanillaModel(nonlinearity="relu", **options),
    "lstm": LSTMModel,
    "gru": GRUModel,
}


def make(cell="lstm", **options):
    torch.manual_seed(1)
    options = {"vocabulary_size": V, "hidden_size": 6, "num_layers": 2, **options}
    model = LanguageModel(CELLS[cell](**options)).eval()
    torch.nn.init.normal_(model.decoder.bias)
    return model


def text(lanes, length=30):
    return torch.randint(0, V, (lanes, length), generator=torch.Generator().manual_seed(2))


def conditions(model, lanes):
    count = model.recurrent.num_conditions
    return torch.arange(lanes) % count if count else None


def read(reader, ids, *, alone=False):
    """The logits after each of the ids (B, T), (B, T, V)."""
    rows = []
    for ids_t in ids.T:
        reader.step(int(ids_t[0]) if alone else ids_t)
        rows.append(torch.as_tensor(reader.logits).clone().reshape(len(ids_t), V))
    return torch.stack(rows, dim=1)


@torch.no_grad()
def assert_reads_as_forward(model, lanes, tolerance):
    ids, condition = text(lanes), conditions(model, lanes)
    whole, last = model(ids, condition=condition)
    _, state = model(ids[:, :7], condition=condition)
    for alone in {False, lanes == 1}:
        reader = FoldedReader(FoldedModel(model), state, condition, alone=alone)
        logits = read(reader, ids[:, 7:], alone=alone)
        np.testing.assert_allclose(logits, whole[:, 7:].numpy(), atol=tolerance)
        for part, expected in zip(reader.state(), last, strict=True):
            np.testing.assert_allclose(part, expected.numpy(), atol=tolerance)


@pytest.mark.parametrize("lanes", [1, 4])
@pytest.mark.parametrize("embedding_size", [0, 5])
@pytest.mark.parametrize("num_conditions", [0, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_logits_are_those_of_the_forward_pass(cell, num_conditions, embedding_size, lanes):
    options = {"embedding_size": embedding_size, "num_conditions": num_conditions}
    for layers in (1, 3):
        model = make(cell, num_layers=layers, **options)
        assert_reads_as_forward(model, lanes, 1e-5)
        assert_reads_as_forward(model.double(), lanes, 1e-12)


@pytest.mark.parametrize("cell", ["vanilla", "lstm", "gru"])
def test_a_trained_size_agrees_to_a_hundred_thousandth(cell):
    model = make(cell, hidden_size=256, embedding_size=64)
    assert_reads_as_forward(model, 1, 1e-5)
    assert_reads_as_forward(model, 9, 1e-5)


@pytest.mark.parametrize("lanes", [1, 4])
def test_a_table_that_would_be_too_large_is_not_made(monkeypatch, lanes):
    monkeypatch.setattr(folded_module, "_LARGEST_TABLE", 10)
    assert_reads_as_forward(make(embedding_size=5, num_conditions=2), lanes, 1e-5)


@pytest.mark.parametrize("kept", [[2], [4, 0, 1]])
@torch.no_grad()
def test_lanes_that_are_kept_go_on(kept):
    model = make("gru", num_conditions=2)
    ids, condition = text(5), conditions(model, 5)
    whole, _ = model(ids, condition=condition)
    reader = FoldedReader(FoldedModel(model), model.init_state(5), condition)
    read(reader, ids[:, :9])
    reader.keep(torch.tensor(kept))
    np.testing.assert_allclose(read(reader, ids[kept, 9:]), whole[kept, 9:].numpy(), atol=1e-5)


@torch.no_grad()
def test_training_on_changes_no_folded_weights_and_reading_no_state():
    model = make()
    ids, state = text(2), model.init_state(2)
    before, _ = model(ids)
    reader = FoldedReader(FoldedModel(model), state, None)
    for parameter in model.parameters():
        parameter.add_(1)
    np.testing.assert_allclose(read(reader, ids), before.numpy(), atol=1e-5)
    assert not any(part.any() for part in state)


def test_what_a_step_reads():
    folded = FoldedModel(make("lstm", hidden_size=6, num_layers=2))
    assert folded.bytes_per_step == 4 * (7 * (24 + 24) + 7 * (24 + V))


class SlowLSTMCell(LSTMCell):
    """Might do anything."""


class Doubling(LSTMModel):
    def forward(self, ids, state=None, *, condition=None, lengths=None):
        return RecurrentModel.forward(self, ids, state, condition=condition, lengths=lengths)


def test_only_what_is_known_is_folded():
    options = {"vocabulary_size": V, "hidden_size": 3}
    assert can_fold(make())
    assert not can_fold(make().recurrent)
    assert not can_fold(LanguageModel(Doubling(**options)))
    assert not can_fold(LanguageModel(RecurrentModel(SlowLSTMCell(), None, **options)))
    assert not can_fold(make().to("meta"))
    assert not can_fold(make(layer_norm=True))
    assert not can_fold(make(residual=True))
    assert can_fold(make(dropout_kind="locked", dropout=0.2, weight_dropout=0.2))
