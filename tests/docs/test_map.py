"""The committed map of the rooms is what the imports say today."""

from docs.draw_map import PICTURE, draw, levels_of, without_shortcuts


def test_the_picture_is_the_current_one() -> None:
    assert PICTURE.read_text(encoding="utf-8") == draw(), "run: python docs/draw_map.py"


def test_an_arrow_that_a_longer_way_explains_is_left_out() -> None:
    arrows = {"a": {"b", "c", "d"}, "b": {"c"}, "c": {"d"}, "d": set[str]()}
    assert without_shortcuts(arrows) == {"a": {"b"}, "b": {"c"}, "c": {"d"}, "d": set()}
    assert levels_of(arrows) == {"a": 3, "b": 2, "c": 1, "d": 0}
