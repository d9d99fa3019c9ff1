"""Attention against the papers' formulas, written as loops."""

import pytest
import torch

from charlab.models.attention import Attention

B, T, U, H = 2, 4, 3, 5


@pytest.mark.parametrize("directions", [1, 2])
@pytest.mark.parametrize("kind", ["dot", "general", "additive"])
def test_weights_and_contexts_against_loops(kind, directions):
    torch.manual_seed(0)
    attention = Attention(kind, directions * H, H)
    features, queries = torch.randn(B, T, directions * H), torch.randn(B, U, H)
    lengths = [4, 2]
    valid = torch.arange(T) < torch.tensor(lengths)[:, None]
    context, weights = attention(queries, attention.memory(features, valid))
    for b in range(B):
        for u in range(U):
            h, scores = queries[b, u], []
            for t in range(lengths[b]):
                e = features[b, t]
                if kind == "dot":
                    scores.append(h @ sum(e.split(H)))
                elif kind == "general":
                    scores.append(h @ (attention.key.weight @ e))
                else:
                    inner = attention.query.weight @ h + attention.key(e)
                    scores.append(attention.score.weight[0] @ inner.tanh())
            expected = torch.stack(scores).softmax(0)
            torch.testing.assert_close(weights[b, u, : lengths[b]], expected)
            assert (weights[b, u, lengths[b] :] == 0).all()
            own = sum(w * features[b, t] for t, w in enumerate(expected))
            torch.testing.assert_close(context[b, u], own)


def test_an_unknown_kind():
    with pytest.raises(ValueError, match="attention must be one of none, dot, general, additive"):
        Attention("loud", 4, 4)
