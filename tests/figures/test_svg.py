import re

import pytest

from charlab.figures.svg import scales, to_svg
from charlab.figures.sweep_history import History, history_figure


def test_an_svg_keeps_texts_and_marks_and_takes_the_page_s_colors():
    label = 'style="#3568a8" <g id="marks 1">'
    figure = history_figure(History([(3, 3.0), (5, 2.0)], [], []), objective=label)
    text = to_svg(figure)
    assert text.startswith("<svg")
    assert text.count("data-marks") == 1
    assert 'data-marks="3 5"' in text
    assert 'style="#3568a8" &lt;g id="marks 1"&gt;' in text  # a text is left as it is
    assert "fill: var(--complete)" in text
    assert not {"<style", "<metadata", "<?xml", "<g id"} & set(re.findall(r"<\S+(?: id)?", text))
    (scale,) = scales(figure)
    assert (scale["x"]["label"], scale["x"]["log"]) == ("trial", False)
    assert (scale["y"]["low"], scale["y"]["high"]) == figure.axes[0].get_ylim()
    x, y = (float(re.search(rf'<use [^>]*\b{c}="([\d.]+)"', text)[1]) for c in "xy")
    place = (x - scale["left"]) / (scale["right"] - scale["left"])
    low, high = figure.axes[0].get_xlim()
    assert low + place * (high - low) == pytest.approx(3, abs=1e-4)
    place = (scale["bottom"] - y) / (scale["bottom"] - scale["top"])
    assert 1.9 < scale["y"]["low"] + place * (scale["y"]["high"] - scale["y"]["low"]) < 3.1
