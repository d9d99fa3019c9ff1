"""What a unit is made of: text in, token ids out, while it is read and no vocabulary is known."""

from abc import ABC, abstractmethod

from charlab.data.tokens.vocabulary import Unsigned


class Tokenizer(ABC):
    """Splits text into the tokens of a unit and numbers them.

    A token keeps its id for all texts that one tokenizer has split, so tokens can be counted
    piece by piece.
    """

    @abstractmethod
    def token_ids(self, text: str, utf8: bytes | None = None) -> Unsigned:
        """Ids of a text's tokens, (n,), in the smallest type for all ids so far.

        Args:
            text: a piece of text that cuts no token.
            utf8: the same as `utf8_of` gives it, where it is at hand.
        """

    @abstractmethod
    def tokens(self) -> list[str]:
        """The token of each id, (S,), as a vocabulary takes it."""

    def cut(self, text: str) -> int:
        """Where a text that goes on may be cut.

        The tokens of ``text[:cut]`` are final, and those of ``text[cut:]`` with what follows are
        the same as if nothing stood before them.
        """
        return len(text)
