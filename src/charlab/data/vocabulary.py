"""Characters and their ids."""

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from charlab.errors import UnknownCharacterError

BOUNDARY = 0  # begin and end mark of a short document; a stream never holds it
UNKNOWN = 1  # any character that the training split lacks
FIRST_CHARACTER = 2

REPLACEMENT = "\ufffd"  # what an unknown character is shown as
NAMED_AT_MOST = 5  # unknown characters that an error message names


def code_points(text: str) -> npt.NDArray[np.uint32]:
    """The characters of a text as numbers, (length,), with no Python loop.

    Lone surrogates (a command line may hold them) pass as they are.
    """
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")


class Vocabulary:
    """The characters a model knows. Ids: ``BOUNDARY``, ``UNKNOWN``, then characters in order.

    Args:
        characters: single characters; kept sorted by code point and distinct.

    Attributes:
        characters: the known characters, sorted.
        size: V, the number of ids: two more than there are characters.

    Raises:
        ValueError: if an item is not a single character.
    """

    def __init__(self, characters: Sequence[str]) -> None:
        for character in characters:
            if len(character) != 1:
                raise ValueError(f"a vocabulary is made of single characters, not {character!r}")
        self.characters = tuple(sorted(set(characters)))
        self.size = FIRST_CHARACTER + len(self.characters)
        known = code_points("".join(self.characters))
        # One place beyond the last known code point stands for everything above it.
        self._ids = np.full(int(known.max(initial=0)) + 2, UNKNOWN, dtype=np.int64)
        self._ids[known] = np.arange(FIRST_CHARACTER, self.size)
        self._shown = ("", REPLACEMENT, *self.characters)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self.characters == other.characters

    def __hash__(self) -> int:
        return hash(self.characters)

    def __repr__(self) -> str:
        return f"Vocabulary({''.join(self.characters)!r})"

    def encode(self, text: str) -> npt.NDArray[np.int64]:
        """Ids of a text, (length,); ``UNKNOWN`` where a character is not known."""
        return self.encode_points(code_points(text))

    def encode_points(self, points: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
        """Ids of code points, (length,), as `encode`."""
        return self._ids[np.minimum(points, len(self._ids) - 1)]

    def decode(self, ids: Iterable[int]) -> str:
        """The text of ids: nothing for ``BOUNDARY``, U+FFFD for ``UNKNOWN``."""
        return "".join([self._shown[i] for i in ids])

    def unknown(self, text: str) -> list[tuple[int, str]]:
        """Positions and characters of what is not known, in order."""
        return [(int(i), text[i]) for i in np.flatnonzero(self.encode(text) == UNKNOWN)]

    def require_known(self, text: str, what: str) -> None:
        """Refuses a text with unknown characters.

        Args:
            text: what somebody gave.
            what: what it is, for the message ("the prompt").

        Raises:
            UnknownCharacterError: names up to five of them with their positions (from 0).
        """
        unknown = self.unknown(text)
        if not unknown:
            return
        named = ", ".join(f"{character!r} at {at}" for at, character in unknown[:NAMED_AT_MOST])
        more = len(unknown) - NAMED_AT_MOST
        rest = f" and {more} more" if more > 0 else ""
        raise UnknownCharacterError(
            f"{what} holds characters that the training text lacks: {named}{rest} "
            "(positions count from 0); leave them out, or set unknown=mark"
        )
