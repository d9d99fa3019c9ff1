"""What a task shows at a validation, kept for looking at."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt


@dataclass
class Recorder:
    """A run's loggers: what was written to them, in its order."""

    texts: list[tuple[str, str, int]] = field(default_factory=list)
    images: list[tuple[str, npt.NDArray[np.uint8], int]] = field(default_factory=list)

    def text(self, tag: str, text: str, step: int) -> None:
        self.texts.append((tag, text, step))

    def image(self, tag: str, pixels: npt.NDArray[np.uint8], step: int) -> None:
        self.images.append((tag, pixels, step))
