"""Random numbers of a generation, apart from every global generator."""

import secrets
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_BLOCK = 64


def fresh_seed() -> int:
    """A seed that nobody chose."""
    return secrets.randbits(64)


class SampleChances:
    """A stream of uniform numbers for each sample, settled by (seed, sample, attempt) alone.

    So sample i is the same whatever the number of samples drawn beside it. Philox is a
    counter-based generator (Salmon et al. 2011): any key gives an independent stream.

    Args:
        seed: 0 to 2**64 - 1.
        samples: the numbers of the B samples.
        attempt: 0, or how often these samples were drawn before.
    """

    def __init__(self, seed: int, samples: Sequence[int], attempt: int = 0) -> None:
        self._generators = [
            np.random.Generator(
                np.random.Philox(key=np.array([seed, i], np.uint64), counter=[0, 0, 0, attempt])
            )
            for i in samples
        ]
        self._block: NDArray[np.float64] = np.empty((len(samples), 0))
        self._used = 0

    def next(self) -> NDArray[np.float64]:
        """The next number in [0, 1) of each sample, (B,)."""
        if self._used == self._block.shape[1]:
            self._block = np.stack([generator.random(_BLOCK) for generator in self._generators])
            self._used = 0
        self._used += 1
        return self._block[:, self._used - 1]


def draw(logits: Tensor, chances: NDArray[np.float64]) -> Tensor:
    """Draws one character per row by inverting the cumulative distribution.

    Args:
        logits: filtered, (B, V) float64.
        chances: uniform numbers in [0, 1), (B,).

    Returns:
        Ids (B,); none of probability zero.

    Raises:
        ValueError: if a row allows no character.
    """
    mass = logits.softmax(dim=-1).cumsum(dim=-1)  # (B, V)
    total = mass[:, -1:]
    if not torch.isfinite(total).all():
        raise ValueError("a row of logits allows no character")
    wanted = torch.from_numpy(chances[:, None]) * total
    # Rounding may lift the product to the total, behind which no character stands.
    wanted = torch.minimum(wanted, torch.nextafter(total, torch.zeros_like(total)))
    return torch.searchsorted(mass, wanted, right=True).squeeze(1)
