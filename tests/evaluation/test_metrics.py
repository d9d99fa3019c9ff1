import math

import pytest

from charlab.evaluation.metrics import token_metrics


def test_units():
    metrics = token_metrics(math.log(8))
    assert metrics == pytest.approx({"loss": math.log(8), "perplexity": 8, "bits_per_char": 3})
    assert token_metrics(math.log(8), "word")["bits_per_word"] == pytest.approx(3)
    assert token_metrics(800.0)["perplexity"] == math.inf
    assert math.isnan(token_metrics(math.nan)["perplexity"])  # of nothing
    assert math.isfinite(token_metrics(699.0)["perplexity"])
