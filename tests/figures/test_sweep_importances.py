"""Bars of importance, from the top."""

import pytest

from charlab.figures.sweep_importances import importances_figure
from tests.support.figures import drawn


def test_importances_from_the_top() -> None:
    figure = importances_figure({"lr": 0.75, "size": 0.25}, objective="val/loss")
    axes = figure.axes[0]
    widths = [bar.get_width() for bar in axes.patches]  # type: ignore[attr-defined]
    assert widths == [0.75, 0.25]
    assert [text.get_text() for text in axes.get_yticklabels()] == ["lr", "size"]
    assert [text.get_text() for text in axes.texts] == ["75%", "25%"]
    bottom, top = axes.get_ylim()
    assert bottom > top
    assert axes.get_xlabel() == "share of importance for val/loss"
    drawn(figure)


@pytest.mark.parametrize(
    ("share", "text"), [(1.0, "100%"), (0.01, "1%"), (0.0099, "<1%"), (0.0, "<1%")]
)
def test_a_small_share_is_not_rounded_to_nothing(share: float, text: str) -> None:
    figure = importances_figure({"a": 1.0, "b" * 60: share}, objective="loss")
    axes = figure.axes[0]
    assert axes.texts[1].get_text() == text
    assert axes.get_yticklabels()[1].get_text() == "b" * 39 + "…"
    assert axes.get_xlim()[1] > 1
    figure.draw_without_rendering()
    right = axes.get_window_extent().x1
    assert axes.texts[0].get_window_extent().x1 <= right  # a full bar leaves room for its number


def test_one_setting() -> None:
    figure = importances_figure({"größe": 1.0}, objective="loss")
    assert [text.get_text() for text in figure.axes[0].texts] == ["100%"]
    drawn(figure)
