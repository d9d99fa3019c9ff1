import pytest
import torch

from charlab.devices import choose_device
from charlab.errors import ConfigError


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
