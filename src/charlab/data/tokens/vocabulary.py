"""What a model knows: tokens and their ids. The kinds of tokens are in `charlab.data.tokens`."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from charlab.errors import UnknownCharacterError
from charlab.system.words import counted

EOS = 0  # begin and end mark of a short document; a stream never holds it
UNK = 1  # any token that the vocabulary lacks
FIRST = 2  # the first token's id

REPLACEMENT = "\ufffd"  # what an unknown token is shown as
NAMED_AT_MOST = 5  # unknown tokens that an error message names
CODE_POINTS = 0x110000  # of Unicode
NAMES = {
    "char": "characters",
    "byte": "bytes",
    "word": "words",
    "symbol": "symbols",
}  # several tokens, by the unit

Integers = npt.NDArray[np.int64]
Ids = Integers
Unsigned = npt.NDArray[np.unsignedinteger]  # ids as they are stored, in the smallest type


def counted_tokens(count: int, unit: str) -> str:
    """ "1 byte", "2,000 characters"."""
    return counted(count, NAMES[unit].removesuffix("s"))


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """The characters of a text as numbers, (length,), with no Python loop.

    Lone surrogates (a command line may hold them) pass as they are.
    """
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


def utf8_of(text: str) -> bytes:
    """A text in UTF-8; lone surrogates (a command line may hold them) pass as they are."""
    return text.encode("utf-8", "surrogatepass")


def smallest_unsigned(size: int) -> np.dtype[np.unsignedinteger]:
    """The smallest unsigned type that holds the ids 0 … size-1."""
    return np.min_scalar_type(max(size - 1, 0))


class Vocabulary(ABC):
    """The tokens a model knows. Ids: ``EOS``, ``UNK``, then the tokens in order.

    A token is a character, a byte, a word or a symbol, as the unit says.

    Args:
        tokens: the known tokens in the order of their ids.

    Attributes:
        unit: what a token is: "char", "byte", "word" or "symbol".
        plural: what several of them are called in messages.
        tokens: the known tokens, as they are shown.
        size: V, the number of ids: two more than there are tokens.
    """

    unit: ClassVar[str]
    plural: ClassVar[str]

    def __init__(self, tokens: Sequence[str]) -> None:
        self.tokens = tuple(tokens)
        self.size = FIRST + len(self.tokens)
        self._shown = ("", REPLACEMENT, *self.tokens)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(other)["tokens"] == self.tokens

    def __hash__(self) -> int:
        return hash((self.unit, self.tokens))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.tokens})"

    @abstractmethod
    def encode(self, text: str) -> Ids:
        """Ids of a text, (n,); ``UNK`` where a token is not known."""

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids: nothing for ``EOS``, U+FFFD for ``UNK``."""
        return "".join([self._shown[i] for i in ids])

    @abstractmethod
    def unknown(self, text: str) -> list[tuple[int, str]]:
        """Positions (in characters) and tokens of what is not known, in order."""

    def whole(self, ids: Sequence[int]) -> int:
        """How many of the ids, from the first, make whole characters (of bytes not always all)."""
        return len(ids)

    def forms(self, text: str) -> list[str]:
        """What a text may look like within another: a word may have a space before it."""
        return [text]

    def settled(self, prompt: str) -> str:
        """What of a prompt is whole tokens, whatever follows: a space may begin the next word."""
        return prompt

    def require_known(self, text: str, what: str) -> None:
        """Refuses a text with unknown tokens.

        Args:
            text: what somebody gave.
            what: what it is, for the message ("the prompt").

        Raises:
            UnknownCharacterError: names up to five of them with their positions (from 0).
        """
        unknown = self.unknown(text)
        if not unknown:
            return
        named = ", ".join(f"{token!r} at {at}" for at, token in unknown[:NAMED_AT_MOST])
        more = len(unknown) - NAMED_AT_MOST
        rest = f" and {more} more" if more > 0 else ""
        raise UnknownCharacterError(
            f"{what} holds {self.plural} that the training text lacks: {named}{rest} "
            f"(positions count from 0); {self._advice(unknown)}, or set unknown=mark"
        )

    def _advice(self, unknown: list[tuple[int, str]]) -> str:
        """What to do about unknown tokens."""
        return "leave them out"
