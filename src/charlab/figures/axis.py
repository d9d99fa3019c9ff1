"""Where a searched setting's values, or an objective's, lie on an axis."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

ABSENT = -0.14  # where lines pass an axis that a trial has no value on
_TICKS = 5
_MOST_CATEGORIES = 15  # more than that cannot be read beside an axis


@dataclass(frozen=True)
class Axis:
    """An axis of numbers or of categories.

    Attributes:
        label: what is written at it.
        low, high: the values at its ends; of categories, their first and last index.
        log: whether steps are factors.
        whole: whether values are whole numbers.
        categories: their texts, in order; empty for numbers.
        partial: whether some trials have no value here.
        clamped: "low" or "high" where values beyond that end are drawn at it.
    """

    label: str
    low: float
    high: float
    log: bool = False
    whole: bool = False
    categories: tuple[str, ...] = ()
    partial: bool = False
    clamped: str = ""

    def unit(self, position: float | None) -> float:
        """A value's place along the axis, from 0 (low) to 1 (high); :data:`ABSENT` for None."""
        if position is None:
            return ABSENT
        low, high, value = self._scaled(self.low), self._scaled(self.high), self._scaled(position)
        if high == low:
            return 0.5
        return min(1.0, max(0.0, (value - low) / (high - low)))

    def ticks(self) -> list[tuple[float, str]]:
        """Places along the axis, from 0 to 1, and what is written there."""
        if self.categories:
            step = math.ceil(len(self.categories) / _MOST_CATEGORIES)
            shown = list(enumerate(self.categories))[::step]
            return [(self.unit(i), text) for i, text in shown]
        return [(self.unit(value), self._text(value)) for value in self.tick_values()]

    def tick_values(self) -> list[float]:
        """Numbers spread over the axis."""
        low, high = self._scaled(self.low), self._scaled(self.high)
        if high == low:
            return [self.low]
        count = _TICKS if not self.whole else min(_TICKS, round(self.high - self.low) + 1)
        places = [low + (high - low) * i / (count - 1) for i in range(count)]
        values = [10**place if self.log else place for place in places]
        if self.whole:
            return [float(value) for value in sorted({round(value) for value in values})]
        return [self.low, *values[1:-1], self.high]

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self.log else value

    def _text(self, value: float) -> str:
        text = f"{value:.0f}" if self.whole else _short(value)
        if self.clamped == "high" and value == self.high:
            return f"≥ {text}"
        return f"≤ {text}" if self.clamped == "low" and value == self.low else text


def _short(value: float) -> str:
    """A number of three digits: "0.0143", "135k", "2.3M"."""
    for size, letter in ((1e6, "M"), (1e3, "k")):
        if 10 * size <= abs(value) < 1e4 * size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def robust_limits(values: Sequence[float], *, higher: bool) -> tuple[float, float] | None:
    """The part of an axis that is worth looking at; None if that is all of it.

    A trial that blew up would press all others into a line. Whatever is worse than the third
    quartile by three times its distance from the best is left out (of the worse side only).

    Args:
        values: what is shown.
        higher: whether higher is better.
    """
    if len(values) < 4:
        return None
    ordered = sorted(values, reverse=higher)  # best first
    best, quartile, worst = ordered[0], ordered[3 * (len(ordered) - 1) // 4], ordered[-1]
    fence = quartile + 3 * (quartile - best)
    if quartile == best or (worst >= fence if higher else worst <= fence):
        return None
    within = [value for value in ordered if (value >= fence if higher else value <= fence)]
    return (within[-1], best) if higher else (best, within[-1])
