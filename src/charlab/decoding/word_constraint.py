"""What may follow what: a small machine in each lane that forbids what would break the text.

Bytes must make characters (`charlab.decoding.utf8_constraint`). Words must stay apart: ``the``
after ``king`` would be another word, ``kingthe``.

S states, V vocabulary size, A lanes.
"""

from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor

from charlab.data.tokens.vocabulary import FIRST
from charlab.data.tokens.words import WordVocabulary, split_words
from charlab.errors import ConfigError


@dataclass(frozen=True)
class Automaton:
    """Carries a state in each lane and knows what may come next in it.

    Attributes:
        after: the state after each id in each state, (S, V).
        forbidden: which ids may not come next, (S, V) bool.
        start: the state in which a generation begins.
    """

    after: Tensor
    forbidden: Tensor
    start: int

    def begin(self, lanes: int) -> Tensor:
        """The states before the first token, (A,)."""
        return torch.full((lanes,), self.start, device=self.after.device)

    def to(self, device: torch.device) -> "Automaton":
        """The same on a device."""
        return Automaton(self.after.to(device), self.forbidden.to(device), self.start)

    def follow(self, states: Tensor, ids: Tensor) -> Tensor:
        """The states after ids that were allowed, (A,)."""
        return self.after[states, ids]


# A state is what the last token was like; these stand for all tokens like them.
_NOTHING, _WORD, _MARK, _SPACE, _WHITE = "", "a", ".", " ", "\n"
_LIKES = (_NOTHING, _WORD, _MARK, _SPACE, _WHITE)
_OWES_SPACE = len(_LIKES)  # the state behind a prompt whose last space the next word brings


def word_automaton(vocabulary: WordVocabulary, banned: Tensor, prompt: str) -> Automaton:
    """Keeps samples of words such that splitting them again gives the same words.

    Where that would leave nothing to generate (a vocabulary without spaces), words may join. A
    space at the prompt's end is the first word's own (`WordVocabulary.settled`).

    Args:
        vocabulary: of the model.
        banned: ids that are never generated, (V,) bool.
        prompt: what is generated stands behind it.

    Raises:
        ConfigError: if no word is left for a prompt that ends with a space.
    """
    after, joins = _joints(vocabulary)
    stuck = (joins | banned).all(dim=1)
    spaced = [token.startswith(" ") for token in vocabulary.tokens]
    unspaced = ~torch.tensor([False] * FIRST + spaced)
    forbidden = torch.cat([joins.masked_fill(stuck[:, None], False), unspaced[None]])
    start = _LIKES.index(_like((split_words(prompt) or [""])[-1]))
    if vocabulary.settled(prompt) != prompt:
        start = _OWES_SPACE
        if (unspaced | banned).all():
            raise ConfigError(
                "banned= leaves no word to follow the space that prompt= ends with: leave it out"
            )
    return Automaton(after.expand(len(forbidden), -1), forbidden, start)


@lru_cache(maxsize=4)  # a run asks at each validation
def _joints(vocabulary: WordVocabulary) -> tuple[Tensor, Tensor]:
    """The state after each id, (V,), and which ids would join what stands before, (S, V) bool."""
    likes = [_NOTHING] * FIRST + [_like(token) for token in vocabulary.tokens]
    begins = [token[:1] for token in vocabulary.tokens]
    joins = {(like, b): len(split_words(like + b)) < 2 for like in _LIKES for b in set(begins)}
    rows = [[like != _NOTHING and joins[like, b] for b in begins] for like in _LIKES]
    marks = torch.zeros(len(_LIKES), FIRST, dtype=torch.bool)  # are not ours to forbid
    after = torch.tensor([_LIKES.index(like) for like in likes])
    return after, torch.cat([marks, torch.tensor(rows)], dim=1)


def _like(token: str) -> str:
    """The token that stands for all tokens with the same neighbours."""
    if token.isspace() or not token:
        return token if token in _LIKES else _WHITE
    joined = len(split_words(token + _WORD)) == 1
    return _WORD if joined else _MARK
