"""Random numbers of a generation, apart from every global generator."""

from collections.abc import Iterator, Sequence
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_BLOCK = 64


class RandomStreams:
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
        self._rows = self._draw_blocks()

    def _draw_blocks(self) -> Iterator[NDArray[np.float64]]:
        while True:
            yield from np.stack([g.random(_BLOCK) for g in self._generators], axis=1)

    def take(self, count: int) -> NDArray[np.float64]:
        """The next ``count`` numbers in [0, 1) of each sample, (count, B)."""
        return np.stack(list(islice(self._rows, count)))

    def alone(self) -> Iterator[float]:
        """The numbers of the only sample, one after another."""
        (generator,) = self._generators
        while True:
            yield from generator.random(_BLOCK).tolist()


def draw(logits: Tensor, random_streams: Tensor) -> tuple[Tensor, Tensor]:
    """Draws one character per row by inverting the cumulative distribution.

    Args:
        logits: filtered, (B, V) float64.
        random_streams: uniform numbers in [0, 1), (B,) float64, where the logits are.

    Returns:
        Ids (B,), none of probability zero; and which rows are none to draw from (they allow no
        character, or are not finite), (B,) bool: whoever reads the ids looks at these too, since
        looking here would make the host wait for the device.
    """
    # The greatest is 1, so the sum is safe; dividing by it first would only cost time.
    mass = (logits - logits.amax(dim=-1, keepdim=True)).exp_().cumsum(dim=-1)  # (B, V)
    total = mass[:, -1:]
    wanted = random_streams[:, None] * total
    # Rounding may lift the product to the total, behind which no character stands.
    wanted = torch.minimum(wanted, torch.nextafter(total, torch.zeros_like(total)))
    drawn = torch.searchsorted(mass, wanted, right=True).squeeze(1)
    return drawn.clamp_(max=logits.shape[1] - 1), ~torch.isfinite(total).squeeze(1)
