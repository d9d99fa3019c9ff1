"""The predictions that a run shows at its end."""

from typing import Any

import pytest
from torch import nn

from charlab.data.queries import Asking
from charlab.evaluation.examples import predict_examples
from charlab.evaluation.prediction import Predictor

TEXTS = [(f"{letter * (3 + n)}\n", f"label{n % 2}") for n, letter in enumerate("abcdefghijkl")]


class FirstLabel(Predictor[str]):
    """Says the same label of every text."""

    def answers(self, texts: Any, read: Any) -> list[str]:
        assert not self.network.training
        return ["label0" for _ in read]

    def columns(self, top: int) -> list[str]:
        return ["label"]

    def cells(self, answer: str, top: int) -> list[object]:
        return [answer]

    def line(self, answer: str, top: int) -> str:
        return f"{answer} 0.9"


@pytest.mark.parametrize("by_label", [True, False])
def test_held_out_texts_with_their_answers(make_corpus: Any, by_label: bool) -> None:
    corpus = make_corpus(TEXTS, layout="sequences")
    network = nn.Linear(1, 1).train()
    predictor = FirstLabel(network, Asking("text", "nfc", corpus.vocabulary))
    shown = predict_examples(predictor, corpus, by_label=by_label)
    assert shown is not None
    heading, lines = shown
    assert heading == "predictions (test part):"
    assert network.training
    test = corpus.splits["test"]
    assert len(lines) == min(3, test.documents)
    first = corpus.vocabulary.decode(test.ids[: int(test.offsets[1])].tolist())
    assert lines[0].startswith(f"  {first[:-1]}")
    wrong = [line for line in lines if line.endswith("label0 0.9  (it is label1)")]
    right = [line for line in lines if line.endswith("label0 0.9")]
    assert len(right) + len(wrong) == len(lines)
    assert not wrong or by_label


def test_without_a_held_out_part_there_are_none(make_corpus: Any) -> None:
    corpus = make_corpus(TEXTS, layout="sequences", fractions=(1.0, 0.0, 0.0))
    predictor = FirstLabel(nn.Linear(1, 1), Asking("text", "nfc", corpus.vocabulary))
    assert predict_examples(predictor, corpus, by_label=True) is None
