"""What pruning saved, by hand."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.reports.savings import estimate_savings
from tests.support.sweep_samples import sweep, trial


def test_savings_by_hand() -> None:
    trials = [
        trial(0, value=2.0, seconds=100.0, curve=((500, 3.0), (1000, 2.0))),
        trial(1, value=2.1, seconds=120.0, curve=((1200, 2.1),)),
        # a fifth was done in 20 s, so that 80 s are saved
        trial(2, "pruned", seconds=20.0, limit_share=0.2, curve=((10, 4.0),)),
        # 275 of the median 1100 characters are a quarter: 30 s of 120
        trial(3, "pruned", seconds=30.0, curve=((275, 4.0),)),
        trial(4, "pruned", seconds=5.0),  # nothing known
        trial(5, "failed", seconds=7.0),
    ]
    found = estimate_savings(sweep(trials))
    assert found is not None
    assert (found.pruned, found.counted) == (3, 2)
    assert found.spent == pytest.approx(282)
    assert found.saved == pytest.approx(80 + 90)
    assert found.share == pytest.approx(170 / 452)
    # 10 characters were a fifth, 275 a quarter; the failed and the unknown trial reported nothing
    assert found.saved_characters == pytest.approx(40 + 825)
    assert found.share_of_characters == pytest.approx(865 / (865 + 1000 + 1200 + 10 + 275))


def test_what_another_trial_measured_counts_once() -> None:
    """A trial with the same settings takes over all figures but the time."""
    own: dict[str, Any] = {"limit_share": 0.25, "metrics": {"progress/characters": 100.0}}
    trials = [trial(0, value=1.0, seconds=8.0, metrics={"progress/characters": 400.0})]
    trials += [trial(1, "pruned", seconds=2.0, **own), trial(2, "pruned", seconds=None, **own)]
    found = estimate_savings(sweep(trials))
    assert found is not None
    assert (found.pruned, found.counted, found.saved) == (2, 1, 6.0)
    assert found.share_of_characters == pytest.approx(300 / 800)


def test_no_pruned_trial_nothing_saved() -> None:
    assert estimate_savings(sweep([])) is None
    assert estimate_savings(sweep([trial(0, value=2.0)])) is None


def test_savings_without_any_complete_trial() -> None:
    curve = ((10, 2.0),)
    unknown = estimate_savings(sweep([trial(0, "pruned", seconds=9.0, curve=curve)]))
    assert unknown is not None
    assert (unknown.pruned, unknown.counted, unknown.saved, unknown.share) == (1, 0, 0, 0)
    # a trial that is pruned at its very end saves nothing; beyond it, no less than that
    done = trial(0, value=1.0, curve=((10, 1.0),), seconds=9.0)
    late = trial(1, "pruned", seconds=9.0, curve=((30, 2.0),))
    found = estimate_savings(sweep([done, late]))
    assert found is not None
    assert found.saved == 0


@pytest.mark.parametrize("share", [0.0, -0.5, 1.5, math.nan])
def test_a_share_that_cannot_be_is_not_counted(share: float) -> None:
    found = estimate_savings(sweep([trial(0, "pruned", seconds=9.0, limit_share=share)]))
    assert found is not None
    assert (found.pruned, found.counted, found.spent, found.saved) == (1, 0, 9.0, 0.0)
    assert (found.share, found.share_of_characters) == (0.0, 0.0)


@given(st.lists(st.floats(0.01, 1), min_size=1, max_size=8), st.floats(0.1, 1e6))
@settings(max_examples=30)  # a study is made for each
def test_what_is_spent_and_saved_is_what_all_would_have_taken(
    shares: list[float], whole: float
) -> None:
    """Trials of the same length, each given up after a share of it."""
    trials = [
        trial(
            i,
            "pruned",
            seconds=share * whole,
            limit_share=share,
            metrics={"progress/characters": 1000 * share},
        )
        for i, share in enumerate(shares)
    ]
    found = estimate_savings(sweep(trials))
    assert found is not None
    assert found.counted == len(shares)
    assert found.spent + found.saved == pytest.approx(len(shares) * whole)
    expected = pytest.approx(1 - sum(shares) / len(shares), abs=1e-9)
    assert found.share == expected
    assert found.share_of_characters == expected
