"""Which characters may come next: filters on logits.

They are applied in one order: banned characters, minimum length, temperature, top-k, top-p. A
character that is ruled out has the logit -inf. All take and give floating-point logits (B, V).
"""

import torch
from torch import Tensor

from charlab.data.vocabulary import BOUNDARY, UNKNOWN, Vocabulary
from charlab.decoding.settings import DecodingSettings
from charlab.errors import ConfigError

_OUT = float("-inf")


def rule_out(logits: Tensor, forbidden: Tensor) -> Tensor:
    """Rules out the characters marked in ``forbidden``, (V,) bool."""
    return logits.masked_fill(forbidden, _OUT)


def with_temperature(logits: Tensor, temperature: float) -> Tensor:
    """Divides by the temperature; 0 leaves only the most probable character (ties: smallest id)."""
    if temperature == 0:
        best = logits.argmax(dim=-1, keepdim=True)  # (B, 1)
        return torch.full_like(logits, _OUT).scatter(-1, best, 0.0)
    # The greatest is brought to 0 first, so that a tiny temperature overflows to -inf alone.
    relative = logits - logits.amax(dim=-1, keepdim=True)
    return relative / max(temperature, torch.finfo(logits.dtype).tiny)


def keep_top_k(logits: Tensor, k: int) -> Tensor:
    """Keeps the k most probable characters, exactly k of them (ties: smallest ids)."""
    order = logits.argsort(dim=-1, descending=True, stable=True)
    return logits.scatter(-1, order[:, k:], _OUT)


def keep_top_p(logits: Tensor, p: float) -> Tensor:
    """Keeps the smallest set of the most probable characters whose mass is at least p.

    Never empty (Holtzman et al. 2020, arXiv:1904.09751).
    """
    if p >= 1:  # rounding of the sum must not cost the rarest characters
        return logits
    ranked, order = logits.sort(dim=-1, descending=True, stable=True)
    mass = ranked.softmax(dim=-1).cumsum(dim=-1)
    full = torch.zeros_like(order, dtype=torch.bool)
    full[:, 1:] = mass[:, :-1] >= p  # those before it are enough already
    return logits.masked_fill(torch.zeros_like(full).scatter(-1, order, full), _OUT)


class Filters:
    """All filters of one generation, in their order.

    Args:
        settings: the knobs.
        vocabulary: of the model, V characters.
        documents: whether the end mark may be drawn (a stream has none).

    Raises:
        ConfigError: if no character is left to generate.
    """

    def __init__(
        self, settings: DecodingSettings, vocabulary: Vocabulary, *, documents: bool
    ) -> None:
        self._settings = settings
        forbidden = torch.zeros(vocabulary.size, dtype=torch.bool)
        # A banned character that the vocabulary lacks is never generated anyway.
        forbidden[vocabulary.encode(settings.banned)] = True
        forbidden[[UNKNOWN, BOUNDARY]] = True
        if forbidden.all():
            raise ConfigError("banned= leaves no character to generate: shorten it")
        self._before_min_length = forbidden
        self._after_min_length = forbidden.clone()
        self._after_min_length[BOUNDARY] = not documents

    def allowed(self, logits: Tensor, generated: int) -> Tensor:
        """The first two filters alone; ``generated`` characters stand after the prompt already."""
        early = generated < self._settings.min_length
        return rule_out(logits, self._before_min_length if early else self._after_min_length)

    def __call__(self, logits: Tensor, generated: int) -> Tensor:
        """All filters."""
        settings = self._settings
        logits = self.allowed(logits, generated)
        if settings.temperature != 1:
            logits = with_temperature(logits, settings.temperature)
        if settings.top_k is not None:
            logits = keep_top_k(logits, settings.top_k)
        if settings.top_p is not None:
            logits = keep_top_p(logits, settings.top_p)
        return logits
