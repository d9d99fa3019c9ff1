"""What a unit is made of: text in, numbers of tokens out."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.uint32]


class Tokenizer(ABC):
    """Splits text into the tokens of a unit, before it is known which of them a model will have.

    A token's number is below `size` and the same for all texts that one tokenizer has split, so
    tokens can be counted piece by piece.
    """

    @property
    @abstractmethod
    def size(self) -> int:
        """Above every number given so far."""

    @abstractmethod
    def points(self, text: str) -> Numbers:
        """Numbers of a text's tokens, (n,)."""

    @abstractmethod
    def tokens(self, token_ids: Sequence[int] | npt.NDArray[np.integer]) -> list[str]:
        """The tokens of numbers, as a vocabulary takes them."""

    @abstractmethod
    def lengths(self) -> npt.NDArray[np.int64]:
        """Characters (code points) of each token, by its number, (size,).

        Over a text they sum to its length.
        """

    def cut(self, text: str) -> int:
        """Where a text that goes on may be cut.

        The tokens of ``text[:cut]`` are final, and those of ``text[cut:]`` with what follows are
        the same as if nothing stood before them.
        """
        return len(text)
