"""How a model is held while it decodes, and what its logits become."""

import math

import pytest
import torch
from torch import nn

from charlab.decoding.model_protocol import decoding, on_host, refuse_diverged, to_cpu
from charlab.errors import CheckpointError
from charlab.models import LanguageModel, build_model


def language_model() -> LanguageModel:
    return LanguageModel(build_model("gru", vocabulary_size=5, hidden_size=3))


@pytest.mark.parametrize("fails", [False, True])
def test_each_part_of_a_model_gets_its_own_mode_back(fails: bool) -> None:
    model = language_model()
    model.train()
    frozen = next(module for module in model.modules() if isinstance(module, nn.Linear))
    frozen.eval()
    before = [module.training for module in model.modules()]
    assert len(set(before)) == 2
    try:
        with decoding(model):
            assert not any(module.training for module in model.modules())
            assert torch.is_inference_mode_enabled()
            if fails:
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        assert fails
    assert [module.training for module in model.modules()] == before
    assert not torch.is_inference_mode_enabled()
    assert torch.is_grad_enabled()


def test_log_probabilities_are_the_softmax_s_in_double_precision() -> None:
    logits = torch.tensor([[0.1, -2.0, 3.5], [1000.0, 999.0, -1000.0], [0.0, -math.inf, 0.0]])
    doubles, nats = to_cpu(logits.float())
    assert (doubles.dtype, nats.dtype) == (torch.float64, torch.float64)
    assert torch.equal(doubles, logits.double())
    for row, found in zip(logits.double().tolist(), nats.tolist(), strict=True):
        largest = max(row)
        total = largest + math.log(math.fsum(math.exp(value - largest) for value in row))
        assert found == pytest.approx([value - total for value in row], rel=1e-12)
    assert torch.equal(to_cpu(logits[:1, None])[1], nats[:1, None])  # of any shape


@pytest.mark.parametrize("row", [[math.nan, 0.0], [math.inf, 0.0], [-math.inf, -math.inf]], ids=str)
def test_what_is_no_distribution_is_said_to_be_a_diverged_model(row: list[float]) -> None:
    with pytest.raises(CheckpointError, match=r"^the model's outputs are not finite, .*another"):
        to_cpu(torch.tensor([[0.0, 0.0], row]))
    with pytest.raises(CheckpointError, match="diverged"):
        refuse_diverged(True)
    refuse_diverged(False)


def test_where_there_is_float64_logits_stay_where_they_are() -> None:
    logits = torch.zeros(2, 3)
    assert on_host(logits) is logits
