"""What a model knows: symbols and their ids. The kinds of symbols are in `charlab.data.units`."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from charlab.errors import UnknownCharacterError

BOUNDARY = 0  # begin and end mark of a short document; a stream never holds it
UNKNOWN = 1  # any symbol that the vocabulary lacks
FIRST = 2  # the first symbol's id

REPLACEMENT = "\ufffd"  # what an unknown symbol is shown as
NAMED_AT_MOST = 5  # unknown symbols that an error message names
CODE_POINTS = 0x110000  # of Unicode

Ids = npt.NDArray[np.int64]


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """The characters of a text as numbers, (length,), with no Python loop.

    Lone surrogates (a command line may hold them) pass as they are.
    """
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


class Vocabulary(ABC):
    """The symbols a model knows. Ids: ``BOUNDARY``, ``UNKNOWN``, then the symbols in order.

    A symbol is a character, a byte or a word, as the unit says.

    Args:
        symbols: the known symbols in the order of their ids.

    Attributes:
        unit: what a symbol is: "char", "byte" or "word".
        plural: what several of them are called in messages.
        symbols: the known symbols, as they are shown.
        size: V, the number of ids: two more than there are symbols.
    """

    unit: ClassVar[str]
    plural: ClassVar[str]

    def __init__(self, symbols: Sequence[str]) -> None:
        self.symbols = tuple(symbols)
        self.size = FIRST + len(self.symbols)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(other)["symbols"] == self.symbols

    def __hash__(self) -> int:
        return hash((self.unit, self.symbols))

    @abstractmethod
    def encode(self, text: str) -> Ids:
        """Ids of a text, (n,); ``UNKNOWN`` where a symbol is not known."""

    @abstractmethod
    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids: nothing for ``BOUNDARY``, U+FFFD for ``UNKNOWN``."""

    @abstractmethod
    def unknown(self, text: str) -> list[tuple[int, str]]:
        """Positions (in characters) and symbols of what is not known, in order."""

    def whole(self, ids: Sequence[int]) -> int:
        """How many of the ids, from the first, make whole characters (of bytes not always all)."""
        return len(ids)

    def forms(self, text: str) -> list[str]:
        """What a text may look like within another: a word may have a space before it."""
        return [text]

    def settled(self, prompt: str) -> str:
        """What of a prompt is whole symbols, whatever follows: a space may begin the next word."""
        return prompt

    def require_known(self, text: str, what: str) -> None:
        """Refuses a text with unknown symbols.

        Args:
            text: what somebody gave.
            what: what it is, for the message ("the prompt").

        Raises:
            UnknownCharacterError: names up to five of them with their positions (from 0).
        """
        unknown = self.unknown(text)
        if not unknown:
            return
        named = ", ".join(f"{symbol!r} at {at}" for at, symbol in unknown[:NAMED_AT_MOST])
        more = len(unknown) - NAMED_AT_MOST
        rest = f" and {more} more" if more > 0 else ""
        raise UnknownCharacterError(
            f"{what} holds {self.plural} that the training text lacks: {named}{rest} "
            f"(positions count from 0); {self._advice(unknown)}, or set unknown=mark"
        )

    def _advice(self, unknown: list[tuple[int, str]]) -> str:
        """What to do about unknown symbols."""
        return "leave them out"
