"""The page's colours by the formulas of those who study contrast and colour blindness."""

from itertools import pairwise

import numpy as np
import pytest

from charlab.figures.colors import PALETTE
from charlab.play.colors import TAGS, palette, ramps

INKS = tuple(PALETTE["ink"])  # of letters, on light and on dark

# What is left of red, green and blue light to those who lack one kind of cones (Machado, Oliveira
# and Fernandes 2009, "A physiologically-based model for simulation of color vision deficiency").
BLINDNESS = {
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}


def light_of(colour: str) -> np.ndarray:
    """Red, green and blue as amounts of light, (3,)."""
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(light_of(colour) @ [0.2126, 0.7152, 0.0722])


def contrast(one: str, other: str) -> float:
    """By WCAG 2."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def lab(light: np.ndarray) -> np.ndarray:
    """CIELAB of light, white D65."""
    matrix = [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
    xyz = np.array(matrix) @ light / [0.95047, 1.0, 1.08883]
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def test_letters_can_be_read_on_every_colour() -> None:
    grounds = [*ramps().values(), TAGS]
    for sides in grounds:
        for ink, colours in zip(INKS, sides, strict=True):
            for colour in colours:
                assert contrast(ink, colour) >= 4.5, colour


def test_more_of_something_is_always_further_from_the_paper() -> None:
    papers = PALETTE["paper"]
    for name, sides in ramps().items():
        for paper, colours in zip(papers, sides, strict=True):
            middle = len(colours) // 2 if name == "signed" else 0
            assert colours[middle] == paper
            assert len(set(colours)) == len(colours)
            for way in (colours[middle:], colours[middle::-1]):
                away = [contrast(paper, colour) for colour in way]
                assert all(near < far for near, far in pairwise(away))


def test_both_ends_of_what_has_a_sign_stand_out_alike() -> None:
    for colours in ramps()["signed"]:
        assert len(colours) % 2 == 1
        least, most = colours[0], colours[-1]
        assert luminance(least) == pytest.approx(luminance(most), rel=0.1)


@pytest.mark.parametrize("kind", BLINDNESS)
def test_signs_are_told_apart_without_red_or_green(kind: str) -> None:
    seen = np.array(BLINDNESS[kind])
    for colours in ramps()["signed"]:
        half = len(colours) // 2
        for step in range(2, half + 1):  # beside the middle both are nearly paper
            ends = (colours[half - step], colours[half + step])
            one, other = (lab(np.clip(seen @ light_of(each), 0, 1)) for each in ends)
            assert np.linalg.norm(one - other) > 10, ends  # 2.3 is just seen


def test_a_page_has_its_own_colours_and_those_of_all_pages() -> None:
    colours = palette()
    assert colours.items() > PALETTE.items()
    own = {name: pair for name, pair in colours.items() if name not in PALETTE}
    light, dark = TAGS
    assert list(own) == [f"tag-{i}" for i in range(8)]
    assert [list(side) for side in zip(*own.values(), strict=True)] == [list(light), list(dark)]
    assert len(set(light)) == len(set(dark)) == 8
