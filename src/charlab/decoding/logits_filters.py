"""Which tokens (characters, bytes or words) may come next: filters on logits.

They are applied in one order: banned tokens and minimum length, what cannot follow (bytes that
make no character, words that would join), temperature, top-k, top-p. A token that is ruled out
has the logit -inf. All take and give floating-point logits (B, V).
"""

import copy

import numpy as np
import torch
from torch import Tensor

from charlab.data.tokens.utf8_bytes import ByteVocabulary
from charlab.data.tokens.vocabulary import EOS, FIRST, UNK, Vocabulary
from charlab.data.tokens.words import WordVocabulary
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.utf8_constraint import utf8_automaton
from charlab.decoding.word_constraint import Automaton, word_automaton
from charlab.errors import ConfigError

_OUT = float("-inf")


def rule_out(logits: Tensor, forbidden: Tensor) -> Tensor:
    """Rules out the tokens marked in ``forbidden``, (V,) or (B, V) bool."""
    return logits.masked_fill(forbidden, _OUT)


def with_temperature(logits: Tensor, temperature: float) -> Tensor:
    """Divides by the temperature; 0 leaves only the most probable token (ties: smallest id).

    Of a row that rules all out nothing is left.
    """
    if temperature == 0:
        best = logits.argmax(dim=-1, keepdim=True)  # (B, 1)
        out = logits.gather(-1, best) == _OUT
        return torch.full_like(logits, _OUT).scatter(
            -1, best, torch.where(out, _OUT, 0.0).to(logits)
        )
    # The greatest is brought to 0 first, so that a tiny temperature overflows to -inf alone.
    relative = logits - logits.amax(dim=-1, keepdim=True)
    return relative / max(temperature, torch.finfo(logits.dtype).tiny)


def keep_top_k(logits: Tensor, k: int) -> Tensor:
    """Keeps the k most probable tokens, exactly k of them (ties: smallest ids)."""
    if k >= logits.shape[-1]:
        return logits
    if logits.device.type == "cpu":  # by NumPy in a fraction of the time
        place = logits.shape[-1] - k
        least = torch.from_numpy(np.partition(logits.numpy(), place, axis=-1)[:, place, None])
    else:
        least = logits.topk(k, dim=-1).values[:, -1:]  # (B, 1)
    counts = torch.full_like(least, k, dtype=torch.long)
    return logits.masked_fill(~_greatest(logits, least, counts), _OUT)


def keep_top_p(logits: Tensor, p: float) -> Tensor:
    """Keeps the smallest set of the most probable tokens whose mass is at least p.

    Never empty (Holtzman et al. 2020, arXiv:1904.09751); ties: smallest ids.
    """
    if p >= 1:  # rounding of the sum must not cost the rarest tokens
        return logits
    mass = logits.softmax(dim=-1)
    ranked = _ascending(mass).flip(-1)
    # Those are in the set before which there is not enough yet; the first always.
    before = (ranked.cumsum(dim=-1)[:, :-1] < p).sum(dim=-1, keepdim=True)  # (B, 1)
    kept = _greatest(mass, ranked.gather(-1, before), before + 1)
    return logits.masked_fill(~kept, _OUT)


def _ascending(rows: Tensor) -> Tensor:
    """Each row's values in order, (B, V)."""
    if rows.device.type == "cpu":  # by NumPy in a tenth of the time
        return torch.from_numpy(np.sort(rows.numpy(), axis=-1))
    return rows.sort(dim=-1).values


def _greatest(values: Tensor, least: Tensor, counts: Tensor) -> Tensor:
    """Which are the greatest of each row, (B, V) bool (ties: smallest ids).

    Args:
        values: of which, (B, V).
        least: the smallest of the greatest, (B, 1).
        counts: how many, (B, 1).
    """
    kept = values >= least
    if values.device.type == "cpu" and int(kept.sum()) == int(counts.sum()):  # no ties
        return kept
    above, tied = values > least, values == least
    return above | (tied & (tied.cumsum(-1) <= counts - above.sum(-1, keepdim=True)))


class LogitsFilters:
    """All filters of one generation, in their order.

    What may follow in a text of bytes or words depends on what stands before: then each lane has
    a state, which the caller carries from `begin` through `follow`. For characters it is None.

    Args:
        settings: the knobs.
        vocabulary: of the model, V ids.
        documents: whether the end mark may be drawn (a stream has none).
        prompt: what is generated stands behind it.

    Attributes:
        settings: the knobs.
        automaton: what forbids by what stands before; None for characters.

    Raises:
        ConfigError: if no token is left to generate.
    """

    def __init__(
        self,
        settings: GenerationConfig,
        vocabulary: Vocabulary,
        *,
        documents: bool,
        prompt: str = "",
    ) -> None:
        self.settings = settings
        forbidden = torch.zeros(vocabulary.size, dtype=torch.bool)
        if not isinstance(vocabulary, ByteVocabulary):
            forbidden[_holding(vocabulary, settings.banned)] = True
        forbidden[[UNK, EOS]] = True
        if forbidden.all():
            raise ConfigError("banned= leaves no character to generate: shorten it")
        self.automaton: Automaton | None = None
        if isinstance(vocabulary, ByteVocabulary):
            self.automaton = utf8_automaton(vocabulary, settings.banned)
        elif isinstance(vocabulary, WordVocabulary):
            self.automaton = word_automaton(vocabulary, forbidden, prompt)
        late = forbidden.clone()
        late[EOS] = not documents
        self._forbidden = (late, forbidden)  # the second before the minimum length
        self._penalties = (_penalty(late), _penalty(forbidden))

    def forbidden(self, generated: int) -> Tensor:
        """The ids ruled out, (V,) bool, where ``generated`` tokens stand after the prompt."""
        return self._forbidden[generated < self.settings.min_length]

    def to(self, device: torch.device) -> "LogitsFilters":
        """The same filters for logits on a device."""
        moved = copy.copy(self)
        late, early = self._penalties
        moved._penalties = (late.to(device), early.to(device))
        moved.automaton = None if self.automaton is None else self.automaton.to(device)
        return moved

    def begin(self, lanes: int) -> Tensor | None:
        """The states of lanes (A,) in which nothing was generated yet, or None."""
        return None if self.automaton is None else self.automaton.begin(lanes)

    def follow(self, states: Tensor | None, ids: Tensor) -> Tensor | None:
        """The states after one more token in each lane, (A,), or None."""
        if self.automaton is None or states is None:
            return None
        return self.automaton.follow(states, ids)

    def allowed(self, logits: Tensor, generated: int, states: Tensor | None = None) -> Tensor:
        """The filters alone that forbid; ``generated`` tokens stand after the prompt already."""
        # Adding 0 or -inf is what `rule_out` does, in a fifth of the time.
        logits = logits + self._penalties[generated < self.settings.min_length]
        if self.automaton is None or states is None:
            return logits
        return rule_out(logits, self.automaton.forbidden[states])

    def __call__(self, logits: Tensor, generated: int, states: Tensor | None = None) -> Tensor:
        """All filters."""
        settings = self.settings
        logits = self.allowed(logits, generated, states)
        if settings.temperature != 1:
            logits = with_temperature(logits, settings.temperature)
        if settings.top_k is not None:
            logits = keep_top_k(logits, settings.top_k)
        if settings.top_p is not None:
            logits = keep_top_p(logits, settings.top_p)
        return logits


def _penalty(forbidden: Tensor) -> Tensor:
    """What is added to logits (..., V) so that the marked ids (V,) are ruled out."""
    return torch.zeros(len(forbidden), dtype=torch.float64).masked_fill(forbidden, _OUT)


def _holding(vocabulary: Vocabulary, characters: str) -> list[int]:
    """The ids of tokens that hold one of these characters."""
    if not characters:
        return []
    wanted = set(characters)
    tokens = enumerate(vocabulary.tokens, start=FIRST)
    return [i for i, token in tokens if not wanted.isdisjoint(token)]
