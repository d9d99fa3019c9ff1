"""Whether a network is right as often as it says."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Reliability:
    """Answers in bins of ascending confidence, each with as many answers (Guo et al. 2017).

    Attributes:
        counts: answers of each bin, (M,).
        confidence: their mean probability, (M,), from 0 to 1.
        accuracy: the share of them that is right, (M,).
    """

    counts: npt.NDArray[np.int64]
    confidence: Values
    accuracy: Values

    @property
    def error(self) -> float:
        """Expected calibration error: the mean of |accuracy - confidence|, weighted by answers."""
        gaps = np.abs(self.accuracy - self.confidence)
        return float((self.counts * gaps).sum() / self.counts.sum())


def reliability(confidence: Values, right: npt.NDArray[np.bool_], bins: int = 15) -> Reliability:
    """Sorts answers into bins of equal mass: sizes differ by at most one.

    Args:
        confidence: the probability of each answer, (N,), at least one.
        right: whether it is right, (N,).
        bins: at most so many.

    Raises:
        ValueError: if there are no answers.
    """
    if not len(confidence):
        raise ValueError("no answers to compare with the truth")
    order = np.argsort(confidence, kind="stable")
    parts = np.array_split(order, min(bins, len(order)))
    return Reliability(
        np.array([len(part) for part in parts]),
        np.array([confidence[part].mean() for part in parts]),
        np.array([right[part].mean() for part in parts]),
    )
