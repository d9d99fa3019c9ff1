"""What a trained network makes of a few validation examples."""

from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from charlab.data.corpus import Corpus
from charlab.data.tokens.ragged import EncodedSplit, chosen_documents, cut_windows
from charlab.evaluation.evaluate import evaluating
from charlab.evaluation.prediction import Predictor
from charlab.evaluation.reference_texts import document_texts
from charlab.system.terminal import visible

HEADING = "validation examples, drawn at random:"
_TEXT = 32  # characters that are shown of a text
_ANSWER = 160  # of an answer

Answer = TypeVar("Answer")


def answered_examples(
    predictor: Predictor[Answer], corpus: Corpus, seed: int, most: int, window: int | None = None
) -> list[tuple[str, int | None, Answer]]:
    """Examples as they are spelled, the number of each one's label, and the answer.

    They are drawn at random, the same for the same data and seed: no best ones.

    Args:
        predictor: asks the network.
        corpus: the network's; without a validation split there are no examples.
        seed: which are drawn.
        most: how many.
        window: tokens of the windows of a stream, which are its examples; None: documents are.
    """
    split = corpus.splits.get("val")
    if split is None:
        return []
    examples = drawn(split if window is None else cut_windows(split, window), seed, most)
    texts = document_texts(examples, corpus.vocabulary)
    with evaluating(predictor.network):
        answers = predictor.answers(examples, texts)
    labels = [None] * len(texts) if examples.labels is None else examples.labels.tolist()
    return list(zip(texts, labels, answers, strict=True))


def describe_examples(
    predictor: Predictor[Any], corpus: Corpus, seed: int, most: int
) -> tuple[str, list[str]] | None:
    """A heading and a line for each example; None if there are none."""
    answered = answered_examples(predictor, corpus, seed, most)
    rows = [
        (shortened(text), _cut(visible(predictor.line(answer, 1)), _ANSWER))
        for text, _, answer in answered
    ]
    width = max((len(text) for text, _ in rows), default=0)
    lines = [f"  {text:<{width}}  {line}" for text, line in rows]
    return (HEADING, lines) if lines else None


def shortened(text: str) -> str:
    """A text that fits into a line beside others."""
    return _cut(visible(" ".join(text.split())), _TEXT)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def drawn(split: EncodedSplit, seed: int, most: int) -> EncodedSplit:
    """Documents of a split, drawn at random, in its order, with their fields; all if they are few.

    Args:
        split: whose.
        seed: which are drawn.
        most: how many.
    """
    if split.documents <= most:
        return split
    return chosen_documents(split, drawn_places(split.documents, seed, most))


def drawn_places(count: int, seed: int, most: int) -> npt.NDArray[np.int64]:
    """Places of at most ``most`` of so many things, drawn at random, ascending."""
    if count <= most:
        return np.arange(count)
    return np.sort(np.random.default_rng(seed).choice(count, most, replace=False))


def of_part(shown: int, whole: int, what: str, split: str) -> str:
    """How many of a split's texts (``what``) are looked at, in words."""
    how = "drawn at random " if shown < whole else ""
    return f"{shown:,} {what} {how}of the {split} part"
