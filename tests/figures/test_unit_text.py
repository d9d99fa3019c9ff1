import numpy as np

from charlab.figures.unit_text import UnitText, unit_text_figure, unit_text_html
from tests.support.figures import drawn

TEXT = UnitText(
    "cell 3: inside <quotes>",
    [*'a"<\n&', "", "é"],
    np.array([0.1, -0.9, 1.0, 0.0, -0.2, 0.0, 0.5]),
)


def test_every_character_stands_on_its_value():
    figure = unit_text_figure([TEXT, UnitText("long", ["x"] * 100, np.linspace(-1, 1, 100))])
    first, second = figure.axes[:2]
    table = np.ma.filled(first.images[0].get_array(), np.nan)
    assert table.shape == (2, 72)  # a newline ends a row
    assert table[0, :4].tolist() == [0.1, -0.9, 1.0, 0.0]
    assert table[1, 0] == -0.2
    assert np.isnan(table[1, 1:3]).all()  # between two documents
    assert table[1, 3] == 0.5
    assert np.isnan(table[0, 4:]).all()
    assert [text.get_text() for text in first.texts] == ["a", '"', "<", "↵", "&", "", "", "é"]
    low, high = first.images[0].get_clim()
    assert low == -high
    assert second.images[0].get_array().shape == (2, 72)
    drawn(figure)


def test_the_page_has_the_same_text_escaped():
    page = unit_text_html(TEXT)
    assert "inside &lt;quotes&gt;" in page
    assert '<span class="heat-9" title="+1.00">&lt;</span>' in page
    assert '<span class="cold-8" title="-0.90">&#34;</span>' in page
    assert '<span class="cold-0" title="+0.00">↵\n</span>' in page


def test_documents_stand_beside_each_other_and_run_as_they_are_read():
    pieces = [*"שלום", "", *"abc", "", *("x" * 70)]
    figure = unit_text_figure([UnitText("", pieces, np.arange(len(pieces)) / 100)])
    written = [text.get_text() for text in figure.axes[0].texts]
    assert "".join(written)[:7] == "םולשabc"
    assert figure.axes[0].images[0].get_array().shape == (2, 72)


def test_a_dot_stands_for_what_no_font_has(monkeypatch):
    monkeypatch.setattr("charlab.figures.unit_text.covering_fonts", lambda wanted: ([], wanted))
    figure = unit_text_figure([UnitText("", ["a", "\u0b85"], np.ones(2))])
    assert [text.get_text() for text in figure.axes[0].texts] == ["a", "·"]
    assert "no installed font has Tamil" in figure.get_supxlabel()


def test_a_unit_that_is_always_zero_has_no_colour():
    page = unit_text_html(UnitText("dead", ["a"], np.zeros(1)))
    assert "cold-0" in page
