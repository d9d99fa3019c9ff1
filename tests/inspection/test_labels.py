"""The label's probability while a text is read, against each beginning asked alone."""

import numpy as np
import pytest
import torch

from charlab.inspection.labels import prefix_probabilities
from charlab.models import build_model
from charlab.models.classifier import Classifier


@pytest.mark.parametrize("pooling", ["last", "mean", "mean_max"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_each_row_is_the_answer_to_that_beginning(bidirectional, pooling):
    torch.manual_seed(1)
    model = build_model("lstm", vocabulary_size=9, hidden_size=5, bidirectional=bidirectional)
    network = Classifier(model, 3, pooling).eval()
    ids = np.array([4, 8, 2, 2, 7])
    found = prefix_probabilities(network, ids)
    assert found.shape == (5, 3)
    for length in range(1, 6):
        alone = network(torch.from_numpy(ids[None, :length])).softmax(-1)[0].detach().numpy()
        assert found[length - 1] == pytest.approx(alone, abs=1e-6)
