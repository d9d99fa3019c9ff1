"""A few held-out texts with what a network makes of them, for the end of a run."""

from collections.abc import Iterator
from typing import Any

from rich.cells import cell_len, set_cell_size

from charlab.data.corpus import Corpus
from charlab.data.tokens.ragged import EncodedSplit
from charlab.evaluation.prediction import Predictor
from charlab.system.style import visible

_COUNT, _LENGTH = 3, 60  # texts, and tokens of each that are read
_TEXT, _ANSWER = 32, 64  # columns at most


def predict_examples(
    predictor: Predictor[Any], corpus: Corpus, *, by_label: bool
) -> tuple[str, list[str]] | None:
    """A heading and a line for each text; None without a part that is held out.

    Args:
        by_label: whether it is labels that are predicted: what is right is said beside a wrong one.
    """
    name = next((name for name in ("test", "val") if name in corpus.splits), None)
    if name is None:
        return None
    examples = [
        (text, right)
        for text, right in _held_out(corpus, corpus.splits[name], by_label=by_label)
        if predictor.asking.whole(text)
    ]
    if not examples:
        return None
    was_training = predictor.network.training
    predictor.network.eval()
    answers = predictor.predict([text for text, _ in examples])
    predictor.network.train(was_training)
    width = min(_TEXT, max(cell_len(visible(text)) for text, _ in examples))
    lines = []
    for (text, right), answer in zip(examples, answers, strict=True):
        told = visible(predictor.line(answer, 1))
        is_right = right is None or str(predictor.cells(answer, 1)[0]) == right
        wrong = "" if is_right else f"  (it is {visible(right)})"
        told = _fitted(told, min(_ANSWER, cell_len(told)))
        lines.append(f"  {_fitted(visible(text), width)}  {told}{wrong}")
    return f"predictions ({name} part):", lines


def _held_out(
    corpus: Corpus, split: EncodedSplit, *, by_label: bool
) -> Iterator[tuple[str, str | None]]:
    """Texts from all over a split, each with its label or its target, if that is predicted."""
    count = min(_COUNT, split.documents)
    for place in (number * split.documents // count for number in range(count)):
        begin, end = map(int, split.offsets[place : place + 2])
        ids = split.ids[begin : min(end, begin + _LENGTH)]
        right = None
        if by_label and split.labels is not None:
            right = corpus.labels[split.labels[place]]
        elif split.targets is not None and corpus.target_vocabulary is not None:
            begin, end = map(int, split.targets.offsets[place : place + 2])
            right = corpus.target_vocabulary.decode(split.targets.ids[begin:end].tolist())
        yield corpus.vocabulary.decode(ids.tolist()), right


def _fitted(text: str, width: int) -> str:
    """A text in so many columns."""
    return set_cell_size(
        text if cell_len(text) <= width else f"{set_cell_size(text, width - 1)}…", width
    )
