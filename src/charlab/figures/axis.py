"""Where values lie on an axis, and what is written there."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.ticker import Locator, MaxNLocator, NullFormatter, ScalarFormatter

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
            return [(self.unit(i), self.categories[i]) for i in self.named()]
        values = self.tick_values()
        for digits in range(3, 9):
            texts = [self._text(value, digits) for value in values]
            if len(set(texts)) == len(texts):
                break
        return [(self.unit(value), text) for value, text in zip(values, texts, strict=True)]

    def named(self, most: int = _MOST_CATEGORIES) -> range:
        """The categories whose texts there is room for, by their indices."""
        return range(0, len(self.categories), math.ceil(len(self.categories) / most) or 1)

    def label_with_rest(self, most: int = _MOST_CATEGORIES, between: str = " ") -> str:
        """The label, and how many categories stand there without their texts."""
        rest = len(self.categories) - len(self.named(most))
        return f"{self.label}{between}(and {rest} more)" if rest else self.label

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

    def _text(self, value: float, digits: int) -> str:
        text = f"{value:.0f}" if self.whole else short_number(value, digits)
        if self.clamped == "high" and value == self.high:
            return f"≥ {text}"
        return f"≤ {text}" if self.clamped == "low" and value == self.low else text


def short_number(value: float, digits: int = 3) -> str:
    """A number of few digits: "0.0143", "3e-5", "1234", "135k", "2.3M"."""
    sizes = ((1e9, 1e9, "G"), (1e6, 1e6, "M"), (9999.5, 1e3, "k"))
    size, letter = next(
        ((s, letter) for at, s, letter in sizes if at <= abs(value) < math.inf), (1.0, "")
    )
    digits = max(digits, 4) if abs(value / size) >= 999.5 else digits
    return f"{value / size:.{digits}g}{letter}".replace("e-0", "e-")


class Numbers(ScalarFormatter):
    """Numbers at an axis as they are, without a power or a sum to be added to them."""

    def __init__(self) -> None:
        super().__init__(useOffset=False)
        self.set_scientific(False)

    def __call__(self, value: float, pos: int | None = None) -> str:
        """A tick's text."""
        return short_number(value) if abs(value) >= 9999.5 else super().__call__(value, pos)


def set_log_scale(axis: Any, most: int = 6) -> None:
    """Makes steps along a matplotlib axis factors; few ticks, so that their texts do not touch."""
    getattr(axis.axes, f"set_{axis.axis_name}scale")("log")
    axis.set_major_locator(LogTicks(most))
    axis.set_major_formatter(lambda value, _: short_number(value))
    axis.set_minor_formatter(NullFormatter())


class LogTicks(Locator):
    """Round numbers on an axis whose steps are factors.

    Args:
        most: ticks at most.
    """

    def __init__(self, most: int) -> None:
        self._most = most

    def __call__(self) -> list[float]:
        """For the axis as it is."""
        axis: Any = self.axis  # typed as if it could be none
        low, high = sorted(axis.get_view_interval())
        return self.tick_values(low, high)

    def tick_values(self, low: float, high: float) -> list[float]:
        """The finest of 1 2 3 …, 1 2 5, 1 3, powers of ten that are not too many."""
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        every = max(1, math.ceil((last - first) / self._most))
        for digits in (range(1, 10), (1, 2, 5), (1, 3), (1,)):
            step = every if len(digits) == 1 else 1
            values = [d * 10.0**p for p in range(first, last + 1, step) for d in digits]
            found = [value for value in values if low <= value <= high]
            if 3 <= len(found) <= self._most:
                return found
        even = MaxNLocator(self._most - 1, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
        few = [float(value) for value in even if low <= value <= high and value > 0]
        return few if high < 10 * low else found


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
