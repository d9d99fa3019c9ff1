"""What units follow, as a table and as coloured text."""

from collections.abc import Callable
from typing import Any

import pytest
from markupsafe import Markup
from matplotlib.figure import Figure

from charlab.figures import to_image
from charlab.gallery.units import UnitPictures
from charlab.inspection.activations import Unit


@pytest.mark.parametrize("layout", ["sequences", "stream"])
def test_what_units_follow_is_a_table_and_a_text(
    looked_into: Callable[..., Any], layout: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("charlab.gallery.units._EXCERPT", 60)
    made = looked_into("task=generate", "model=gru", layout=layout)
    units, unit = UnitPictures(*made, "val")
    assert (units.name, unit.name) == ("units", "unit")
    (table,) = units.draw()
    assert isinstance(table, Markup)
    assert "inside “ ”" in table
    assert "&lt;xy&gt;" in table  # a label
    figure, *texts = unit.draw()
    assert isinstance(figure, Figure)
    assert len(texts) == len(figure.axes) // 2
    assert all(isinstance(text, Markup) and len(text.striptags()) > 60 for text in texts)
    if layout == "sequences":  # a stream's look alike
        assert to_image(figure).ndim == 3


@pytest.mark.parametrize("layout", ["sequences", "stream"])
def test_a_unit_and_a_text_of_ones_own(looked_into: Callable[..., Any], layout: str) -> None:
    given = "“Di”, (Bob)\nAda"
    made = looked_into("task=generate", "model=lstm", layout=layout, text=given)
    _, picture = UnitPictures(*made, "val", Unit(0, "cell", 2))
    figure, text = picture.draw()
    assert isinstance(figure, Figure)
    assert isinstance(text, Markup)
    assert figure.axes[0].get_title(loc="left") == "layer 0, cell 2"
    assert text.count("<bdi>") == (2 if layout == "sequences" else 1)
    end = "”, (Bob)↵ Ada" if layout == "stream" else "”, (Bob) Ada"
    assert " ".join(text.striptags().split()).endswith(end)


def test_what_a_network_in_both_directions_follows(looked_into: Callable[..., Any]) -> None:
    made = looked_into("task=classify", "model.bidirectional=true", "model.num_layers=2")
    units, _ = UnitPictures(*made, "val")
    assert "inside quotes" in str(units.draw()[0])
