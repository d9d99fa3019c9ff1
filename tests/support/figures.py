"""What a figure shows."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import numpy as np
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from tests.support.tick_labels import touching


def legend(figure: Figure) -> list[str]:
    """What stands in the legend above a figure."""
    return [text.get_text() for text in figure.legends[0].get_texts()]


def points(artist: Any) -> list[list[float]]:
    """The places of a line, or of points that were scattered."""
    places = artist.get_xydata() if hasattr(artist, "get_xydata") else artist.get_offsets()
    return np.asarray(places).tolist()  # type: ignore[no-any-return]


@contextmanager
def without_layout() -> Iterator[None]:
    """Figures as they are before matplotlib makes room for their texts, which takes most time.

    For tests of what stands in a picture; `drawn` is for tests of how it looks.
    """
    with patch.object(ConstrainedLayoutEngine, "execute", lambda *_: None):
        yield


def drawn(figure: Figure) -> None:
    """Sees a figure drawn without a warning, and that its ticks can be read.

    Once and without pixels: laying a figure out is what takes the time.
    """
    with warnings.catch_warnings(action="error"):
        assert touching(figure) == []
