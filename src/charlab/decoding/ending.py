"""When a sample ends, and what of it may be shown before it has."""

from collections.abc import Callable, Sequence

from charlab.data.vocabulary import BOUNDARY, Vocabulary
from charlab.decoding.settings import DecodingSettings


class EndRule:
    """Tells whether drawn ids have come to their end.

    Args:
        settings: ``stop`` and ``min_length`` are read.
        vocabulary: of the model.
        documents: whether the end mark ends a sample.

    Raises:
        UnknownCharacterError: if the stop string holds a character that can never be generated.
    """

    def __init__(
        self, settings: DecodingSettings, vocabulary: Vocabulary, *, documents: bool
    ) -> None:
        stop = settings.stop or ""
        vocabulary.require_known(stop, "stop=")
        self._stop: list[int] = vocabulary.encode(stop).tolist()
        self._min_length = settings.min_length
        self._documents = documents

    @property
    def last_ids(self) -> list[int]:
        """The ids that an ending sample can end with."""
        return [BOUNDARY] * self._documents + self._stop[-1:]

    def cut(self, ids: Sequence[int]) -> int:
        """How many of the last ids are what ends the sample; 0 if it goes on."""
        if self._documents and ids[-1] == BOUNDARY:
            return 1
        n = len(self._stop)
        if n and len(ids) - n >= self._min_length and list(ids[-n:]) == self._stop:
            return n
        return 0


class TextStream:
    """Passes a sample's characters on as they come, but never a part of its stop string.

    Characters that may be the beginning of the stop string are held back until it is clear that
    they are not, so that what was passed on is the sample's text to the letter.

    Args:
        on_text: called with the next piece of text, one character or more.
        settings: ``stop`` and ``min_length`` are read.
    """

    def __init__(self, on_text: Callable[[str], None], settings: DecodingSettings) -> None:
        self._on_text = on_text
        self._stop = settings.stop or ""
        self._min_length = settings.min_length
        self._held = ""
        self._seen = 0

    def push(self, character: str) -> None:
        """Takes the next character."""
        self._held += character
        self._seen += 1
        self._release(len(self._held) - self._possible_stop())

    def close(self, characters: int) -> None:
        """Passes on what is held of the sample's text, which has so many characters in all."""
        passed_on = self._seen - len(self._held)
        self._release(characters - passed_on)

    def _possible_stop(self) -> int:
        """Length of the longest end of the held text that may begin, or be, the stop string."""
        longest = min(len(self._stop), len(self._held), self._seen - self._min_length)
        fits = (k for k in range(longest, 0, -1) if self._held.endswith(self._stop[:k]))
        return next(fits, 0)

    def _release(self, n: int) -> None:
        if n:
            self._on_text(self._held[:n])
            self._held = self._held[n:]
