"""Stepping through a language model against its forward pass."""

import pytest
import torch

from charlab.data.tokens import make_vocabulary
from charlab.data.tokens.vocabulary import EOS
from charlab.decoding.stepper import Stepper
from charlab.models import LanguageModel, build_model

VOCABULARY = make_vocabulary("char", "abc")


@pytest.mark.parametrize("documents", [False, True])
@pytest.mark.parametrize("condition", [None, 1])
def test_distributions_are_those_of_the_forward_pass(documents, condition):
    torch.manual_seed(0)
    conditions = 0 if condition is None else 3
    model = build_model("lstm", vocabulary_size=5, hidden_size=4, num_conditions=conditions)
    network = LanguageModel(model).double().eval()
    stepper = Stepper(network, VOCABULARY, documents=documents, condition=condition)
    ids = [*[EOS] * documents, *VOCABULARY.encode("abca").tolist()]
    label = None if condition is None else torch.tensor([condition])
    logits, _ = network(torch.tensor([ids]), condition=label)
    shown = ["", "\ufffd", "a", "b", "c"]
    expected = [dict(zip(shown, row.softmax(-1).tolist(), strict=True)) for row in logits[0]]
    found = [stepper.distribution] if documents else []
    found += [stepper.step(character) for character in "abca"]
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other)
        assert list(one.values()) == sorted(one.values(), reverse=True)
    last, state = stepper.distribution, stepper.state
    stepper.reset()
    assert stepper.step("abca") == last  # several at once
    assert all(torch.equal(a, b) for a, b in zip(state, stepper.state, strict=True))
