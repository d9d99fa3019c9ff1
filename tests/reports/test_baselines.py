"""What a report says of a network beside the simple model that it has to beat."""

import math

import pytest

from charlab.reports.baselines import Beside, beside_baseline

LETTERS = {"test/perplexity": 8.0, "test/trigram_perplexity": 10.0}


@pytest.mark.parametrize(
    ("runs", "said"),
    [
        (
            [
                {"test/perplexity": 8.0, "test/trigram_perplexity": 10.0},
                {"test/perplexity": 9.0, "test/trigram_perplexity": 10.0},
            ],
            "The best model beats its baseline, an interpolated trigram model: "
            "test/perplexity 8.5000 against 10.",
        ),
        (
            [{"test/accuracy": 0.25, "test/most_frequent_accuracy": 0.25}],  # no better is a loss
            "The best model loses to its baseline, always answering the most frequent label: "
            "test/accuracy 0.2500 against 0.2500.",
        ),
        (
            [{"val/perplexity": 30.0, "best/val/perplexity": 9.5, "val/trigram_perplexity": 10.5}],
            "The best model beats its baseline, an interpolated trigram model: "
            "val/perplexity 9.5000 against 10.5000.",
        ),
    ],
)
def test_beside_a_baseline(runs: list[dict[str, float]], said: str) -> None:
    assert str(beside_baseline(runs)) == said


def test_what_was_not_measured_of_all_runs_is_not_said() -> None:
    assert beside_baseline([LETTERS, {"test/perplexity": 8.0}]) is None
    assert beside_baseline([{"test/trigram_perplexity": 10.0}]) is None
    assert beside_baseline([{"train/perplexity": 8.0, "train/trigram_perplexity": 10.0}]) is None
    assert beside_baseline([]) is None


def test_the_test_part_goes_before_the_validation() -> None:
    validated = {key.replace("test/", "val/"): 2 * value for key, value in LETTERS.items()}
    found = beside_baseline([validated | LETTERS])
    assert found is not None
    assert (found.tag, found.value, found.baseline) == ("test/perplexity", 8.0, 10.0)
    found = beside_baseline([validated | LETTERS, validated])  # one run was not tested
    assert found is not None
    assert (found.tag, found.value, found.baseline) == ("val/perplexity", 16.0, 20.0)


@pytest.mark.parametrize(
    ("tag", "value", "loses"),
    [
        ("test/perplexity", 9.9, False),
        ("test/perplexity", 10.0, True),
        ("test/perplexity", math.inf, True),
        ("test/perplexity", math.nan, True),
        ("test/accuracy", 10.1, False),
        ("test/accuracy", 9.9, True),
        ("test/accuracy", math.nan, True),
    ],
)
def test_whatever_does_not_beat_it_loses(tag: str, value: float, loses: bool) -> None:
    assert Beside(tag, value, 10.0, "a simple model").loses is loses
