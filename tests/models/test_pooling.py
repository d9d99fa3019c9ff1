import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.testing import assert_close

from charlab.models import POOLINGS


def brute_force(name, features, bidirectional):
    """Pools one row (T, F) that is all text."""
    half = features.shape[-1] // 2
    backward = features[0] if bidirectional else features[-1]
    return {
        "last": lambda: torch.cat([features[-1, :half], backward[half:]]),
        "mean": lambda: sum(features) / len(features),
        "max": lambda: torch.stack([max(column) for column in features.T]),
        "mean_max": lambda: torch.cat(
            [brute_force(part, features, bidirectional) for part in ("mean", "max")]
        ),
    }[name]()


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("name", POOLINGS)
@settings(max_examples=30, deadline=None)
@given(lengths=st.lists(st.integers(1, 6), min_size=1, max_size=4), seed=st.integers(0, 9))
def test_equals_brute_force_row_by_row(name, bidirectional, lengths, seed):
    B, T, F = len(lengths), max(lengths) + seed % 3, 4
    generator = torch.Generator().manual_seed(seed)
    features = torch.randn(B, T, F, generator=generator, dtype=torch.float64)
    for row, length in enumerate(lengths):
        features[row, length:] = torch.inf  # what stands in the padding must not count
    pool, width = POOLINGS[name]
    pooled = pool(features, torch.tensor(lengths), bidirectional)
    assert pooled.shape == (B, width * F)
    for row, length in enumerate(lengths):
        expected = brute_force(name, features[row, :length], bidirectional)
        assert_close(pooled[row], expected)


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("name", POOLINGS)
def test_no_lengths_means_full_rows(name, bidirectional):
    features = torch.randn(3, 4, 6)
    pool = POOLINGS[name].function
    full = pool(features, torch.full((3,), 4), bidirectional)
    assert_close(pool(features, None, bidirectional), full)
