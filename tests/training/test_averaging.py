"""The average of the weights, by its formula and as a checkpoint has it."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from charlab.errors import CheckpointError
from charlab.training.averaging import WeightAverage


def step(network: nn.Linear, average: WeightAverage, number: int) -> Tensor:
    """Other weights, as an optimizer's step makes them; a copy."""
    with torch.no_grad():
        network.weight.copy_(torch.randn(2, 3) + number)
    average.update()
    return network.weight.detach().clone()


@pytest.mark.parametrize("decay", [0.0, 0.8, 0.999])
@pytest.mark.parametrize("steps", [1, 7])
def test_an_average_is_that_of_the_formula(decay: float, steps: int) -> None:
    network = nn.Linear(3, 2)
    average = WeightAverage(network, decay)
    history = [step(network, average, number) for number in range(steps)]
    shares = [decay ** (steps - 1 - number) for number in range(steps)]
    pairs = zip(shares, history, strict=True)
    expected = torch.stack([share * weight for share, weight in pairs]).sum(0) / sum(shares)
    torch.testing.assert_close(average.weights()["weight"], expected)
    assert torch.equal(network.weight, history[-1])
    with average.shown():
        torch.testing.assert_close(network.weight.detach(), expected)
        assert torch.equal(average.state()["weights"]["weight"], history[-1])
        with average.shown(False):
            assert torch.equal(network.weight, history[-1])
        torch.testing.assert_close(network.weight.detach(), expected)
    assert torch.equal(network.weight, history[-1])


def test_before_the_first_step_the_weights_are_the_average() -> None:
    network = nn.Linear(3, 2)
    average, before = WeightAverage(network, 0.9), network.weight.detach().clone()
    with average.shown():
        assert torch.equal(network.weight, before)
    assert torch.equal(average.weights()["weight"], before)


def test_without_a_decay_what_is_trained_is_all_there_is() -> None:
    network = nn.Linear(3, 2)
    average = WeightAverage(network, None)
    last = [step(network, average, number) for number in range(3)][-1]
    with average.shown():
        assert torch.equal(network.weight, last)
    assert average.updates == 0


def test_what_is_not_trained_stays() -> None:
    network = nn.Linear(3, 2)
    network.bias.requires_grad_(False)
    average = WeightAverage(network, 0.9)
    for number in range(3):
        step(network, average, number)
        network.bias.fill_(number)
    assert torch.equal(average.weights()["bias"], torch.full((2,), 2.0))


def test_the_weights_come_back_when_what_is_shown_fails() -> None:
    network = nn.Linear(3, 2)
    average = WeightAverage(network, 0.5)
    step(network, average, 0)
    trained = step(network, average, 1)
    with pytest.raises(ZeroDivisionError), average.shown():
        raise ZeroDivisionError
    assert torch.equal(network.weight, trained)


def test_an_average_that_was_stopped_goes_on_exactly() -> None:
    networks = nn.Linear(3, 2), nn.Linear(3, 2)
    whole, resumed = (WeightAverage(network, 0.9) for network in networks)
    for number in range(3):
        step(networks[0], whole, number)
    networks[1].load_state_dict(whole.weights())  # as a checkpoint's network is loaded before
    resumed.load(whole.state())
    for network, average in zip(networks, (whole, resumed), strict=True):
        torch.manual_seed(1)
        for number in range(3, 5):
            step(network, average, number)
    assert torch.equal(networks[0].weight, networks[1].weight)
    assert torch.equal(whole.weights()["weight"], resumed.weights()["weight"])
    assert resumed.updates == 5


@pytest.mark.parametrize(
    "change",
    [
        {"updates": -1},
        {"updates": "1"},
        {"updates": None},
        {"weights": {}},
        {"weights": None},
        {"weights": {"weight": torch.zeros(3, 2), "bias": torch.zeros(2)}},
        {"weights": {"weight": torch.zeros(2, 3, dtype=torch.float64), "bias": torch.zeros(2)}},
    ],
    ids=str,
)
def test_an_average_of_another_network_is_refused(change: dict[str, Any]) -> None:
    network = nn.Linear(3, 2)
    average = WeightAverage(network, 0.8)
    trained = step(network, average, 0)
    state = {name: value for name, value in (average.state() | change).items() if value is not None}
    with pytest.raises((CheckpointError, TypeError)):
        average.load(state)
    assert torch.equal(network.weight, trained)
