"""What a gallery shows of a classifier: its answers to a held-out part, and its doubts."""

from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from charlab.data.tokens.ragged import EncodedSplit, cut_windows
from charlab.evaluation.examples import drawn, of_part
from charlab.evaluation.labels import confusion_counts, label_scores
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.figures.calibration import reliability_figure
from charlab.figures.confusion import confusion_figure
from charlab.figures.label_scores import label_scores_figure
from charlab.figures.markup import table
from charlab.figures.picture import Part, Picture
from charlab.figures.prefixes import ReadText, prefixes_figure
from charlab.inspection.calibration import reliability
from charlab.inspection.labels import label_log_probabilities, prefix_probabilities
from charlab.models.classifier import Classifier
from charlab.tasks.task import Task

_EXAMPLES = 20_000  # that are looked at; of more, so many are drawn
_READ = 6  # texts that are shown while they are read
_LONGEST = 60  # tokens of such a text
_SHORTEST = 4
_MISTAKES = 30
_CUT = 120  # characters of a text in a table


class Answered:
    """A classifier's answers to examples whose labels are known.

    Args:
        task: the classifier's.
        trained: the network and its data.
        split: of which part.
    """

    def __init__(self, task: Task[Classifier], trained: TrainedNetwork[Classifier], split: str):
        self.task = task
        self.trained = trained
        self.labels = task.data.labels
        documents = trained.corpus.splits[split]
        is_stream = trained.corpus.layout == "stream"
        every = cut_windows(documents, task.run.dataset.seq_len) if is_stream else documents
        self.examples: EncodedSplit = drawn(every, trained.seed, _EXAMPLES)
        kind = "windows" if is_stream else "texts"
        self.on = of_part(self.examples.documents, every.documents, kind, split)

    @property
    def truth(self) -> npt.NDArray[np.int64]:
        """The true label of each example, (N,)."""
        assert self.examples.labels is not None
        return self.examples.labels

    @cached_property
    def probabilities(self) -> npt.NDArray[np.float64]:
        """Of each label for each example, (N, C)."""
        return np.exp(
            label_log_probabilities(
                self.trained.network, self.examples, self.trained.network.num_classes
            )
        )

    @cached_property
    def answers(self) -> npt.NDArray[np.int64]:
        """The likeliest label of each example, (N,)."""
        likeliest: npt.NDArray[np.int64] = self.probabilities.argmax(axis=1)
        return likeliest

    @property
    def confidence(self) -> npt.NDArray[np.float64]:
        """The probability of each answer, (N,)."""
        highest: npt.NDArray[np.float64] = self.probabilities.max(axis=1)
        return highest

    @cached_property
    def confusion(self) -> npt.NDArray[np.int64]:
        """Counts (C, C): true labels in rows, answers in columns."""
        return confusion_counts(self.truth, self.answers, len(self.labels))

    def text(self, place: int) -> str:
        """An example as it is spelled."""
        return self.trained.corpus.vocabulary.decode(self.ids(place))

    def ids(self, place: int) -> list[int]:
        """An example's tokens."""
        begin, end = self.examples.offsets[place : place + 2].tolist()
        return [int(token) for token in self.examples.ids[begin:end]]


def pictures(
    task: Task[Classifier], trained: TrainedNetwork[Classifier], split: str
) -> Iterator[Picture]:
    """Confusion, scores of labels, the answer while a text is read, mistakes, calibration."""
    answered = Answered(task, trained, split)
    about = "classification"
    yield Picture(
        "confusion",
        "Confusion matrix",
        f"Which true label (row) is taken for which (column), on {answered.on}. Shades are shares "
        "of the row, numbers are counts.",
        lambda: [confusion_figure(answered.confusion, answered.labels, f"{split} part")],
        about,
    )
    yield Picture(
        "label-scores",
        "Precision and recall of each label",
        "Precision: of what is taken for a label, the share that has it; recall: of what has it, "
        f"the share that is found; F1 is their harmonic mean. Counts are of {answered.on}.",
        lambda: [_scores(answered)],
        about,
    )
    yield Picture(
        "while-reading",
        "The label while the text is read",
        "The probability of the true label and of those that come nearest, after each token: the "
        "answer to the text up to there, read as if it were whole. Half of the texts are ones "
        "that end up wrong, where there are such; only the beginning of long texts is shown.",
        lambda: [prefixes_figure(_read(answered), answered.labels)],
        about,
    )
    yield Picture(
        "mistakes",
        "The most confident mistakes",
        f"Wrong answers to {answered.on}, the most probable first: errors of the network, or of "
        "the data.",
        lambda: _mistakes(answered),
        about,
    )
    yield Picture(
        "calibration",
        "Calibration",
        f"Answers to {answered.on}, sorted by their probability into bins of as many answers each. "
        "The expected calibration error (Guo et al. 2017) is the mean over bins of the distance "
        "between accuracy and mean probability, each bin counted by its answers.",
        lambda: [_calibration(answered)],
        about,
    )


def _scores(answered: Answered) -> Part:
    scores = label_scores(answered.confusion)
    three = (scores.precision, scores.recall, scores.f1)
    return label_scores_figure(scores.counts, three, answered.labels)


def _calibration(answered: Answered) -> Part:
    bins = reliability(answered.confidence, answered.answers == answered.truth)
    return reliability_figure(bins.confidence, bins.accuracy, bins.counts, bins.error)


def _read(answered: Answered) -> list[ReadText]:
    """The user's text, or some of the split: half of them wrong, where there are such."""
    vocabulary = answered.trained.corpus.vocabulary
    if answered.trained.text is not None:
        ids = vocabulary.encode(answered.task.asking.whole(answered.trained.text))
        return [_read_text(answered, ids.tolist(), None)]
    wrong = answered.answers != answered.truth
    order = np.random.default_rng(answered.trained.seed).permutation(len(wrong))
    order = order[np.argsort(answered.examples.lengths[order] < _SHORTEST, kind="stable")]
    bad = order[wrong[order]][: _READ // 2]
    good = order[~wrong[order]][: _READ - len(bad)]
    return [
        _read_text(answered, answered.ids(place), int(answered.truth[place]))
        for place in (*good.tolist(), *bad.tolist())
    ]


def _read_text(answered: Answered, ids: Sequence[int], truth: int | None) -> ReadText:
    vocabulary, shown = answered.trained.corpus.vocabulary, np.asarray(ids[:_LONGEST])
    tokens = [vocabulary.decode([token]) for token in shown.tolist()]
    return ReadText(tokens, prefix_probabilities(answered.trained.network, shown), truth)


def _mistakes(answered: Answered) -> list[Part]:
    wrong = np.flatnonzero(answered.answers != answered.truth)
    order = wrong[np.argsort(-answered.confidence[wrong], kind="stable")][:_MISTAKES]
    rows = [
        (
            answered.text(place)[:_CUT],
            answered.labels[answered.truth[place]],
            answered.labels[answered.answers[place]],
            float(answered.confidence[place]),
            float(answered.probabilities[place, answered.truth[place]]),
        )
        for place in order.tolist()
    ]
    columns = ["text", "is", "taken for", "probability", "of the truth"]
    return [table(columns, rows)] if rows else []
