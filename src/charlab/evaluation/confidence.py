"""A mean and how sure it is: Student's t interval over seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Interval:
    """A mean over seeds with its 95% interval.

    Attributes:
        count: how many values.
        mean: theirs.
        half: half the interval's width; None for a single value, which has no interval.
    """

    count: int
    mean: float
    half: float | None

    @property
    def low(self) -> float | None:
        """Where the interval begins."""
        return None if self.half is None else self.mean - self.half

    @property
    def high(self) -> float | None:
        """Where the interval ends."""
        return None if self.half is None else self.mean + self.half


def mean_interval(values: Sequence[float]) -> Interval:
    """The mean of independent measurements and its 95% interval (Student 1908).

    Args:
        values: at least one; the measurements are taken to be about normally distributed.

    Raises:
        ValueError: if there are none.
    """
    count = len(values)
    if count == 0:
        raise ValueError("the mean of no values")
    mean = math.fsum(values) / count
    if count == 1:
        return Interval(1, mean, None)
    from scipy.special import stdtrit  # takes its time to import, and no run needs it

    try:
        variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    except OverflowError:  # perplexities of networks that know nothing
        return Interval(count, mean, math.inf)
    quantile = float(stdtrit(count - 1, (1 + CONFIDENCE) / 2))
    return Interval(count, mean, quantile * math.sqrt(variance / count))
