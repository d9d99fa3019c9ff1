import pytest

from charlab.evaluation.confidence import Interval
from charlab.reports import formatting


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (2.01234, "2.0123"),
        (829898, "829,898"),
        (3.0, "3"),
        (0.000123456, "0.0001235"),
        (20353.03, "20,353"),
        (0.0, "0"),
        (float("nan"), "nan"),
    ],
)
def test_numbers(value, text):
    assert formatting.number(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (True, "true"),
        (None, "null"),
        (0.0068920642, "0.006892"),
        (128, "128"),
        ("a b", "a b"),
        ([0.9, 1], "[0.9,1]"),
    ],
)
def test_settings(value, text):
    assert formatting.setting(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (3.21, "3.2 s"),
        (48.4, "48 s"),
        (185, "3 min 05 s"),
        (7800, "2 h 10 min"),
        (3599.9, "1 h 00 min"),
    ],
)
def test_times(value, text):
    assert formatting.seconds(value) == text


def test_intervals():
    assert formatting.interval(Interval(3, 2.03117, 0.012)) == "2.0312 ± 0.0120"
    assert formatting.interval(Interval(1, 2.03117, None)) == "2.0312"
    assert formatting.interval(Interval(2, 20353.4, 1200.2)) == "20,353 ± 1,200"
    assert formatting.interval(Interval(2, 0.00012, 0.00001)) == "0.00012 ± 1e-05"


def test_short_names_tell_settings_apart():
    assert formatting.short_names(["optimizer.lr", "model.name", "a.size", "b.size"]) == {
        "optimizer.lr": "lr",
        "model.name": "model",
        "a.size": "a.size",
        "b.size": "b.size",
    }


@pytest.mark.parametrize(
    ("text", "short"),
    [("0.0039265305319051355", "0.003927"), ("0.004", "0.004"), ("a long text", "a long text")],
)
def test_long_numbers(text, short):
    assert formatting.brief(text) == short


def test_counts_and_short_texts():
    assert (formatting.counted(1, "trial"), formatting.counted(0, "trial")) == (
        "1 trial",
        "0 trials",
    )
    assert formatting.shorten("a  b\nc") == "a b c"
    assert formatting.shorten("x" * 30, 5) == "xxxx…"
