import pytest
import torch
from torch import nn

from charlab.training import precision
from charlab.training.precision import autocast, fast_products, resolve_precision

CPU = torch.device("cpu")


@pytest.mark.parametrize("wanted", ["float32", "bf16"])
def test_a_wish_is_granted(wanted):
    assert resolve_precision(wanted, CPU) == wanted


@pytest.mark.parametrize(
    ("instructions", "expected"),
    [((False, False), "float32"), ((True, False), "bf16"), ((False, True), "bf16")],
)
def test_auto_asks_the_hardware(monkeypatch, instructions, expected):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: instructions[0])
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: instructions[1])
    assert resolve_precision("auto", CPU) == expected
    assert resolve_precision("auto", CPU) == expected


def test_auto_does_without_where_a_kernel_refuses(monkeypatch):
    monkeypatch.setattr(precision, "_has_bf16", lambda device: True)
    assert resolve_precision("auto", CPU) == "bf16"

    def refuse(self, *_):
        raise RuntimeError("could not create a primitive")

    monkeypatch.setattr(nn.LSTM, "forward", refuse)
    assert resolve_precision("auto", CPU) == "float32"


def test_mps_computes_in_float32():
    assert resolve_precision("auto", torch.device("mps")) == "float32"


def test_asking_does_not_touch_the_random_numbers(monkeypatch):
    monkeypatch.setattr(precision, "_has_bf16", lambda device: True)
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    assert resolve_precision("auto", CPU) == "bf16"
    assert torch.equal(torch.rand(3), expected)


def test_the_context():
    layer, x = nn.Linear(3, 2), torch.randn(4, 3)
    with autocast("bf16", CPU):
        assert layer(x).dtype == torch.bfloat16
    with autocast("float32", CPU):
        assert layer(x).dtype == torch.float32
    # In a new context the weights are seen as they are then.
    with torch.no_grad(), autocast("bf16", CPU):
        before = layer(x)
    nn.init.zeros_(layer.weight)
    with torch.no_grad(), autocast("bf16", CPU):
        assert not torch.equal(layer(x), before)


def test_products_are_fast_on_cuda_while_training_alone():
    before = torch.get_float32_matmul_precision()
    with fast_products(torch.device("cpu")):
        assert torch.get_float32_matmul_precision() == before
    with fast_products(torch.device("cuda")):
        assert torch.get_float32_matmul_precision() == "high"
    assert torch.get_float32_matmul_precision() == before
