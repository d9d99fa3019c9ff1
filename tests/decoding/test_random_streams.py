from itertools import islice

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from charlab.decoding.random_streams import RandomStreams, draw


def test_a_samples_numbers_do_not_depend_on_its_company():
    together = RandomStreams(7, [0, 1, 5]).take(150)
    alone = RandomStreams(7, [5]).take(150)
    np.testing.assert_array_equal(together[:, 2], alone[:, 0])


def test_seed_sample_and_attempt_each_change_the_numbers():
    base = RandomStreams(7, [3]).take(100)
    for other in (RandomStreams(8, [3]), RandomStreams(7, [4]), RandomStreams(7, [3], attempt=1)):
        assert not np.isin(other.take(100), base).any()


def test_numbers_are_uniform():
    numbers = RandomStreams(2**64 - 1, range(40)).take(250).ravel()
    assert numbers.min() >= 0
    assert numbers.max() < 1
    counts = np.histogram(numbers, bins=20, range=(0, 1))[0]
    chi_square = ((counts - 500) ** 2 / 500).sum()
    assert chi_square < 19 + 5 * np.sqrt(2 * 19)


@given(st.integers(0, 10**6), st.sampled_from([0.0, 1e-300, 0.3, 0.5, 1 - 2**-53]))
def test_what_is_ruled_out_is_never_drawn(seed, chance):
    generator = torch.Generator().manual_seed(seed)
    logits = 3 * torch.randn(4, 6, dtype=torch.float64, generator=generator)
    logits[:, [0, 3, 5]] = -torch.inf
    drawn, unfit = draw(logits, torch.full((4,), chance, dtype=torch.float64))
    assert not unfit.any()
    assert set(drawn.tolist()) <= {1, 2, 4}


def test_draw_inverts_the_cumulative_distribution():
    logits = torch.tensor([[0.2, 0.5, 0.3]], dtype=torch.float64).log().expand(6, 3)
    random_streams = torch.tensor([0.0, 0.19, 0.21, 0.69, 0.71, 1 - 2**-53], dtype=torch.float64)
    assert draw(logits, random_streams)[0].tolist() == [0, 0, 1, 1, 2, 2]


def test_a_row_without_any_character_is_marked():
    logits = torch.zeros(3, 4, dtype=torch.float64)
    logits[0] = -torch.inf
    logits[2, 1] = torch.nan
    drawn, unfit = draw(logits, torch.full((3,), 0.4, dtype=torch.float64))
    assert unfit.tolist() == [True, False, True]
    assert drawn[1] == 1
    assert drawn.max() < 4


def test_the_only_sample_takes_the_same_numbers_one_by_one():
    numbers = RandomStreams(7, [5]).take(150)[:, 0].tolist()
    assert list(islice(RandomStreams(7, [5]).alone(), 150)) == numbers
