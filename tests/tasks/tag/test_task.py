"""A tagger's figures, against counting by hand."""

import math

import pytest
import torch

from charlab.data.batches.batch import IGNORE, Batch
from charlab.tasks.tag.task import TagMeter
from tests.support.fixed_tagger import FixedTagger


def test_figures_by_hand() -> None:
    meter = TagMeter(FixedTagger(), 4, whole_texts=True)
    ids = torch.tensor([[0, 1, 2], [3, 3, 0]])
    targets = torch.tensor([[0, 1, IGNORE], [3, 1, IGNORE]])
    meter.update(Batch(ids, targets, torch.tensor([3, 2]), None, None, 5, 4))
    found = meter.compute()
    assert found["accuracy"] == 3 / 4
    assert found["text_accuracy"] == 1 / 2
    # F1 of the tags: 0 has 1, 1 has 2 · 1 / (2 + 1), 3 has 2 · 1 / (2 + 1); 2 is not there.
    assert found["macro_f1"] == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)
    right = torch.tensor(9.0).exp() / (torch.tensor(9.0).exp() + 3)
    expected = -(3 * right.log() + (right.log() - 9)) / 4
    assert found["loss"] == pytest.approx(float(expected), rel=1e-5)


def test_where_nothing_has_a_tag_there_is_no_figure() -> None:
    meter = TagMeter(FixedTagger(), 4, whole_texts=True)
    nothing = torch.full((1, 3), IGNORE)
    meter.update(Batch(torch.tensor([[0, 1, 2]]), nothing, torch.tensor([3]), None, None, 3, 0))
    found = meter.compute()
    assert [name for name, value in found.items() if math.isnan(value)] == [
        "loss",
        "accuracy",
        "macro_f1",
    ]
    assert found["text_accuracy"] == 1
