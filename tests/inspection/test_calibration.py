"""Reliability against bins counted by hand."""

import numpy as np
import pytest

from charlab.inspection.calibration import reliability


def test_bins_have_equal_mass_and_the_error_is_the_weighted_gap():
    confidence = np.array([0.9, 0.5, 0.8, 0.6, 1.0])
    right = np.array([True, False, False, True, True])
    bins = reliability(confidence, right, bins=2)  # 0.5 0.6 0.8 | 0.9 1.0
    assert bins.counts.tolist() == [3, 2]
    assert bins.confidence == pytest.approx([1.9 / 3, 0.95])
    assert bins.accuracy == pytest.approx([1 / 3, 1.0])
    assert bins.error == pytest.approx((3 * abs(1 / 3 - 1.9 / 3) + 2 * 0.05) / 5)


def test_a_network_that_is_as_right_as_it_says_has_no_error():
    random = np.random.default_rng(0)
    confidence = random.uniform(0.2, 1.0, 200_000)
    honest = reliability(confidence, random.uniform(size=len(confidence)) < confidence)
    assert honest.error < 0.01
    assert np.ptp(honest.counts) <= 1
    boastful = reliability(confidence, random.uniform(size=len(confidence)) < confidence - 0.2)
    assert boastful.error == pytest.approx(0.2, abs=0.01)


def test_fewer_answers_than_bins_and_none():
    assert reliability(np.array([0.7]), np.array([True])).counts.tolist() == [1]
    with pytest.raises(ValueError, match="no answers"):
        reliability(np.empty(0), np.empty(0, bool))
