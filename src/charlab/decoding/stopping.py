"""When a sample ends, and what of it may be shown before it has."""

from collections.abc import Callable, Sequence

from charlab.data.tokens.vocabulary import EOS, Vocabulary
from charlab.decoding.generation_config import GenerationConfig

Ids = Sequence[int]


class StoppingCriteria:
    """Tells whether drawn ids have come to their end.

    A stop string ends a sample where the sample's last tokens are those of the string. Of words
    there are two forms: the first word has a space before it (which is then no part of the text
    either), or it has none.

    Args:
        settings: ``length``, ``stop`` and ``min_length`` are read.
        vocabulary: of the model.
        documents: whether the end mark ends a sample.

    Attributes:
        length: the most tokens of a sample.

    Raises:
        UnknownCharacterError: if the stop string holds a token that can never be generated.
    """

    def __init__(
        self, settings: GenerationConfig, vocabulary: Vocabulary, *, documents: bool
    ) -> None:
        self.length = settings.length
        self._stops = _stops(settings.stop, vocabulary)
        self._min_length = settings.min_length
        self._documents = documents

    @property
    def last_ids(self) -> list[int]:
        """The ids that an ending sample can end with."""
        lasts = {stop[-1] for stop in self._stops}
        return [EOS] * self._documents + sorted(lasts)

    @property
    def reach(self) -> int:
        """How many of a sample's last ids `cut` has to see."""
        return max([1, *map(len, self._stops)])

    def cut(self, last: Ids, drawn: int) -> int:
        """How many of the last ids are what ends the sample; 0 if it goes on.

        Args:
            last: the last `reach` ids of a sample, or more, or all.
            drawn: how many ids the sample has in all.
        """
        if self._documents and last[-1] == EOS:
            return 1
        for stop in self._stops:
            n = len(stop)
            if drawn - n >= self._min_length and list(last[-n:]) == stop:
                return n
        return 0

    def undecided(self, held: Ids, drawn: int) -> int:
        """How many of the last of the held ids may begin, or be, a stop string.

        Args:
            held: the last ids of a sample.
            drawn: how many ids the sample has in all.
        """
        found = 0
        for stop in self._stops:
            longest = min(len(stop), len(held), drawn - self._min_length)
            fits = (k for k in range(longest, found, -1) if list(held[-k:]) == stop[:k])
            found = next(fits, found)
        return found


def _stops(stop: str | None, vocabulary: Vocabulary) -> list[list[int]]:
    """The ids that a stop string may be; [] without one."""
    if stop is None:
        return []
    forms = [form for form in vocabulary.forms(stop) if not vocabulary.unknown(form)]
    if not forms:
        vocabulary.require_known(stop, "stop=")
    return [vocabulary.encode(form).tolist() for form in forms]


class TextStream:
    """Passes a sample's text on as it comes, but never a part of its stop string.

    Tokens that may be the beginning of the stop string are held back until it is clear that they
    are not, and bytes until they make a character, so that what was passed on is the sample's text
    to the letter.

    Args:
        on_text: called with the next piece of text, one character or more.
        vocabulary: of the model.
        stopping: knows the stop string.
        shown: characters at the beginning that the prompt has already.
    """

    def __init__(
        self,
        on_text: Callable[[str], None],
        vocabulary: Vocabulary,
        stopping: StoppingCriteria,
        shown: int = 0,
    ) -> None:
        self._on_text = on_text
        self._vocabulary = vocabulary
        self._stopping = stopping
        self._held: list[int] = []
        self._drawn = 0
        self._shown = shown

    def push(self, drawn_id: int) -> None:
        """Takes the next id."""
        self._held.append(drawn_id)
        self._drawn += 1
        undecided = self._stopping.undecided(self._held, self._drawn)
        self._release(len(self._held) - undecided)

    def close(self, kept: int) -> None:
        """Passes on what is held of the sample's text, which has so many ids in all."""
        passed_on = self._drawn - len(self._held)
        self._release(kept - passed_on)

    def _release(self, n: int) -> None:
        n = self._vocabulary.whole(self._held[:n])
        text = self._vocabulary.decode(self._held[:n])
        self._held = self._held[n:]
        new, self._shown = text[self._shown :], max(0, self._shown - len(text))
        if new:  # the end mark is none
            self._on_text(new)
