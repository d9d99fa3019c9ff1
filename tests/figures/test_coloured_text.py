"""Text in shades."""

import re

import numpy as np

from charlab.figures.coloured_text import coloured_figure, coloured_text, reads_leftwards

EVIL = "<script>alert(1)</script>"


def test_shades_follow_the_values_and_nothing_is_markup() -> None:
    values = np.array([0.0, 4.0, 8.0, 99.0, np.nan])
    pieces = ["a", EVIL, "\n", "", "b"]
    text = coloured_text(pieces, values, high=8.0, words=['"', "x", "y", "z", "w"], mark="¶")
    assert re.findall(r'class="([^"]*)"', text)[1:] == ["heat-0", "heat-4", "heat-9", "heat-9", ""]
    assert "<script" not in text
    assert "&lt;script&gt;" in text
    assert 'title="&#34;"' in text
    assert "¶" in text
    assert "↵\n" in text


def test_what_turns_the_writing_is_spelled_out() -> None:
    text = coloured_text(["\u202e"], np.ones(1), high=1.0, words=["\u202e"[:0]])
    assert "\u202e" not in text


def test_a_figure_has_a_cell_for_each_character() -> None:
    figure = coloured_figure([(list("abc"), np.array([1.0, 2.0, 9.0]))], high=8.0, label="bits")
    table = np.asarray(figure.axes[0].images[0].get_array(), dtype=float)
    assert table[0, :3].tolist() == [1.0, 2.0, 8.0]
    assert np.isnan(table[0, 3:]).all()
    mirrored = coloured_figure([(list("אבג"), np.arange(3.0))], high=8.0, label="bits")
    row = np.asarray(mirrored.axes[0].images[0].get_array(), dtype=float)[0]
    assert row[-3:].tolist() == [2.0, 1.0, 0.0]


def test_a_text_s_direction_is_that_of_its_first_letter() -> None:
    assert reads_leftwards("12 علي")
    assert not reads_leftwards("Ali علي")
    assert not reads_leftwards("12")
