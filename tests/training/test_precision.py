import json

import numpy as np
import pytest
import torch
from torch import nn

from charlab.training import precision
from charlab.training.precision import autocast, fast_products, resolve_precision
from tests.fixtures.commands import Command

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


@pytest.fixture(scope="module")
def markov_text(tmp_path_factory):
    """A text of 20 letters, each of which depends on the two before it."""
    rng = np.random.default_rng(1)
    chances = rng.dirichlet(np.full(20, 0.15), (20, 20)).cumsum(-1)
    ids = [0, 1]
    for chance in rng.random(60_000).tolist():
        row = chances[ids[-2], ids[-1]]
        ids.append(min(19, int(row.searchsorted(chance, "right"))))
    file = tmp_path_factory.mktemp("markov") / "text.txt"
    file.write_text("".join(chr(97 + i) for i in ids))
    return file


@pytest.mark.slow
@pytest.mark.parametrize("model", ["lstm"])
def test_bf16_reaches_the_validation_loss_of_float32(
    command_line: Command, markov_text, model, tmp_path
):
    losses = []
    for kind in ("float32", "bf16"):
        done = command_line(
            "train.py",
            "dataset=text",
            f"dataset.path={markov_text}",
            "dataset.batch_size=16",
            "dataset.seq_len=32",
            f"model={model}",
            "model.hidden_size=64",
            "trainer.max_epochs=8",
            "trainer.validate_every=100000",
            "trainer.accelerator=cpu",
            "task.samples.count=0",
            "trainer.figures=never",
            f"trainer.precision={kind}",
            f"hydra.run.dir={tmp_path / kind}",
        )
        assert done.returncode == 0, done.stderr
        losses.append(json.loads((tmp_path / kind / "metrics.json").read_text())["val/loss"])
    assert losses[0] < 2.2  # of log(20) = 3.0: it has learned something
    assert abs(losses[1] - losses[0]) < 0.01, losses
