import os

import pytest
import torch

from charlab.errors import ConfigError
from charlab.system.devices import choose_device, use_own_gpus


@pytest.fixture
def machine(monkeypatch):
    def have(*, cuda=False, mps=False):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)

    return have


@pytest.mark.parametrize(
    ("there", "chosen"),
    [({}, "cpu"), ({"cuda": True, "mps": True}, "cuda"), ({"mps": True}, "mps")],
)
def test_auto_takes_the_fastest(machine, there, chosen):
    machine(**there)
    assert choose_device("auto") == torch.device(chosen)
    assert choose_device(chosen) == torch.device(chosen)
    assert choose_device("cpu") == torch.device("cpu")


def test_what_is_not_there(machine):
    machine()
    message = r"^trainer\.accelerator=cuda is not available here; there is cpu$"
    with pytest.raises(ConfigError, match=message):
        choose_device("cuda", "trainer.accelerator")
    machine(cuda=True)
    with pytest.raises(ConfigError, match=r"^accelerator=tpu is not .*; there is cuda, cpu$"):
        choose_device("tpu")


@pytest.mark.parametrize(
    ("slot", "wanted", "visible", "own"),
    [
        (0, 1, None, "0"),
        (5, 1, None, "1"),
        (1, 2, None, "2,3"),
        (3, 2, "7,5,4,2", "4,2"),
        (1, 3, "a,b,c,d", "d,a,b"),
        (1, 4, "a,b,c,d", "a,b,c,d"),
    ],
)
def test_processes_take_turns_on_the_gpus(slot, wanted, visible, own, monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    use_own_gpus(slot, wanted)
    assert os.environ["CUDA_VISIBLE_DEVICES"] == own
