"""Drawing a single text on the CPU, as fast as its weights can be read.

One text is what a user watches being written, and a step of a small network takes microseconds: the
filters and the draw are written out here for one row, in plain NumPy. They do what
`charlab.decoding.logits_filters` and `charlab.decoding.random_streams.draw` do for many rows, which
the tests hold them to.

V vocabulary size.
"""

import math
from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from charlab.decoding.logits_filters import LogitsFilters
from charlab.decoding.model_protocol import refuse_diverged
from charlab.decoding.prompt import Context
from charlab.decoding.random_streams import RandomStreams
from charlab.decoding.results import Hypothesis
from charlab.decoding.stopping import StoppingCriteria
from charlab.models.folded.weights import FoldedModel, FoldedReader

Row = NDArray[np.float64]
_SMALL = 2**21  # bytes of weights
_SAFE_MASS = (1e-200, 1e200)  # sums of exponentials that are neither cut off nor overflowing
_MANY = 512  # numbers; fewer are sorted sooner than parted
_TINY = float(np.finfo(np.float64).tiny)


class Chooser:
    """Draws the next token of one text.

    Args:
        filters: what may be drawn.
    """

    def __init__(self, filters: LogitsFilters) -> None:
        settings = filters.settings
        self._temperature = settings.temperature
        self._top_k = settings.top_k
        self._top_p = settings.top_p if settings.top_p is not None and settings.top_p < 1 else None
        self._ranked = self._top_k is not None or self._top_p is not None
        self._sharpness = 1 / self._temperature if self._temperature > 0 else math.inf
        self._early = (~filters.forbidden(0)).numpy().astype(float)
        self._late = (~filters.forbidden(settings.min_length)).numpy().astype(float)
        self._min_length = settings.min_length
        self._state: int | None = None
        if filters.automaton is not None:
            self._state = filters.automaton.start
            self._after = filters.automaton.after.numpy()
            self._follows = (~filters.automaton.forbidden).numpy().astype(float)
        size = len(self._early)
        self._ones = np.ones(size)
        self._mass, self._sums = np.empty(size), np.empty(size)

    def choose(
        self, logits: NDArray[np.floating], generated: int, chance: float
    ) -> tuple[int, float]:
        """Draws.

        Args:
            logits: of the next token, (V,).
            generated: tokens that were drawn before.
            chance: a uniform number in [0, 1).

        Returns:
            The id, and its log-probability in nats under the unfiltered logits.

        Raises:
            CheckpointError: if the logits are not finite.
            ValueError: if the filters leave nothing to draw.
        """
        allowed = self._early if generated < self._min_length else self._late
        if self._state is not None:
            allowed = allowed * self._follows[self._state]
        row = logits.astype(np.float64)
        mass = np.exp(row, self._mass)
        total = float(self._ones.dot(mass))
        if not _SAFE_MASS[0] < total < _SAFE_MASS[1]:  # a shift changes no probability
            refuse_diverged(not math.isfinite(float(row.max())))
            row -= row.max()
            mass = np.exp(row, self._mass)
            total = float(self._ones.dot(mass))
        if self._sharpness == math.inf:
            drawn = _surest(row, allowed)
        else:
            if self._sharpness != 1:
                mass = np.exp(np.multiply(row, self._sharpness, mass), mass)
            drawn = self._draw(np.multiply(mass, allowed, mass), chance)
            if drawn < 0:  # the exponentials of all that is allowed are too small or too great
                drawn = self._draw(self._shifted(row, allowed), chance)
        if drawn < 0:
            raise ValueError("the filters leave no symbol to draw")
        if self._state is not None:
            self._state = int(self._after[self._state, drawn])
        return drawn, float(row[drawn]) - math.log(total)

    def _draw(self, mass: Row, chance: float) -> int:
        """The id at a share of what top-k and top-p leave of the mass; -1 as of `_invert`."""
        if not self._ranked:
            return self._invert(mass, chance)
        ids = self._most_probable(mass)
        place = self._invert(mass[ids], chance) if len(ids) else -1  # of no numbers there is none
        return place if place < 0 else int(ids[place])

    def _invert(self, mass: Row, chance: float) -> int:
        """The place at a share of the mass; -1 if the mass is none to reckon with."""
        sums = np.add.accumulate(mass, 0, None, self._sums[: len(mass)])
        total = float(sums[-1])
        if not _SAFE_MASS[0] < total < _SAFE_MASS[1]:
            return -1
        wanted = chance * total
        if wanted >= total:  # by rounding; behind the total stands no token
            wanted = math.nextafter(total, 0.0)
        return int(sums.searchsorted(wanted, "right"))

    def _shifted(self, row: Row, allowed: Row) -> Row:
        """The mass of what is allowed, the greatest of which is 1."""
        kept = np.where(allowed > 0, row, -np.inf)
        mass: Row = np.exp((kept - kept.max()) / max(self._temperature, _TINY))
        return mass

    def _most_probable(self, mass: Row) -> NDArray[np.int64]:
        """The ids that top-k and top-p leave, ascending."""
        ranked = mass.copy()
        count = len(mass)
        if self._top_k is not None and self._top_k < count:
            count = self._top_k
            if len(mass) > _MANY:
                ranked.partition(len(mass) - count)
                ranked = ranked[-count:]
        ranked.sort()
        if self._top_p is not None:
            sums = np.add.accumulate(ranked[-count:][::-1])
            count = 1 + int(sums[:-1].searchsorted(self._top_p * sums[-1]))
        least = ranked[-count]
        ids: NDArray[np.int64] = (mass >= least).nonzero()[0]
        surplus = len(ids) - count
        if surplus > 0:  # ties: smallest ids
            ids = np.delete(ids, (mass[ids] == least).nonzero()[0][-surplus:])
        return ids


def _surest(row: Row, allowed: Row) -> int:
    """The most probable id (ties: smallest); -1 if none is allowed."""
    kept = np.where(allowed > 0, row, -np.inf)
    best = int(kept.argmax())
    return best if kept[best] > -np.inf else -1


def draw_one(
    folded: FoldedModel,
    context: Context,
    filters: LogitsFilters,
    stopping: StoppingCriteria,
    random_streams: RandomStreams,
    on_id: Callable[[int], None] | None = None,
) -> Hypothesis:
    """Draws a text.

    Args:
        folded: the weights.
        context: where the text begins, a single lane.
        filters: what may be drawn.
        stopping: when the text ends.
        random_streams: random numbers, one stream.
        on_id: called with each id as it is drawn.

    Raises:
        CheckpointError: if the model's outputs are not finite.
    """
    reader = FoldedReader(folded, context.state, context.condition, alone=True)
    logits: NDArray[np.floating] = context.logits[0].numpy()
    chooser = Chooser(filters)
    ends = frozenset(stopping.last_ids)
    hypothesis = Hypothesis([])
    ids, length = hypothesis.ids, stopping.length
    # Overflow is seen to by the chooser.
    with np.errstate(all="ignore"), _product_threads(folded):
        for generated, chance in zip(range(length), random_streams.alone(), strict=False):
            drawn, nats = chooser.choose(logits, generated, chance)
            ids.append(drawn)
            hypothesis.log_probability += nats
            if on_id is not None:
                on_id(drawn)
            if drawn in ends:
                hypothesis.cut = stopping.cut(ids[-stopping.reach :], len(ids))
                if hypothesis.cut:
                    break
            if generated + 1 < length:
                reader.step(drawn)
                logits = reader.logits
    return hypothesis


def _product_threads(folded: FoldedModel) -> AbstractContextManager[object]:
    """One thread for the products of weights that stay in one core's cache: others would wait."""
    limits = 1 if folded.bytes_per_step < _SMALL else None  # None: as they are
    limit: AbstractContextManager[object] = ThreadpoolController().limit(
        limits=limits, user_api="blas"
    )
    return limit
