"""Vectors of tokens and texts, against what they are by definition."""

import numpy as np
import pytest
import torch

from charlab.data.tokens.ragged import EncodedSplit, flat_offsets
from charlab.inspection.embeddings import (
    final_states,
    nearest_neighbours,
    principal_components,
    recurrent_parts,
    token_vectors,
)
from charlab.models import build_model
from charlab.models.classifier import Classifier


@pytest.fixture
def vectors():
    # a plane in five dimensions, much longer one way than the other
    random = np.random.default_rng(3)
    axes = np.linalg.qr(random.normal(size=(5, 2)))[0]
    return (random.normal(size=(400, 2)) * (10, 1)) @ axes.T + 7


def test_principal_components_keep_all_distances_of_a_plane(vectors):
    places, shares = principal_components(vectors)
    apart = np.linalg.norm(vectors[:, None] - vectors, axis=-1)
    assert np.linalg.norm(places[:, None] - places, axis=-1) == pytest.approx(apart, abs=1e-9)
    assert shares.sum() == pytest.approx(1.0)
    assert shares[0] > 0.97


def test_principal_components_do_not_depend_on_the_sign_of_a_direction(vectors):
    places, _ = principal_components(vectors)
    assert places == pytest.approx(principal_components(vectors + 100)[0], abs=1e-6)
    assert (places.max(axis=0) == np.abs(places).max(axis=0)).all()


@pytest.mark.parametrize("shape", [(1, 3), (3, 1)])
def test_principal_components_of_less_than_a_plane(shape):
    places, shares = principal_components(np.arange(3.0).reshape(shape))
    assert places.shape == (shape[0], 2)
    assert np.isfinite(places).all()
    assert np.isfinite(shares).all()


def test_neighbours_are_those_of_the_smallest_angle():
    vectors = np.array([[1.0, 0.0], [5.0, 0.5], [0.0, 2.0], [-3.0, 0.1]])
    places, cosines = nearest_neighbours(vectors, 9)
    assert places[0].tolist() == [1, 2, 3]
    assert cosines[0, 1] == pytest.approx(0.0)
    assert places[3].tolist() == [2, 1, 0]


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("name", ["vanilla", "lstm", "gru"])
def test_one_hot_input_weights_stand_for_embeddings(name, bidirectional):
    model = build_model(
        name, vocabulary_size=7, hidden_size=3, embedding_size=0, bidirectional=bidirectional
    )
    found = token_vectors(model)
    ids = torch.arange(7)
    products = [
        model.input.product(ids, None, kernel.weight_ih_l0, torch.zeros(len(kernel.weight_ih_l0)))
        for kernel in model.first_kernels()
    ]
    assert found == pytest.approx(torch.cat(products, dim=-1).detach().double().numpy())


@pytest.mark.parametrize("bidirectional", [False, True])
def test_final_states_are_those_of_each_text_alone(bidirectional):
    torch.manual_seed(0)
    model = build_model("gru", vocabulary_size=9, hidden_size=4, bidirectional=bidirectional)
    network = Classifier(model, 2).eval()
    assert recurrent_parts(network) == [model]
    texts = [[2, 3, 4, 5], [6], [7, 8, 2]]
    split = EncodedSplit(
        np.concatenate(texts).astype(np.uint8), flat_offsets([len(t) for t in texts]), None
    )
    found = final_states(model, split)
    for state, text in zip(found, texts, strict=True):
        features, _ = model(torch.tensor([text]))
        backwards = features[0, 0, 4:] if bidirectional else features[0, 0, :0]
        alone = torch.cat([features[0, -1, :4], backwards]).detach().numpy()
        assert state == pytest.approx(alone, abs=1e-6)
