"""A mean and how sure it is: Student's t interval over seeds."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

CONFIDENCE = 0.95
_SMALLEST = 1e-300  # stands for zero where something is divided by it
_STEPS = 500  # of the continued fraction; it is done after some dozens


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
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    quantile = student_t_quantile((1 + CONFIDENCE) / 2, count - 1)
    return Interval(count, mean, quantile * math.sqrt(variance / count))


def student_t_quantile(probability: float, freedom: int) -> float:
    """The value that Student's t stays below with a probability.

    Args:
        probability: from 0.5 to below 1.
        freedom: degrees of freedom, at least 1.

    Raises:
        ValueError: if either is out of range.
    """
    if not 0.5 <= probability < 1:
        raise ValueError(f"probability must be in [0.5, 1), got {probability}")
    if freedom < 1:
        raise ValueError(f"degrees of freedom must be at least 1, got {freedom}")
    tails = 2 * (1 - probability)
    low, high = 0.0, 1.0
    while _two_tails(high, freedom) > tails:
        low, high = high, 2 * high
    while (middle := (low + high) / 2) not in (low, high):  # until no number is between them
        if _two_tails(middle, freedom) > tails:
            low = middle
        else:
            high = middle
    return middle


def _two_tails(t: float, freedom: int) -> float:
    """How likely Student's t is further from zero than ``t``."""
    return incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5)


def incomplete_beta(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function I_x(a, b), for x from 0 to 1.

    By Lentz's continued fraction (Press et al., Numerical Recipes, 6.4).
    """
    if x <= 0 or x >= 1:
        return float(x >= 1)
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast on the other side
        return 1 - incomplete_beta(1 - x, b, a)
    logarithm = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    logarithm += a * math.log(x) + b * math.log1p(-x)
    return math.exp(logarithm) * _beta_fraction(x, a, b) / a


def _beta_fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, _invert(1 - (a + b) * x / (a + 1))
    result = d
    for m in range(1, _STEPS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = _invert(1 + term * d)
            c = 1 + term / c or _SMALLEST
            result *= c * d
        if abs(c * d - 1) < 1e-16:
            break
    return result


def _invert(value: float) -> float:
    return 1 / (value or _SMALLEST)
