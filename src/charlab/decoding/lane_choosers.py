"""The next token of many texts at once: drawn where the logits are.

On a CPU in NumPy, which sorts and exponentiates small rows in a fraction of PyTorch's time; where
there are many numbers, which PyTorch's threads share, or they are on another device, in PyTorch,
without making the host wait for the device. Both do the same, which the tests hold them to.

A lanes, V vocabulary size.
"""

from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from charlab.decoding.logits_filters import LogitsFilters
from charlab.decoding.random_streams import draw

Rows = NDArray[np.float64]  # (A, V)
_SAFE_MASS = (1e-200, 1e200)  # sums of exponentials that are neither cut off nor overflowing
_TINY = float(np.finfo(np.float64).tiny)
_FEW = 2**17  # logits of a step


class LaneChooser(Protocol):
    """Draws a token in each lane; what may follow where is kept inside."""

    def choose(
        self, logits: Tensor, generated: int, chance: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Draws.

        Args:
            logits: of the next tokens, (A, V).
            generated: tokens that each lane has drawn before.
            chance: uniform numbers in [0, 1), (A,) float64.

        Returns:
            An id for each lane, its log-probability in nats under the unfiltered logits (NaN where
            these are not finite), and whether it is none because the filters leave nothing, (A,)
            each.
        """

    def keep(self, lanes: Tensor) -> None:
        """Goes on with these lanes alone."""


def lane_chooser(filters: LogitsFilters, lanes: int, device: torch.device) -> LaneChooser:
    """The one for logits (lanes, V) on a device."""
    few = device.type == "cpu" and lanes * len(filters.forbidden(0)) <= _FEW
    return (NumpyChooser if few else DeviceChooser)(filters, lanes, device)


class DeviceChooser:
    """In PyTorch, wherever the logits are.

    Args:
        filters: what may be drawn.
        lanes: how many there are at first.
        device: where the logits are.
    """

    def __init__(self, filters: LogitsFilters, lanes: int, device: torch.device) -> None:
        self._filters = filters.to(device)
        self._states = self._filters.begin(lanes)

    def choose(
        self, logits: Tensor, generated: int, chance: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """See `LaneChooser.choose`."""
        logits = logits.double()
        ids, unfit = draw(self._filters(logits, generated, self._states), chance)
        nats = logits.gather(1, ids[:, None]).squeeze(1) - logits.logsumexp(dim=-1)
        self._states = self._filters.follow(self._states, ids)
        return ids, nats, unfit

    def keep(self, lanes: Tensor) -> None:
        """See `LaneChooser.keep`."""
        self._states = None if self._states is None else self._states[lanes]


class NumpyChooser:
    """In NumPy, on the CPU.

    Args:
        filters: what may be drawn.
        lanes: how many there are at first.
        device: the CPU.
    """

    def __init__(self, filters: LogitsFilters, lanes: int, device: torch.device) -> None:
        assert device.type == "cpu"
        settings = filters.settings
        self._temperature, self._top_k, self._top_p = (
            *(settings.temperature, settings.top_k),
            settings.top_p if settings.top_p is not None and settings.top_p < 1 else None,
        )
        self._min_length = settings.min_length
        self._allowed = [
            (~filters.forbidden(generated)).numpy().astype(float)
            for generated in (settings.min_length, settings.min_length - 1)
        ]
        self._states: NDArray[np.int64] | None = None
        if filters.automaton is not None:
            self._states = np.full(lanes, filters.automaton.start)
            self._after = filters.automaton.after.numpy()
            self._follows = (~filters.automaton.forbidden).numpy().astype(float)

    def choose(
        self, logits: Tensor, generated: int, chance: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """See `LaneChooser.choose`."""
        allowed = self._allowed[generated < self._min_length]
        if self._states is not None:
            allowed = allowed * self._follows[self._states]
        with np.errstate(all="ignore"):  # overflow is looked for
            rows = logits.numpy().astype(np.float64)
            mass = np.exp(rows)
            total = mass.sum(axis=-1)
            if not _is_safe(total):  # a shift changes no probability
                rows -= rows.max(axis=-1, keepdims=True)
                mass = np.exp(rows)
                total = mass.sum(axis=-1)
            ids, unfit = self._draw(rows, mass, allowed, chance.numpy())
            nats = rows[np.arange(len(rows)), ids] - np.log(total)
        if self._states is not None:
            self._states = self._after[self._states, ids]
        return torch.from_numpy(ids), torch.from_numpy(nats), torch.from_numpy(unfit)

    def keep(self, lanes: Tensor) -> None:
        """See `LaneChooser.keep`."""
        self._states = None if self._states is None else self._states[lanes.numpy()]

    def _draw(
        self, rows: Rows, mass: Rows, allowed: Rows, chance: NDArray[np.float64]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Ids and where there are none, (A,) each; ``mass`` is that of the rows, not normalized."""
        if self._temperature > 0:
            if self._temperature != 1:
                mass = np.exp(rows / max(self._temperature, _TINY))
            sums = self._most_probable(rows, mass * allowed, allowed).cumsum(axis=-1)
        if self._temperature == 0 or not _is_safe(sums[:, -1]):
            sums = self._shifted(rows, allowed).cumsum(axis=-1)
        total = sums[:, -1]
        unfit = ~(total > 0)
        # Rounding may lift the product to the total, behind which no token stands.
        wanted = np.minimum(chance * total, np.nextafter(total, 0.0))
        return (sums > wanted[:, None]).argmax(axis=-1), unfit

    def _shifted(self, rows: Rows, allowed: Rows) -> Rows:
        """What is left of the probability, (A, V), not normalized; the greatest of a row is 1."""
        kept = np.where(allowed > 0, rows, -np.inf)
        greatest = kept.max(axis=-1, keepdims=True)
        if self._temperature == 0:
            best = np.zeros_like(rows)
            best[np.arange(len(rows)), kept.argmax(axis=-1)] = greatest[:, 0] > -np.inf
            return best
        mass = np.exp((kept - greatest) / max(self._temperature, _TINY))
        mass[~(greatest[:, 0] > -np.inf)] = 0  # -inf less -inf is no number
        return self._most_probable(rows, mass, allowed)

    def _most_probable(self, rows: Rows, mass: Rows, allowed: Rows) -> Rows:
        """What top-k and top-p leave of the mass of what is allowed, (A, V)."""
        if self._top_k is not None and self._top_k < rows.shape[1]:
            kept = np.where(allowed > 0, rows, -np.inf)
            place = rows.shape[1] - self._top_k
            least = np.partition(kept, place, axis=-1)[:, place]
            mass = mass * _greatest(kept, least, np.full(len(rows), self._top_k))
        if self._top_p is not None:
            ranked = np.sort(mass, axis=-1)[:, ::-1]
            sums = ranked.cumsum(axis=-1)
            before = (sums[:, :-1] < self._top_p * sums[:, -1:]).sum(axis=-1)
            least = ranked[np.arange(len(rows)), before]
            mass = mass * _greatest(mass, least, before + 1)
        return mass


def _is_safe(total: NDArray[np.float64]) -> bool:
    low, high = _SAFE_MASS
    return bool(((total > low) & (total < high)).all())


def _greatest(
    values: Rows, least: NDArray[np.float64], counts: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """The greatest of each row, (A, V): as many as the counts (A,) say (ties: smallest ids).

    Args:
        values: of which, (A, V).
        least: the smallest of them, (A,).
        counts: (A,).
    """
    kept: NDArray[np.bool_] = values >= least[:, None]
    if np.count_nonzero(kept) == counts.sum():
        return kept
    above, tied = values > least[:, None], values == least[:, None]
    room = counts - np.count_nonzero(above, axis=-1)
    fitting: NDArray[np.bool_] = above | (tied & (tied.cumsum(axis=-1) <= room[:, None]))
    return fitting
