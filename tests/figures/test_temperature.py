"""Samples at several temperatures."""

import math
import re

import pytest

from charlab.figures.temperature import Drawn, samples_table, temperature_figure
from tests.support.figures import drawn, points


def test_shares_and_perplexities_stand_at_their_temperatures() -> None:
    columns = [
        Drawn(0.5, ["a"], 0.25, 0.5, 2.0),
        Drawn(1.0, ["b"], 0.75, 1.0, 12_345.0),
        Drawn(1.5, ["c"], 1.0, 1.0, math.inf),
    ]
    figure = temperature_figure(columns, "novel: $x", "distinct")
    shares, costs = figure.axes
    lines = {line.get_label(): points(line) for line in shares.lines}
    assert lines == {
        "novel: $x": [[0.5, 0.25], [1.0, 0.75], [1.5, 1.0]],
        "distinct": [[0.5, 0.5], [1.0, 1.0], [1.5, 1.0]],
    }
    assert points(costs.lines[0]) == [[0.5, 2], [1, 12_345]]  # no number is too large to be drawn
    assert [text.get_text() for text in costs.texts] == ["2", "12.3k"]
    assert costs.get_yscale() == "log"
    for axes in figure.axes:
        assert [text.get_text() for text in axes.get_xticklabels()] == ["0.5", "1", "1.5"]
    drawn(figure)


@pytest.mark.parametrize("perplexity", [3.0, math.inf])
def test_one_temperature(perplexity: float) -> None:
    figure = temperature_figure([Drawn(1.0, [], 0.0, 0.0, perplexity)], "novel", "distinct")
    assert len(figure.axes[1].lines) == math.isfinite(perplexity)
    drawn(figure)


def test_a_column_has_the_first_texts_to_the_letter_below_its_measures() -> None:
    columns = [
        Drawn(0.5, ["<b>&", "", "a\x1bb\nc", "not shown"], 0.256, 1.0, 3.14159),
        Drawn(2.0, ["שלום"], 0.0, 0.5, math.inf),
    ]
    table = samples_table(columns, 3)
    assert re.findall("<h4>(.*?)</h4>", table) == ["temperature 0.5", "temperature 2"]
    assert re.findall('<p class="quiet">(.*?)</p>', table) == [
        "26% novel, 100% distinct, perplexity 3.14",
        "0% novel, 50% distinct, perplexity inf",
    ]
    texts = re.findall('<p class="sample" dir="auto">(.*?)</p>', table, re.DOTALL)
    assert texts == ["&lt;b&gt;&amp;", "⊣", "a\\x1bb\nc", "שלום"]  # "⊣": an empty text


def test_no_temperature_is_an_empty_table() -> None:
    assert samples_table([], 8).striptags() == ""
