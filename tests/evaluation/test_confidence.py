import statistics

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from charlab.evaluation.confidence import incomplete_beta, mean_interval, student_t_quantile

# Textbook values of t(0.975).
TEXTBOOK = {1: 12.706, 2: 4.303, 4: 2.776, 9: 2.262, 30: 2.042, 120: 1.980, 100_000: 1.960}


@pytest.mark.parametrize(("freedom", "value"), TEXTBOOK.items())
def test_quantiles_are_those_of_the_tables(freedom, value):
    assert student_t_quantile(0.975, freedom) == pytest.approx(value, abs=5e-4)


@pytest.mark.parametrize(("probability", "value"), [(0.5, 0.0), (0.75, 1.0), (0.95, 6.313752)])
def test_with_one_degree_of_freedom_it_is_cauchy_s(probability, value):
    assert student_t_quantile(probability, 1) == pytest.approx(value, abs=1e-6)


@given(
    st.floats(0.001, 0.999), st.floats(0.5, 80, exclude_min=True), st.sampled_from([0.5, 1, 3.5])
)
def test_the_incomplete_beta_function_is_mpmath_s(x, a, b):
    reference = float(mpmath.betainc(a, b, 0, x, regularized=True))
    assert incomplete_beta(x, a, b) == pytest.approx(reference, rel=1e-9, abs=1e-12)


def test_the_ends_of_the_incomplete_beta_function():
    assert (incomplete_beta(0, 2, 3), incomplete_beta(1, 2, 3)) == (0, 1)


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
    error = statistics.stdev(values) / len(values) ** 0.5
    assert found.mean == pytest.approx(statistics.fmean(values), abs=1e-9)
    assert found.half == pytest.approx(student_t_quantile(0.975, len(values) - 1) * error, abs=1e-6)


def test_what_is_out_of_range():
    with pytest.raises(ValueError, match="probability must be in"):
        student_t_quantile(1.0, 3)
    with pytest.raises(ValueError, match="degrees of freedom must be at least 1"):
        student_t_quantile(0.9, 0)
    with pytest.raises(ValueError, match="no values"):
        mean_interval([])
