"""An interpolated trigram model: the yardstick beside a network's test perplexity.

Relative frequencies of several orders, mixed with weights fitted on held-out text by expectation
maximization (Jelinek and Mercer 1980, "Interpolated estimation of Markov source parameters from
sparse data").

V vocabulary size, n predictions, K components of the mixture.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from charlab.data.encoded import Encoded
from charlab.data.vocabulary import BOUNDARY

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_ITERATIONS = 200
ENOUGH = 1e-7  # nats per prediction; below this gain, fitting ends


@dataclass(frozen=True)
class Events:
    """Predictions and what stands before them, all (n,).

    Attributes:
        before: the character before the last one; ``BOUNDARY`` where there is none.
        last: the character before the predicted one.
        target: the predicted character.
        label: its document's label; 0 if there are none.
        group: the document (sequences) or the hundredth of the stream that it belongs to.
    """

    before: Ints
    last: Ints
    target: Ints
    label: Ints
    group: Ints

    def __len__(self) -> int:
        return len(self.target)

    def where(self, mask: npt.NDArray[np.bool_]) -> "Events":
        """The predictions where ``mask`` (n,) is True."""
        columns = (self.before, self.last, self.target, self.label, self.group)
        return Events(*(column[mask] for column in columns))


def list_events(encoded: Encoded, layout: str) -> Events:
    """The predictions that a network is measured by too.

    Sequences: every character and the end mark. Stream: every character but the first.
    """
    ids = encoded.ids.astype(np.int64)
    labels = np.zeros(encoded.documents, np.int64) if encoded.labels is None else encoded.labels
    if layout == "stream":
        n = max(len(ids) - 1, 0)
        before = np.append(BOUNDARY, ids)[:n]
        group = np.arange(n) * 100 // max(n, 1)
        return Events(before, ids[:-1], ids[1:], np.repeat(labels, encoded.lengths)[1:], group)
    # Two marks before each document and none after: the next one's first mark is its end mark.
    lengths = encoded.lengths + 2
    document = np.repeat(np.arange(encoded.documents), lengths)
    text = np.full(len(document) + 2, BOUNDARY, dtype=np.int64)
    place = np.arange(len(ids)) + 2 * np.repeat(np.arange(encoded.documents), encoded.lengths) + 2
    text[place] = ids
    # Position p predicts text[p + 2]; a document's last position would predict a second mark.
    real = np.ones(len(document), dtype=bool)
    real[np.cumsum(lengths) - 1] = False
    events = Events(text[:-2], text[1:-1], text[2:], labels[document], document)
    return events.where(real)


class _Frequencies:
    """Relative frequencies of a target after a context, both packed into integers."""

    def __init__(self, contexts: Ints, targets: Ints, vocabulary_size: int) -> None:
        self._size = vocabulary_size
        self._pairs, self._pair_counts = _count(contexts * vocabulary_size + targets)
        self._contexts, self._context_counts = _count(contexts)

    def probability(self, contexts: Ints, targets: Ints, otherwise: Floats) -> Floats:
        """count(context, target) / count(context), (n,); ``otherwise`` for unseen contexts.

        With a proper distribution as ``otherwise``, the result is one for every context.
        """
        seen = _look_up(self._contexts, self._context_counts, contexts)
        pairs = _look_up(self._pairs, self._pair_counts, contexts * self._size + targets)
        return np.where(seen > 0, pairs / np.maximum(seen, 1), otherwise)


def _count(keys: Ints) -> tuple[Ints, Ints]:
    distinct, counts = np.unique(keys, return_counts=True)
    return distinct, counts.astype(np.int64)


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

    Raises:
        ValueError: if there is nothing to count in train.
    """

    def __init__(
        self,
        train: Encoded,
        validation: Encoded | None,
        *,
        vocabulary_size: int,
        layout: str,
        conditional: bool = False,
    ) -> None:
        self._size = vocabulary_size
        self._layout = layout
        self._contexts = _contexts(vocabulary_size, conditional)
        events = list_events(train, layout)
        if len(events) == 0:
            raise ValueError("a trigram model needs training text")
        if validation is not None and len(held := list_events(validation, layout)) > 0:
            self._tables = self._tabulate(events)
        else:
            tenth = events.group % 10 == 9
            some = bool(tenth.any())  # fewer than ten documents have no tenth
            held = events.where(tenth) if some else events
            self._tables = self._tabulate(events.where(~tenth))
        self.weights, self.objective = fit_weights(self.components(held))
        self._tables = self._tabulate(events)

    def loss(self, encoded: Encoded) -> float:
        """Mean negative log-probability of a split's predictions, in nats; NaN without any."""
        events = list_events(encoded, self._layout)
        if len(events) == 0:
            return float("nan")
        return -float(np.log(self.components(events) @ self.weights).mean())

    def components(self, events: Events) -> Floats:
        """What each component gives each prediction, (n, K)."""
        uniform = np.full(len(events), 1 / self._size)
        columns = [uniform]
        for order, (table, context) in enumerate(zip(self._tables, self._contexts, strict=True)):
            # A label's own unigram (order 3) falls back to everybody's (column 1).
            lower = columns[1] if order == 3 else columns[-1]
            columns.append(table.probability(context(events), events.target, lower))
        return np.stack(columns, axis=1)

    def _tabulate(self, events: Events) -> list[_Frequencies]:
        return [
            _Frequencies(context(events), events.target, self._size) for context in self._contexts
        ]


def _contexts(vocabulary_size: int, conditional: bool) -> list[Callable[[Events], Ints]]:
    """Packs what a component looks at into one integer, for each component but the uniform.

    Label and three characters fit into 63 bits: 1,000 labels with 200,000 characters would.
    """
    V = vocabulary_size
    plain: list[Callable[[Events], Ints]] = [
        lambda events: np.zeros_like(events.last),
        lambda events: events.last,
        lambda events: events.before * V + events.last,
    ]
    labelled: list[Callable[[Events], Ints]] = [
        lambda events: events.label,
        lambda events: events.label * V + events.last,
        lambda events: (events.label * V + events.before) * V + events.last,
    ]
    return plain + labelled if conditional else plain


def fit_weights(components: Floats) -> tuple[Floats, list[float]]:
    """Weights of a mixture by expectation maximization, one pseudo-count for each component.

    Args:
        components: the probability that each component gives each prediction, (n, K); a row
            holds at least one that is not 0.

    Returns:
        The weights, (K,), and the objective after each iteration, which never falls.
    """
    n, K = components.shape
    weights = np.full(K, 1 / K)
    objective: list[float] = []
    for _ in range(MOST_ITERATIONS):
        mixture = components @ weights
        objective.append(float(np.log(mixture).mean() + np.log(weights).sum() / n))
        if len(objective) > 1 and objective[-1] - objective[-2] < ENOUGH:
            break
        responsible = weights * ((1 / mixture) @ components)  # (K,), sums to n
        weights = (responsible + 1) / (n + K)
    return weights, objective
