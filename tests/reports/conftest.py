"""Charts of pages, whose marks and words are looked at."""

from collections.abc import Iterator

import pytest

from tests.support.figures import without_layout


@pytest.fixture(autouse=True)
def _loosely() -> Iterator[None]:
    """Pages that a module makes once are laid out as a user sees them."""
    with without_layout():
        yield
