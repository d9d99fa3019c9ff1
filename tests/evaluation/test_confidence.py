import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.evaluation.confidence import mean_interval

# Textbook values of t(0.975).
TEXTBOOK = {1: 12.706, 2: 4.303, 4: 2.776, 9: 2.262, 30: 2.042, 120: 1.980, 100_000: 1.960}


@pytest.mark.parametrize(("freedom", "quantile"), TEXTBOOK.items())
def test_intervals_are_as_wide_as_the_tables_say(freedom, quantile):
    count = freedom + 1
    values = [(-1.0) ** i for i in range(count)]
    error = statistics.stdev(values) / count**0.5
    assert mean_interval(values).half == pytest.approx(quantile * error, rel=5e-4)


def test_an_interval_by_hand():
    # mean 2, standard deviation 1, so the half width is 4.303 * 1 / sqrt(3)
    found = mean_interval([1.0, 2.0, 3.0])
    assert (found.count, found.mean) == (3, 2.0)
    assert found.half == pytest.approx(4.30265 / 3**0.5, abs=1e-5)
    assert found.low == pytest.approx(2 - found.half)
    assert found.high == pytest.approx(2 + found.half)


def test_a_single_value_has_no_interval():
    found = mean_interval([2.5])
    assert (found.mean, found.half, found.low, found.high) == (2.5, None, None, None)


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=12))
def test_the_interval_is_about_the_mean(values):
    found = mean_interval(values)
    assert found.mean == pytest.approx(statistics.fmean(values), abs=1e-9)
    assert found.mean - found.low == pytest.approx(found.high - found.mean, abs=1e-9)


def test_no_values_have_no_mean():
    with pytest.raises(ValueError, match="no values"):
        mean_interval([])


def test_values_whose_squares_no_number_holds_have_an_endless_interval():
    found = mean_interval([1e200, 3.0])
    assert (found.mean, found.half) == (5e199, math.inf)
