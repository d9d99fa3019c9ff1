"""Networks that average, against the mean of softmaxes in NumPy."""

import numpy as np
import pytest
import torch

from charlab.decoding.transduction import transduce
from charlab.models import build_model
from charlab.models.classifier import Classifier
from charlab.models.encoder_decoder import EncoderDecoder
from charlab.models.ensemble import (
    EnsembleClassifier,
    EnsembleEncoderDecoder,
    EnsembleLanguageModel,
    RemappedClassifier,
    log_mean_probabilities,
)
from charlab.models.language_model import LanguageModel
from charlab.models.state import reset_lanes, select_lanes

V = 6
IDS = torch.tensor([[2, 3, 4, 5], [3, 3, 2, 5], [5, 2, 2, 4]])
LENGTHS = torch.tensor([4, 4, 2])


def softmax(logits: torch.Tensor) -> np.ndarray:
    powers = np.exp(logits.detach().double().numpy())
    return powers / powers.sum(-1, keepdims=True)


def bodies(**more: int):
    """Three of different cells and sizes."""
    torch.manual_seed(4)
    for name, size, layers in (("lstm", 5, 2), ("gru", 3, 1), ("vanilla", 4, 1)):
        sizes = {"hidden_size": size, "num_layers": layers, "embedding_size": 3}
        yield build_model(name, vocabulary_size=V, **sizes, **more)


def assert_mean(found: torch.Tensor, *logits: torch.Tensor) -> None:
    mean = np.mean([softmax(each) for each in logits], axis=0)
    np.testing.assert_allclose(found.detach().exp().numpy(), mean, rtol=1e-5)
    np.testing.assert_allclose(softmax(found), mean, rtol=1e-5)  # whoever takes it for logits


def test_the_mean_of_probabilities_however_far_apart():
    logits = [torch.tensor([[0.0, 200.0, -300.0]]), torch.tensor([[1.0, -200.0, 3.0]])]
    assert_mean(log_mean_probabilities(logits), *logits)
    assert log_mean_probabilities([logits[0], logits[1].double()]).dtype == torch.float64
    with pytest.raises(ValueError, match="nothing to average"):
        log_mean_probabilities([])


def test_classifiers_in_other_ids_and_orders():
    first, second = (Classifier(body, 3) for body in (*bodies(),)[:2])
    tokens, outputs = torch.tensor([0, 1, 5, 1, 2, 3]), torch.tensor([2, 0, 1])
    model = EnsembleClassifier([first, RemappedClassifier(second, tokens, outputs)])
    assert_mean(
        model(IDS, LENGTHS), first(IDS, LENGTHS), second(tokens[IDS], LENGTHS)[:, [2, 0, 1]]
    )


@pytest.mark.parametrize("conditions", [0, 3])
def test_language_models_in_pieces_and_step_by_step(conditions: int):
    members = [LanguageModel(body).eval() for body in bodies(num_conditions=conditions)]
    order = [[0, 1, 2], [2, 0, 1], [1, 2, 0]] if conditions else [[]] * 3
    model = EnsembleLanguageModel(members, order)
    label = torch.tensor([2, 0, 1]) if conditions else None

    def own(n: int) -> torch.Tensor | None:
        return None if label is None else torch.tensor(order[n])[label]

    whole = [member(IDS, condition=own(n))[0] for n, member in enumerate(members)]
    assert_mean(model(IDS, condition=label)[0], *whole)
    begin, state = model(IDS[:, :2], condition=label)
    assert [part.shape[-1] for part in state] == [5, 5, 3, 4]
    third, state = model.step(IDS[:, 2], state, condition=label)
    last, _ = model(IDS[:, 3:], state, condition=label)
    assert_mean(torch.cat([begin, third[:, None], last], dim=1), *whole)


def test_the_state_of_lanes_that_start_anew_or_are_kept():
    model = EnsembleLanguageModel([LanguageModel(body).eval() for body in bodies()], [[]] * 3)
    _, state = model(IDS)
    fresh = reset_lanes(state, torch.tensor([True, False, False]))
    alone = model(IDS[:1])[0]
    torch.testing.assert_close(model(IDS, fresh)[0][:1], alone)
    kept = select_lanes(state, torch.tensor([2, 2]))
    torch.testing.assert_close(model.step(IDS[1:, 0], kept)[0][1], model(IDS, state)[0][2, 0])


@torch.no_grad()
def test_targets_are_searched_by_averaged_probabilities():
    pairs = zip(bodies(), bodies(), ("general", "none", "additive"), strict=True)
    members = [EncoderDecoder(one, other, kind).eval() for one, other, kind in pairs]
    model = EnsembleEncoderDecoder(members).eval()
    given = torch.tensor([[0, 2, 3], [0, 5, 5], [0, 4, 2]])
    assert_mean(model(IDS, LENGTHS, given), *(each(IDS, LENGTHS, given) for each in members))
    found = transduce(model, IDS, LENGTHS, width=3, count=3, max_length=4)
    for row, hypotheses in enumerate(found):
        for ids, log_probability in hypotheses:
            text, length = IDS[row : row + 1], LENGTHS[row : row + 1]
            target = torch.tensor([[0, *ids]])
            mean = np.mean([softmax(each(text, length, target)[0]) for each in members], axis=0)
            ended = [*ids, 0] if len(ids) < 4 else ids
            expected = sum(np.log(mean[t, token]) for t, token in enumerate(ended))
            assert log_probability == pytest.approx(expected, rel=1e-4)
