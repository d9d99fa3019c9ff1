"""What a classifier makes of a few validation examples, in lines."""

from typing import TYPE_CHECKING

import numpy as np

from charlab.data.tokens.ragged import EncodedSplit, cut_windows, flat_offsets
from charlab.evaluation.reference_texts import document_texts
from charlab.models.classifier import Classifier
from charlab.system.terminal import visible
from charlab.tasks.task import TrainedNetwork

if TYPE_CHECKING:
    from charlab.tasks.classify.task import ClassifyTask

_EXAMPLES = 12
_TEXT = 32  # characters


def describe_examples(task: "ClassifyTask", trained: TrainedNetwork[Classifier]) -> list[str]:
    """Examples with their label and what they are taken for; [] without a validation split.

    They are drawn at random, the same for the same data and seed: no best ones.
    """
    examples = _draw(task, trained)
    if examples is None or examples.labels is None:
        return []
    network, labels = trained.network, trained.corpus.labels
    was_training = network.training
    network.eval()
    try:
        answers = task.predictor(network).answers(examples)
    finally:
        network.train(was_training)
    rows = []
    texts = document_texts(examples, trained.corpus.vocabulary)
    for text, truth, answer in zip(texts, examples.labels.tolist(), answers, strict=True):
        label, probability = answer[0]
        wrong = label != labels[truth]
        verdict = f"{'wrong' if wrong else 'right'} {probability:.2f}"
        taken = f"taken for {visible(label)}" if wrong else ""
        rows.append((verdict, visible(labels[truth]), taken, _shown(text)))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  " + "  ".join(f"{cell:<{n}}" for cell, n in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _draw(task: "ClassifyTask", trained: TrainedNetwork[Classifier]) -> EncodedSplit | None:
    split = trained.corpus.splits.get("val")
    if split is None:
        return None
    if trained.corpus.layout == "stream":  # an example is a window, as in training
        split = cut_windows(split, task.run.dataset.seq_len)
    count = min(_EXAMPLES, split.documents)
    chance = np.random.default_rng(trained.seed)
    chosen = np.sort(chance.choice(split.documents, count, replace=False))
    bounds = zip(split.offsets[chosen].tolist(), split.offsets[chosen + 1].tolist(), strict=True)
    pieces = [split.ids[begin:end] for begin, end in bounds]
    labels = None if split.labels is None else split.labels[chosen]
    return EncodedSplit(np.concatenate(pieces), flat_offsets([len(p) for p in pieces]), labels)


def _shown(text: str) -> str:
    text = visible(" ".join(text.split()))
    return text if len(text) <= _TEXT else f"{text[: _TEXT - 1]}…"
