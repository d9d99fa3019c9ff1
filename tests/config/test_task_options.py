import pytest

from charlab.config.task_options import higher_is_better


@pytest.mark.parametrize(
    ("metric", "higher"),
    [
        ("val/loss", False),
        ("best/val/perplexity", False),
        ("test/bits_per_char", False),
        ("val/accuracy", True),
        ("best/val/macro_f1", True),
        ("test/top3_accuracy", True),
    ],
)
def test_which_way_is_better(metric, higher):
    assert higher_is_better(metric) is higher
