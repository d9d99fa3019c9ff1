"""Confidence against accuracy: a reliability diagram."""

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure

from charlab.figures.colors import LIGHT, SERIES
from charlab.figures.sweeps import new_chart, tidy


def reliability_figure(
    confidence: npt.NDArray[np.float64],
    accuracy: npt.NDArray[np.float64],
    counts: npt.NDArray[np.int64],
    error: float,
) -> Figure:
    """Draws how often answers are right beside how sure the network is of them.

    Args:
        confidence: mean probability of each bin's answers, (M,), ascending.
        accuracy: the share of them that is right, (M,).
        counts: answers of each bin, (M,).
        error: the expected calibration error.
    """
    figure, axes = new_chart(5.2, 5.4)
    axes.plot([0, 1], [0, 1], color=LIGHT["quiet"], linestyle="--", linewidth=1)
    axes.annotate(
        "as right as it says", (0.3, 0.3), (4, -8), textcoords="offset points", rotation=45,
        rotation_mode="anchor", fontsize=8, color=LIGHT["quiet"], va="top",
    )  # fmt: skip
    # The standard error of a share of so many answers: what chance alone would move a point by.
    spread = np.sqrt(accuracy * (1 - accuracy) / np.maximum(counts, 1))
    axes.vlines(confidence, confidence, accuracy, color=SERIES[1], linewidth=2, label="gap")
    axes.errorbar(
        confidence, accuracy, spread, color=SERIES[0], marker="o", markersize=5, linewidth=1.2,
        capsize=2, label="answers of a bin, ± standard error",
    )  # fmt: skip
    axes.set_xlim(0, 1.02)
    axes.set_ylim(0, 1.02)
    axes.set_aspect("equal")
    tidy(axes, "confidence: probability of the answer", "accuracy: share of right answers")
    least, largest = int(counts.min()), int(counts.max())
    each = f"{least:,}" if least == largest else f"{least:,} to {largest:,}"
    said = f"{len(counts)} bins of {each} answers" if len(counts) > 1 else f"{each} answers"
    axes.set_title(f"Expected calibration error {error:.4f} · {said}", fontsize=10)
    axes.legend(loc="upper left", frameon=False, fontsize=8)
    return figure
