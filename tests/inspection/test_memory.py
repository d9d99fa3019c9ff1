import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import nn

from charlab.data.batches.batch import BatchForm
from charlab.data.tokens.ragged import EncodedSplit, flat_offsets
from charlab.data.tokens.vocabulary import EOS
from charlab.inspection.activations import Reading
from charlab.inspection.memory import (
    Contexts,
    contexts_of,
    gradient_norms,
    loss_by_context,
    measure_gradients,
)
from charlab.models import build_model
from charlab.models.reference import layer_weights

V, H, B, T = 7, 4, 3, 6


def model_of(name, **options):
    torch.manual_seed(0)
    options = {"hidden_size": H, "embedding_size": 3, "num_layers": 2, "dropout": 0.3} | options
    return build_model(name, vocabulary_size=V, **options).double().eval()


def head_of():
    torch.manual_seed(1)
    return nn.Linear(H, V).double()


def positions(length=T, labels=None):
    torch.manual_seed(2)
    return Contexts(torch.randint(V, (B, length)), torch.randint(V, (B,)), labels)


@pytest.mark.parametrize("name", ["vanilla", "lstm", "gru"])
def test_gradients_are_finite_differences(name):
    model, head, contexts = model_of(name), head_of(), positions()
    norms = gradient_norms(model, head, contexts, 3)
    assert norms.shape == (B, 4)

    def loss(state, tokens, row):
        with torch.no_grad():
            for token in tokens:
                _, state = model.step(token[None], state)
            return F.cross_entropy(head(state[0][-1]), contexts.targets[row, None]).item()

    step = 1e-6
    for row, k in ((0, 0), (0, 3), (2, 1)):
        ids = contexts.ids[row]
        with torch.no_grad():
            _, state = model(ids[None, : T - k])
        squares = 0.0
        for part in state:
            for place in np.ndindex(*part.shape):
                ends = []
                for sign in (step, -step):
                    moved = [each.clone() for each in state]
                    moved[[each is part for each in state].index(True)][place] += sign
                    ends.append(loss(tuple(moved), ids[T - k :], row))
                squares += ((ends[0] - ends[1]) / (2 * step)) ** 2
        assert norms[row, k] == pytest.approx(squares**0.5, rel=1e-5)


def test_a_linear_network_has_the_closed_form():
    model = model_of("vanilla", nonlinearity="relu", num_layers=1)
    weights, head, contexts = layer_weights(model.recurrence, 0), head_of(), positions()
    with torch.no_grad():
        weights.weight_hh.copy_(torch.rand(H, H).double() / H)
        weights.bias_ih.fill_(10.0)  # relu never bends: h_t = W h_{t-1} + ...
        features, _ = model(contexts.ids)
        assert (features > 0).all()
        g = torch.softmax(head(features[:, -1]), -1) - F.one_hot(contexts.targets, V)
        g = g @ head.weight  # (B, H): the gradient with respect to h_t
    norms = gradient_norms(model, head, contexts, T)
    assert norms.shape == (B, T)
    for k in range(T):
        expected = (g @ torch.linalg.matrix_power(weights.weight_hh, k)).norm(dim=1)
        assert norms[:, k] == pytest.approx(expected.detach().numpy())


def test_rows_are_cut_into_parts_that_fit(monkeypatch):
    model, head, contexts = model_of("lstm"), head_of(), positions()
    whole = gradient_norms(model, head, contexts, 4)
    monkeypatch.setattr("charlab.inspection.memory._VALUES", 1)
    assert gradient_norms(model, head, contexts, 4) == pytest.approx(whole)


def test_summaries_are_of_the_positions_that_reach_so_far():
    model, head = model_of("gru"), head_of()
    short, long = positions(2), positions(5)
    found = measure_gradients(model, head, [short, long], 10)
    assert found.positions.tolist() == [6, 6]  # too few reach further
    norms = np.concatenate([gradient_norms(model, head, each, 1) for each in (short, long)])
    ratio = norms[:, 1] / norms[:, 0]
    assert found.mean == pytest.approx([1, ratio.mean()])
    assert found.median == pytest.approx([1, np.median(ratio)])
    assert (found.low[1], found.high[1]) == pytest.approx(tuple(np.quantile(ratio, (0.25, 0.75))))


def test_loss_by_context_is_that_of_texts_cut_short():
    labels = torch.tensor([1, 0, 1])
    model, head = model_of("lstm", num_conditions=2), head_of()
    contexts = [positions(6, labels), positions(2, labels)]
    found = loss_by_context(model, head, contexts)
    assert found.contexts == (1, 2, 4, 6)
    assert found.positions == 6
    for given, loss in zip(found.contexts, found.losses, strict=True):
        total = 0.0
        for ids, targets, _ in contexts:
            for row in range(B):
                features, _ = model(ids[row : row + 1, -given:], condition=labels[row : row + 1])
                total += F.cross_entropy(head(features[:, -1]), targets[row : row + 1]).item()
        assert loss == pytest.approx(total / 6)


def test_positions_of_a_stream_are_spread_and_stay_in_their_document():
    lengths = [40, 3, 60]
    ids = np.arange(sum(lengths), dtype=np.uint8)
    split = EncodedSplit(ids, flat_offsets(lengths), None)
    reading = Reading("stream", BatchForm.NEXT, 8)
    (found,) = contexts_of(split, reading, length=10, positions=20)
    assert found.ids.shape == (20, 10)
    assert found.ids[0].tolist() == list(range(10))
    assert found.targets.tolist() == (found.ids[:, -1] + 1).tolist()
    assert found.targets[-1] == ids[-1]
    begins = found.ids[:, 0]
    assert (((begins < 30) | (begins >= 43)) & (begins <= 93)).all()


def test_positions_of_documents_begin_with_the_mark():
    split = EncodedSplit(
        np.array([5, 6, 3], np.uint8), flat_offsets([2, 1]), np.array([1, 0]), None
    )
    reading = Reading("sequences", BatchForm.CONDITIONAL, 8)
    found = {each.ids.shape[1]: each for each in contexts_of(split, reading)}
    assert found[1].ids.tolist() == [[EOS], [EOS]]
    assert found[1].targets.tolist() == [5, 3]
    assert found[1].labels.tolist() == [1, 0]
    assert found[2].ids.tolist() == [[EOS, 5], [EOS, 3]]
    assert found[2].targets.tolist() == [6, EOS]
    assert found[3].ids.tolist() == [[EOS, 5, 6]]
    ends = list(contexts_of(split, Reading("sequences", BatchForm.LABEL, 8)))
    assert [each.ids.tolist() for each in ends] == [[[3]], [[5, 6]]]
    assert [each.targets.tolist() for each in ends] == [[0], [1]]


def test_positions_of_tags_are_those_that_have_one():
    ids, tags = np.array([5, 6, 3, 4], np.uint8), np.array([0, 2, 1, 0], np.uint8)
    split = EncodedSplit(ids, flat_offsets([4]), None, tags)
    found = list(contexts_of(split, Reading("stream", BatchForm.TAGS, 8)))
    assert [each.ids.tolist() for each in found] == [[[5, 6]], [[5, 6, 3]]]
    assert [each.targets.tolist() for each in found] == [[1], [0]]
