"""What is taken for what, the most frequent first."""

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein


def frequent_confusions(confusion: npt.NDArray[np.int64], most: int) -> list[tuple[int, int, int]]:
    """The true label, the one it is taken for, and how often, the most frequent first.

    Args:
        confusion: counts (C, C), true labels in rows.
        most: how many at most.
    """
    wrong = confusion.copy()
    np.fill_diagonal(wrong, 0)
    order = np.argsort(-wrong, axis=None, kind="stable")[:most]
    rows, columns = np.unravel_index(order, wrong.shape)
    found = zip(rows.tolist(), columns.tolist(), wrong[rows, columns].tolist(), strict=True)
    return [(row, column, count) for row, column, count in found if count]


def symbol_edits(
    pairs: Iterable[tuple[Sequence[int], Sequence[int]]],
) -> Counter[tuple[int | None, int | None]]:
    """How often which token is written for which, by a shortest alignment (Levenshtein 1966).

    Args:
        pairs: what is right and what was written instead.

    Returns:
        Counts by the right token (None: one too many was written) and the written one (None: it
        was left out).
    """
    counts: Counter[tuple[int | None, int | None]] = Counter()
    for right, written in pairs:
        for edit in Levenshtein.editops(list(right), list(written)):
            wanted = None if edit.tag == "insert" else right[edit.src_pos]
            given = None if edit.tag == "delete" else written[edit.dest_pos]
            counts[wanted, given] += 1
    return counts
