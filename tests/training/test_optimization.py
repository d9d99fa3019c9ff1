import math
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.testing import assert_close

from charlab.config.schema import OPTIMIZERS, SCHEDULERS, AdamOptions, SchedulerOptions, SGDOptions
from charlab.targets.making import make_optimizer
from charlab.training.optimization import rate_factor

SHARES = st.floats(0, 1)
OPTIONS = {
    "name": st.sampled_from(sorted(SCHEDULERS)),
    "warmup": st.floats(0, 0.99),
    "final": SHARES,
}


@given(share=SHARES, **OPTIONS)
def test_the_rate_is_the_written_formula(name, warmup, final, share):
    factor = rate_factor(SchedulerOptions(name, warmup, final), share)
    if share < warmup:
        assert factor == pytest.approx(max(0.01, share / warmup))
        return
    past = (share - warmup) / (1 - warmup)
    expected = {
        "cosine": final + (1 - final) * (1 + math.cos(math.pi * past)) / 2,
        "linear": (1 - past) * 1 + past * final,
        "constant": 1.0,
    }
    assert factor == pytest.approx(expected[name], abs=1e-9)


@pytest.mark.parametrize("final", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("warmup", [0.0, 0.2])
def test_the_points_that_everybody_knows(warmup, final):
    middle = (1 + warmup) / 2
    for name, at_middle, at_end in [
        ("cosine", (1 + final) / 2, final),
        ("linear", (1 + final) / 2, final),
        ("constant", 1.0, 1.0),
    ]:
        options = SchedulerOptions(name, warmup, final)
        shares = (warmup, middle, 1.0)
        assert [rate_factor(options, share) for share in shares] == pytest.approx(
            [1.0, at_middle, at_end], abs=1e-12
        )
        if warmup:
            assert rate_factor(options, 0.0) == 0.01  # never nothing
            assert rate_factor(options, warmup / 2) == pytest.approx(0.5)


@given(**OPTIONS, shares=st.lists(SHARES, min_size=2, max_size=20))
def test_up_and_then_down(name, warmup, final, shares):
    options = SchedulerOptions(name, warmup, final)
    shares = sorted([*shares, 0.0, warmup, 1.0])
    for before, after in pairwise(shares):
        first, second = rate_factor(options, before), rate_factor(options, after)
        assert 0 <= min(first, second) <= max(first, second) <= 1 + 1e-12
        if after <= warmup:
            assert second >= first - 1e-12
        elif before >= warmup:
            assert second <= first + 1e-12


ALL = {
    "adamw": (AdamOptions("adamw", 0.1, (0.8, 0.95), 0.3), torch.optim.AdamW),
    "adam": (AdamOptions("adam", 0.1, (0.8, 0.95), 0.3), torch.optim.Adam),
    "sgd": (SGDOptions("sgd", 0.1, 0.5, 0.3), torch.optim.SGD),
}


def test_all_names_are_tested():
    assert set(ALL) == set(OPTIMIZERS)


def run(options, steps, start=(2.0, -3.0)):
    """Minimizes x² + 5y²; the points on the way."""
    point = torch.nn.Parameter(torch.tensor(start))
    optimizer = make_optimizer(options, [point])
    points = [point.detach().clone()]
    for _ in range(steps):
        optimizer.zero_grad()
        (point.square() * torch.tensor([1.0, 5.0])).sum().backward()
        optimizer.step()
        points.append(point.detach().clone())
    return points


def gradient(x):
    return 2 * x * torch.tensor([1.0, 5.0])


def sgd_by_hand(x, lr, momentum, decay, steps):
    velocity = torch.zeros(2)
    for _ in range(steps):
        velocity = momentum * velocity + gradient(x) + decay * x
        x = x - lr * velocity
    return x


def adam_by_hand(x, lr, betas, decay, steps, *, decoupled):
    mean, square = torch.zeros(2), torch.zeros(2)
    for t in range(1, steps + 1):
        g = gradient(x) + (0 if decoupled else decay * x)
        if decoupled:
            x = x - lr * decay * x
        mean = betas[0] * mean + (1 - betas[0]) * g
        square = betas[1] * square + (1 - betas[1]) * g**2
        unbiased = mean / (1 - betas[0] ** t), square / (1 - betas[1] ** t)
        x = x - lr * unbiased[0] / (unbiased[1].sqrt() + 1e-8)
    return x


@pytest.mark.parametrize("name", ALL)
def test_each_step_is_the_textbook_s(name):
    options, kind = ALL[name]
    optimizer = make_optimizer(options, [torch.nn.Parameter(torch.zeros(2))])
    assert type(optimizer) is kind
    start = torch.tensor([2.0, -3.0])
    for steps, point in enumerate(run(options, 5)):
        if name == "sgd":
            expected = sgd_by_hand(start, 0.1, 0.5, 0.3, steps)
        else:
            decoupled = name == "adamw"
            expected = adam_by_hand(start, 0.1, (0.8, 0.95), 0.3, steps, decoupled=decoupled)
        assert_close(point, expected)


@pytest.mark.parametrize(
    "options",
    [
        AdamOptions("adamw", 0.05, (0.9, 0.99), 0.0),
        AdamOptions("adam", 0.05, (0.9, 0.99), 0.0),
        SGDOptions("sgd", 0.05, 0.5, 0.0),
    ],
    ids=lambda options: options.name,
)
def test_a_minimum_is_found(options):
    points = run(options, 300)
    assert points[10].norm() < points[0].norm()
    assert points[-1].norm() < 0.01
