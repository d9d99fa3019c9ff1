"""Words and what they cost a model."""

import re

import numpy as np
import pytest

from charlab.figures.words import WordBits, words_table


def cells(table: str) -> list[list[str]]:
    """The numbers of each row."""
    rows = table.split("<tr>")[2:]
    return [re.findall('<td class="figures">(.*?)</td>', row) for row in rows]


@pytest.mark.parametrize(
    ("pieces", "bits", "text", "total", "each"),
    [
        ((" ", "c", "a", "t"), [1.0, 2.0, 3.0, 0.0], "cat", 6.0, 2.0),  # a space is no letter
        (("c", "a", "t"), [2.0, 3.0, 1.0], "cat", 6.0, 2.0),
        (("house",), [10.0], "house", 10.0, 2.0),
        ((" ", "ж", "é"), [1.0, 1.0, 1.0], "жé", 3.0, 1.5),
    ],
)
def test_bits_are_summed_over_pieces_and_shared_by_characters(
    pieces: tuple[str, ...], bits: list[float], text: str, total: float, each: float
) -> None:
    word = WordBits(pieces, 1, np.array(bits))
    assert (word.text, word.total, word.per_character) == (text, total, each)


def test_rows_are_what_each_word_costs_of_all() -> None:
    words = [
        WordBits((" ", "o", "w", "l"), 2, np.array([1.0, 4.0, 1.0, 0.0])),
        WordBits(("the",), 1234, np.array([0.5])),
    ]
    everything = sum(word.count * word.total for word in words)
    table = words_table(words, everything, high=4.0)
    first, second = cells(table)
    assert first == ["2", "6.0", "2.00", f"{100 * 12 / 629:.2f}%"]
    assert second[:3] == ["1,234", "0.5", "0.17"]
    shares = [float(row[3].removesuffix("%")) for row in (first, second)]
    assert sum(shares) == pytest.approx(100, abs=0.01)
    assert re.findall("<th class.*?>(.*?)</th>", table) == [
        "word", "times", "bits each", "bits per character", "share of all bits",
    ]  # fmt: skip


def test_letters_are_shaded_and_none_is_markup() -> None:
    word = WordBits(("<i>", "b"), 1, np.array([0.0, 99.0]))
    table = words_table([word], 99.0, high=4.0)
    assert re.findall('<span class="(.*?)">(.*?)</span>', table) == [
        ("heat-0", "&lt;i&gt;"), ("heat-9", "b"),
    ]  # fmt: skip


def test_no_words_are_a_head_alone() -> None:
    assert cells(words_table([], 1.0, high=4.0)) == []
