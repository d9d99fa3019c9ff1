"""An interpolated trigram model: the yardstick beside a network's test perplexity.

Relative frequencies of several orders, mixed with weights fitted on held-out text by expectation
maximization (Jelinek and Mercer 1980, "Interpolated estimation of Markov source parameters from
sparse data").

V vocabulary size, n predictions, m different ones, K components of the mixture.
"""

from collections.abc import Iterable, Iterator

import numpy as np
import numpy.typing as npt

from charlab.data.tokens.ragged import EncodedSplit
from charlab.evaluation.ngram_counts import (
    EventCounts,
    Events,
    count_events,
    count_keys,
    list_events,
)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_ITERATIONS = 200
ENOUGH = 1e-7  # nats per prediction; below this gain, fitting ends


class _Frequencies:
    """Relative frequencies of a target after a context, both packed into integers."""

    def __init__(self, contexts: Ints, targets: Ints, counts: Ints, vocabulary_size: int) -> None:
        self._size = vocabulary_size
        self._pairs, self._pair_counts = count_keys(contexts * vocabulary_size + targets, counts)
        self._contexts, self._context_counts = count_keys(contexts, counts)

    def probability(self, contexts: Ints, targets: Ints, otherwise: Floats) -> Floats:
        """count(context, target) / count(context), (n,); ``otherwise`` for unseen contexts.

        With a proper distribution as ``otherwise``, the result is one for every context.
        """
        seen = _look_up(self._contexts, self._context_counts, contexts)
        pairs = _look_up(self._pairs, self._pair_counts, contexts * self._size + targets)
        return np.where(seen > 0, pairs / np.maximum(seen, 1), otherwise)


def _look_up(keys: Ints, counts: Ints, wanted: Ints) -> Ints:
    """Counts of wanted keys, 0 where there is none."""
    place = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
    return np.where(keys[place] == wanted, counts[place], 0)


class InterpolatedTrigram:
    """A mixture of uniform, unigram, bigram and trigram frequencies; and a label's own.

    A component whose context never occurred in training falls back to the next lower order, so
    that every component, and with it the mixture, sums to 1 over the vocabulary. Weights are
    fitted on validation text; without any, on a tenth of the training text, by frequencies of
    the other nine. As in add-one smoothing every component counts one more prediction as its
    own, so that no weight is 0 and no loss infinite.

    Memory is bounded: of a text with too many different predictions in their contexts for it (a
    large one in words, say), the first stretch that fits is counted.

    Args:
        train: where frequencies are counted.
        validation: where weights are fitted; None or empty takes from train.
        vocabulary_size: V.
        layout: "sequences" or "stream".
        conditional: whether components of the label alone join in (sequences as well as stream).

    Attributes:
        weights: of the components, (K,): uniform, unigram, bigram, trigram, and, if conditional,
            the label's unigram, bigram, trigram.
        objective: what fitting maximizes, after each iteration, per prediction: the mean
            log-probability in nats plus the logarithms of the weights divided by n.
        counted: predictions of train that were counted.

    Raises:
        ValueError: if there is nothing to count in train.
    """

    def __init__(
        self,
        train: EncodedSplit,
        validation: EncodedSplit | None,
        *,
        vocabulary_size: int,
        layout: str,
        conditional: bool = False,
    ) -> None:
        self._size = vocabulary_size
        self._layout = layout
        self._conditional = conditional
        counts = self._first(list_events(train, layout))
        if counts is None:
            raise ValueError("a trigram model needs training text")
        held = None if validation is None else self._first(list_events(validation, layout))
        counted = counts
        if held is None:
            counted, held = self._hold_a_tenth_out(train, counts)
        self._tables = self._tabulate(counted)
        self.counted = counts.total
        self.weights, self.objective = fit_weights(self.components(held.events), held.counts)
        if counted is not counts:
            self._tables = self._tabulate(counts)

    def loss(self, encoded: EncodedSplit) -> float:
        """Mean negative log-probability of a split's predictions, in nats; NaN without any."""
        total, n = 0.0, 0
        for part in self._count(list_events(encoded, self._layout)):
            mixture = self.components(part.events) @ self.weights
            total -= float(part.counts @ np.log(mixture))
            n += part.total
        return total / n if n else float("nan")

    def components(self, events: Events) -> Floats:
        """What each component gives each prediction, (n, K)."""
        columns = [np.full(len(events), 1 / self._size)]
        for place, table in enumerate(self._tables):
            # A label's own unigram (place 3) falls back to everybody's (column 1).
            lower = columns[1] if place == 3 else columns[-1]
            columns.append(table.probability(self._context(events, place), events.target, lower))
        return np.stack(columns, axis=1)

    def _context(self, events: Events, place: int) -> Ints:
        """What a component looks at: the uniform one apart, three orders, then with the label."""
        return events.context(place % 3, self._size, labelled=place >= 3)

    def _hold_a_tenth_out(
        self, train: EncodedSplit, counts: EventCounts
    ) -> tuple[EventCounts, EventCounts]:
        """Counts of nine tenths of train, and of the tenth; all twice where there is no tenth."""
        rest, held = (
            self._first(
                events.where((events.group % 10 == 9) == is_held)
                for events in list_events(train, self._layout)
            )
            for is_held in (False, True)
        )
        return (rest, held) if rest and held else (counts, counts)  # fewer than ten documents

    def _count(self, chunks: Iterable[Events]) -> Iterator[EventCounts]:
        return count_events(chunks, self._size, labelled=self._conditional)

    def _first(self, chunks: Iterable[Events]) -> EventCounts | None:
        return next(self._count(chunks), None)

    def _tabulate(self, counts: EventCounts) -> list[_Frequencies]:
        events = counts.events
        return [
            _Frequencies(self._context(events, place), events.target, counts.counts, self._size)
            for place in range(6 if self._conditional else 3)
        ]


def fit_weights(components: Floats, counts: Ints) -> tuple[Floats, list[float]]:
    """Weights of a mixture by expectation maximization, one pseudo-count for each component.

    Args:
        components: the probability that each component gives each different prediction, (m, K); a
            row holds at least one that is not 0.
        counts: how often each occurs, (m,).

    Returns:
        The weights, (K,), and the objective after each iteration, which never falls.
    """
    K, n = components.shape[1], int(counts.sum())
    weights = np.full(K, 1 / K)
    objective: list[float] = []
    for _ in range(MOST_ITERATIONS):
        mixture = components @ weights
        objective.append(float(counts @ np.log(mixture) / n + np.log(weights).sum() / n))
        if len(objective) > 1 and objective[-1] - objective[-2] < ENOUGH:
            break
        responsible = weights * ((counts / mixture) @ components)  # (K,), sums to n
        weights = (responsible + 1) / (n + K)
    return weights, objective
