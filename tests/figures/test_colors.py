"""The palette: colors that can be read and told apart."""

import re

import pytest

from charlab.figures.colors import LIGHT, PALETTE, SERIES

_TEXTS = {"ink", "quiet", "failed"}
_NO_MARKS = {"paper", "panel", "line"}


def _luminance(color: str) -> float:
    """Of WCAG 2: from 0 (black) to 1 (white)."""
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return sum(c * weight for c, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("screen", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ground", ["paper", "panel"])
def test_texts_and_marks_stand_out_from_their_ground(screen: int, ground: str) -> None:
    back = PALETTE[ground][screen]
    for meaning, colors in PALETTE.items():
        if meaning not in _NO_MARKS:
            least = 4.5 if meaning in _TEXTS else 3.0  # WCAG 2, level AA: of texts, of marks
            assert _contrast(colors[screen], back) >= least, meaning


def test_a_page_can_tell_every_meaning_by_its_light_color() -> None:
    assert LIGHT.keys() == PALETTE.keys()
    assert len(set(LIGHT.values())) == len(PALETTE)
    # "#000000" is what matplotlib writes where no color is given: a page's ink
    assert all(re.fullmatch("#[0-9a-f]{6}", c) for pair in PALETTE.values() for c in pair)
    assert "#000000" not in LIGHT.values()


def test_groups_have_colors_in_their_order() -> None:
    assert list(SERIES) == [LIGHT[f"series-{i}"] for i in range(1, 9)]
    assert len({dark for _, dark in PALETTE.values()}) == len(PALETTE)
