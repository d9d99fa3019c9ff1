"""Penalties on features against their sums, value by value."""

import pytest
import torch

from charlab.models import Classifier, build_model
from charlab.models.activations import Features, activation_penalty, watched_features


@pytest.mark.parametrize("lengths", [None, [4, 1, 3]])
def test_only_what_is_no_padding_counts(lengths):
    torch.manual_seed(0)
    raw, dropped = torch.randn(2, 3, 4, 5, requires_grad=True).unbind()
    small, slow = [], []
    for row, length in enumerate(lengths or [4] * 3):
        small += [dropped[row, t].square().mean() for t in range(length)]
        slow += [(raw[row, t + 1] - raw[row, t]).square().mean() for t in range(length - 1)]
    expected = 2 * torch.stack(small).mean() + 3 * torch.stack(slow).mean()
    given = None if lengths is None else torch.tensor(lengths)
    found = activation_penalty(Features(raw, dropped), given, alpha=2, beta=3)
    torch.testing.assert_close(found, expected)


def test_single_characters_have_no_neighbours():
    ones = torch.ones(2, 1, 3)
    assert activation_penalty(Features(ones, ones), None, alpha=0, beta=1) == 0


def test_features_are_seen_of_any_network_while_watched():
    model = build_model("gru", vocabulary_size=7, hidden_size=6, dropout=0.5)
    network, ids = Classifier(model, 2), torch.zeros(3, 4, dtype=torch.long)
    with watched_features(model) as seen:
        network(ids)
    network(ids)
    ((raw, dropped),) = seen
    assert raw.shape == dropped.shape == (3, 4, 6)
    kept = dropped != 0
    torch.testing.assert_close(dropped[kept], 2 * raw[kept])
    assert model.on_features is None
