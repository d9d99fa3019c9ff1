"""A tagger's figures and answers, against counting by hand."""

import pytest
import torch
from torch import nn

from charlab.data.batches.batch import IGNORE, Batch
from charlab.data.queries import Asking
from charlab.data.tokens import make_vocabulary
from charlab.tasks.tag.predictor import TagPredictor
from charlab.tasks.tag.task import TagMeter


class Fixed(nn.Module):
    """Gives each token's id as its tag, surely."""

    num_tags = 4

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(1))

    def forward(self, ids, lengths=None):
        return 9.0 * nn.functional.one_hot(ids % 4, 4).double()


def test_figures_by_hand():
    meter = TagMeter(Fixed(), 4, whole_texts=True)
    ids = torch.tensor([[0, 1, 2], [3, 3, 0]])
    targets = torch.tensor([[0, 1, IGNORE], [3, 1, IGNORE]])
    meter.update(Batch(ids, targets, torch.tensor([3, 2]), None, None, 5, 4))
    found = meter.compute()
    assert found["accuracy"] == 3 / 4
    assert found["text_accuracy"] == 1 / 2
    # F1 of the tags: 0 has 1, 1 has 2 · 1 / (2 + 1), 3 has 2 · 1 / (2 + 1); 2 is not there.
    assert found["macro_f1"] == pytest.approx((1 + 2 / 3 + 2 / 3) / 3)
    right = torch.tensor(9.0).exp() / (torch.tensor(9.0).exp() + 3)
    expected = -(3 * right.log() + (right.log() - 9)) / 4
    assert found["loss"] == pytest.approx(float(expected), rel=1e-5)


@pytest.mark.parametrize(("unit", "window"), [("char", None), ("byte", None), ("char", 3)])
def test_words_have_the_tag_of_their_last_token(unit, window):
    vocabulary = make_vocabulary(unit, list("abcé ,") if unit == "char" else ())
    asking = Asking("text", "nfc", vocabulary)
    predictor = TagPredictor(Fixed(), asking, ("W", "X", "Y", "Z"), "word", window)
    texts = ["ab, éa", "b"]
    for text, answer in zip(texts, predictor.predict(texts), strict=True):
        ids = vocabulary.encode(text)
        assert "".join(piece.text for piece in answer) == text.replace(" ", "")
        for piece in answer:
            end = text.index(piece.text) + len(piece.text)
            last = ids[len(vocabulary.encode(text[:end])) - 1]
            assert piece.tag == "WXYZ"[last % 4]
            assert piece.probability > 0.99
    assert predictor.line(predictor.predict(["b"])[0], 3) in {"b/W", "b/X", "b/Y", "b/Z"}
