"""What a run asks of a logger, besides what Lightning does."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from pytorch_lightning.loggers import Logger

from charlab.errors import one_line

Setting = str | float | bool


class RunLogger(Logger):
    """One of Lightning's loggers that a run opens and closes itself: it logs after the fit, too.

    A logger that cannot show texts or pictures leaves them out.

    Attributes:
        kind: its name in ``logger=``.
        has_id: whether a resumed run finds what it logged before by an id, Lightning's ``version``.
    """

    kind: ClassVar[str]
    has_id: ClassVar[bool] = False

    def begin(self, settings: Mapping[str, Setting], *, resumed: bool) -> str | None:
        """Opens the logger, or goes on with what it logged before.

        Args:
            settings: all of the run's, flat.
            resumed: whether the run goes on.

        Returns:
            What the user is to know of it: where the run is shown.
        """
        raise NotImplementedError

    def add_text(self, tag: str, text: str, step: int) -> None:
        """Shows a text to the letter."""

    def add_image(self, tag: str, pixels: npt.NDArray[np.uint8], step: int) -> None:
        """Shows an image, (height, width, 3)."""

    def add_results(
        self, settings: Mapping[str, Setting], results: Mapping[str, float], step: int
    ) -> None:
        """Shows a run's best and test metrics, beside the settings that it is told apart by."""
        raise NotImplementedError

    def for_dataset(self, folder: Path) -> Self | None:
        """What shows the dataset: the run itself.

        Args:
            folder: that of the dataset, which is the same for all its runs.
        """
        return self

    def flush(self) -> None:
        """Lets somebody who watches see everything so far."""

    def close(self, status: str) -> None:
        """Writes what is left.

        Args:
            status: how the run ended ("completed", "failed", …).
        """

    # Lightning's own calls at a fit's beginning and end, where a run neither begins nor ends

    def save(self) -> None:
        """Nothing."""

    def finalize(self, status: str = "success") -> None:
        """Nothing."""


def words_of(kind: str, error: BaseException) -> str:
    """A logger's fault in one line, with what may help."""
    text = one_line(error)
    lacks_key = kind == "wandb" and "API key" in text
    hint = "; wandb login, or logger.wandb.offline=true" if lacks_key else ""
    return f"logger={kind}: {text}{hint}"
