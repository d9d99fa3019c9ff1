"""Weights as a page carries them, and what that costs."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from charlab.data.tokens.vocabulary import EOS
from charlab.errors import CheckpointError, ConfigError
from charlab.play.packing import (
    WEIGHTS,
    pack_array,
    pack_weights,
    packing_cost,
    unpack_array,
    unpacked_network,
)
from tests.support.played import trained_model

MATRIX = np.random.default_rng(0).normal(size=(5, 7)).astype(np.float32)


def test_float16_and_float32_are_numpys():
    for weights, kind in (("float16", np.float16), ("float32", np.float32)):
        packed = pack_array(MATRIX, weights)
        assert packed["type"] == weights
        np.testing.assert_array_equal(unpack_array(packed), MATRIX.astype(kind).astype(np.float32))


def test_int8_is_off_by_half_a_step_of_its_row():
    matrix = MATRIX * np.array([[1e-6], [1], [1e6], [0], [3]], np.float32)
    packed = json.loads(json.dumps(pack_array(matrix, "int8")))
    steps = np.abs(matrix).max(axis=1, keepdims=True) / 127
    assert (np.abs(unpack_array(packed) - matrix) <= 0.5001 * steps).all()


@pytest.mark.parametrize("weights", WEIGHTS)
def test_vectors_stay_exact_and_so_does_what_float16_cannot_hold(weights):
    for array in (MATRIX[0], 1e6 * MATRIX if weights == "float16" else MATRIX[:, 0]):
        np.testing.assert_array_equal(unpack_array(pack_array(array, weights)), array)


def test_what_cannot_be_packed_is_refused():
    network = nn.Linear(2, 2)
    with pytest.raises(ConfigError, match="weights=int4: choose one of: float16, int8, float32"):
        pack_weights(network, "int4")
    nn.init.constant_(network.weight, torch.nan)
    with pytest.raises(CheckpointError, match="diverged"):
        pack_weights(network, "int8")


@pytest.mark.parametrize(("weights", "differs"), [("float32", False), ("int8", True)])
def test_the_cost_is_the_loss_with_packed_weights(compose_options, make_corpus, weights, differs):
    names = [f"{a}{b}{c}" for a in "abc" for b in "abé" for c in "cba"]
    corpus = make_corpus([(name, None) for name in names], layout="sequences")
    trained = trained_model(compose_options, "generate", "gru", symbols=corpus.vocabulary.tokens)
    vars(trained)["corpus"] = corpus
    packed = pack_weights(trained.network, weights)
    cost = packing_cost(trained, packed)
    assert cost is not None
    assert cost.whole

    def loss(network):
        nats = []
        for ids in np.split(corpus.splits["val"].ids[:], corpus.splits["val"].offsets[1:-1]):
            given = torch.tensor([[EOS, *ids.tolist(), EOS]])
            rows = network(given[:, :-1])[0][0].log_softmax(-1)
            nats += [-rows[t, token].item() for t, token in enumerate(given[0, 1:])]
        return np.mean(nats)

    assert cost.loss == pytest.approx(loss(trained.network), rel=1e-5)
    assert cost.packed == pytest.approx(loss(unpacked_network(trained.network, packed)), rel=1e-5)
    assert (cost.loss != cost.packed) == differs
    del corpus.splits["val"]
    assert packing_cost(trained, packed) is None
