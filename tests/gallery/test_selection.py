"""Pictures by their names."""

import pytest

from charlab.errors import ConfigError
from charlab.figures.picture import Picture
from charlab.gallery.selection import chosen

PICTURES = [Picture(name, "", "", list, "") for name in ("curves", "units", "unit")]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["unit", "curves"], ["curves", "unit"]),  # in the gallery's order
        (["units", "units"], ["units"]),
        ([], []),
        (["all"], ["curves", "units", "unit"]),
        (["unit", "all"], ["curves", "units", "unit"]),
    ],
)
def test_pictures_are_chosen_by_name(names: list[str], found: list[str]) -> None:
    assert [picture.name for picture in chosen(iter(PICTURES), names)] == found


def test_each_unknown_name_is_a_line_with_what_may_be_meant() -> None:
    with pytest.raises(ConfigError) as caught:
        chosen(PICTURES, ["curvs", "curves", "Ünit"])
    first, second = caught.value.lines
    assert first.startswith("pictures=curvs: no such picture of this run; did you mean 'curves'")
    assert second.startswith("pictures=Ünit: ")


def test_of_no_pictures_none_can_be_chosen() -> None:
    assert chosen([], ["all"]) == []
    with pytest.raises(ConfigError, match="pictures=curves: no such picture"):
        chosen([], ["curves"])
