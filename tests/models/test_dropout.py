import pytest
import torch

from charlab.models.dropout import drop


@pytest.mark.parametrize("probability", [0.001, 0.1, 0.5, 0.9])
def test_so_many_values_are_zeroed_and_the_others_scaled(probability):
    torch.manual_seed(0)
    n = 1_000_003
    dropped = drop(torch.full((n,), 2.0), probability)
    share = (dropped == 0).double().mean().item()
    deviation = (probability * (1 - probability) / n) ** 0.5
    assert abs(share - probability) < 5 * deviation + 2**-17
    kept = dropped[dropped != 0]
    assert kept.unique().numel() == 1
    assert kept[0].item() == pytest.approx(2 / (1 - probability), rel=2e-4)


def test_neighbours_are_independent():
    torch.manual_seed(1)
    zeroed = (drop(torch.ones(4_000_000), 0.5) == 0).double() - 0.5
    for distance in (1, 2, 3, 4, 8):  # four dice come from one draw of the generator
        correlation = 4 * (zeroed[distance:] * zeroed[:-distance]).mean().item()
        assert abs(correlation) < 5 / 2000


def test_the_gradient_flows_where_values_were_kept():
    x = torch.ones(50, 7, requires_grad=True)
    dropped = drop(x, 0.3)
    dropped.sum().backward()
    torch.testing.assert_close(x.grad, dropped.detach())


def test_the_generator_settles_it():
    torch.manual_seed(2)
    first, second = drop(torch.ones(999), 0.4), drop(torch.ones(999), 0.4)
    torch.manual_seed(2)
    assert torch.equal(drop(torch.ones(999), 0.4), first)
    assert not torch.equal(first, second)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float64])
def test_the_type_stays(dtype):
    x = torch.ones(3, 5, dtype=dtype)
    assert drop(x, 0.5).dtype == dtype
    assert torch.equal(drop(x, 0.0), x)
    assert drop(torch.ones(0, 4), 0.5).shape == (0, 4)


def test_a_probability_of_almost_one_divides_by_nothing():
    torch.manual_seed(3)
    assert drop(torch.ones(99), 1 - 1e-9).isfinite().all()
