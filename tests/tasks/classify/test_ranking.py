"""A text's labels by probability, against the classifier asked by itself."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from charlab.data.queries import Asking
from charlab.data.tokens import make_vocabulary
from charlab.models import Classifier, build_model
from charlab.tasks.classify.ranking import LabelRanker

LABELS = ("Èlf", "Ork", "中文", "y")
VOCABULARY = make_vocabulary("char", list("abcé ,"))
ASKING = Asking("text", "nfc", VOCABULARY)


class Constant(nn.Module):
    """Says the same of every text."""

    def __init__(self, logits: list[float]) -> None:
        super().__init__()
        self.logits = nn.Parameter(torch.tensor(logits))

    def forward(self, ids: Tensor, lengths: Tensor) -> Tensor:
        return self.logits.expand(len(ids), -1)


def classifier() -> Classifier:
    torch.manual_seed(5)
    recurrent = build_model("gru", vocabulary_size=VOCABULARY.size, hidden_size=4)
    model = Classifier(recurrent, len(LABELS)).double().eval()
    with torch.no_grad():
        model.output.weight.mul_(8)  # answers that differ
    return model


@settings(max_examples=30)
@given(st.lists(st.text("abcé ,ж", min_size=1, max_size=9), min_size=1, max_size=4))
def test_texts_of_any_length_have_the_classifier_s_own_answers(texts: list[str]) -> None:
    network = classifier()
    found = LabelRanker(network, ASKING, LABELS, window=None).predict(texts)
    for text, answer in zip(texts, found, strict=True):
        with torch.no_grad():
            own = network(torch.from_numpy(VOCABULARY.encode(text))[None])[0].softmax(-1).tolist()
        expected = sorted(zip(LABELS, own, strict=True), key=lambda pair: -pair[1])
        assert [label for label, _ in answer] == [label for label, _ in expected]
        assert [p for _, p in answer] == pytest.approx([p for _, p in expected])


def test_a_text_of_several_windows_has_the_geometric_mean_of_their_probabilities() -> None:
    network = classifier()
    ranker = LabelRanker(network, ASKING, LABELS, window=3)
    short, long = ranker.predict(["ab,", "éaab,cb c"])  # one window, and three
    first, *three = [
        torch.tensor([dict(answer)[label] for label in LABELS], dtype=torch.float64)
        for answer in LabelRanker(network, ASKING, LABELS, None).predict(
            ["ab,", "éaa", "b,c", "b c"]
        )
    ]
    mean = torch.stack(three).prod(0) ** (1 / 3)
    for answer, expected in ((short, first), (long, mean / mean.sum())):
        assert [dict(answer)[label] for label in LABELS] == pytest.approx(expected.tolist())


def test_of_labels_that_are_alike_the_first_comes_first() -> None:
    ranker = LabelRanker(Constant([0.0, 1.0, 1.0, 0.0]), ASKING, LABELS, window=None)
    ((*ranked,),) = ranker.predict(["a"])
    assert [label for label, _ in ranked] == ["Ork", "中文", "Èlf", "y"]
    ranker.most = 2
    assert ranker.predict(["a", "ab"]) == [ranked[:2]] * 2


def test_an_answer_is_shown_with_as_many_labels_as_there_are() -> None:
    ranker = LabelRanker(Constant([0.0, 0.0]), ASKING, LABELS[:2], window=None)
    (answer,) = ranker.predict(["a"])
    assert ranker.columns(1) == ["label", "probability"]
    assert ranker.cells(answer, 1) == ["Èlf", "0.500000"]
    assert ranker.columns(5) == ["label", "probability", "label_2", "probability_2"]
    assert ranker.cells(answer, 5) == ["Èlf", "0.500000", "Ork", "0.500000"]
    assert ranker.line(answer, 5) == "Èlf 0.500  Ork 0.500"
    labels = [{"label": label, "probability": 0.5} for label in ("Èlf", "Ork")]
    assert ranker.record(answer, 5) == {"labels": labels}
    assert ranker.record(answer, 1) == {"labels": labels[:1]}
