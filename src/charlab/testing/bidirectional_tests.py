"""Tests of reading in both directions."""

# ruff: noqa: D102 (a test's name is its sentence)

import itertools

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from charlab.testing.model_tests import LENGTHS, B, D, H, L, ModelTests, T


class BidirectionalTests(ModelTests):
    """Exact for rows of unequal length."""

    @pytest.mark.parametrize("kernel", ["fused", "reference"])
    def test_bidirectional_rows_are_exact(self, kernel: str, ids: Tensor) -> None:
        for layers, size in itertools.product((1, L), (0, D)):
            model = self.make(
                kernel=kernel, bidirectional=True, num_layers=layers, embedding_size=size
            )
            features, state = model(ids, lengths=torch.tensor(LENGTHS))
            assert state == ()
            assert features.shape == (B, T, 2 * H) == (B, T, model.feature_size)
            for row, length in enumerate(LENGTHS):
                alone, _ = model(ids[row : row + 1, :length])
                assert_close(features[row, :length], alone[0])

    def test_backward_reading_is_forward_reading_of_the_mirror(self, ids: Tensor) -> None:
        model = self.make(bidirectional=True, num_layers=1)
        features, _ = model(ids)
        for direction, x in (("forwards", ids), ("backwards", ids.flip(1))):
            one_way = self.make(num_layers=1)
            kernel = getattr(model.recurrence, direction)[0]
            one_way.recurrence.load_state_dict(kernel.state_dict())
            one_way.input.load_state_dict(model.input.state_dict())
            half, _ = one_way(x)
            if direction == "forwards":
                assert_close(features[..., :H], half)
            else:
                assert_close(features[..., H:], half.flip(1))

    def test_bidirectional_gradients_and_kernels(self, ids: Tensor) -> None:
        lengths = torch.tensor(LENGTHS)
        results = []
        fused = self.make(bidirectional=True)
        for kernel in ("fused", "reference"):
            model = self.make(bidirectional=True, kernel=kernel)
            model.load_state_dict(fused.state_dict())
            features, _ = model(ids, lengths=lengths)
            features[torch.arange(T) < lengths[:, None]].sin().sum().backward()
            results.append({name: value.grad for name, value in model.named_parameters()})
        assert_close(results[0], results[1])

    @pytest.mark.parametrize("kernel", ["fused", "reference"])
    def test_bidirectional_dropout_between_layers(self, kernel: str, ids: Tensor) -> None:
        torch.manual_seed(0)
        for layers in (1, L):
            model = self.make(
                kernel=kernel, bidirectional=True, num_layers=layers, dropout=0.5
            ).train()
            features, _ = model(ids)
            full, _ = model.eval()(ids)
            kept = features != 0
            # One layer: only the features are thinned out, and what is left is scaled up.
            assert torch.allclose(features[kept], 2 * full[kept]) == (layers == 1)

    def test_bidirectional_carries_no_state(self, ids: Tensor) -> None:
        model = self.make(bidirectional=True)
        for call in (
            lambda: model.init_state(B),
            lambda: model.step(ids[:, 0], ()),
        ):
            with pytest.raises(ValueError, match="needs bidirectional=False"):
                call()
        for read in (model, model.forward_with_gates):
            with pytest.raises(ValueError, match="takes no state"):
                read(ids, self.make().init_state(B))

    @pytest.mark.parametrize("kernel", ["fused", "reference"])
    def test_gates_of_both_directions(self, kernel: str, ids: Tensor) -> None:
        lengths = torch.tensor(LENGTHS)
        valid = torch.arange(T) < lengths[:, None]
        model = self.make(bidirectional=True, kernel=kernel)
        features, state, trace = model.forward_with_gates(ids, lengths=lengths)
        assert state == ()
        assert_close(features[valid], model(ids, lengths=lengths)[0][valid])
        assert len(trace) == model.num_layers
        names = {*model.cell.gates, *model.cell.state_parts}
        assert all(set(layer) == names for layer in trace)
        assert all(value.shape == (B, T, 2 * H) for layer in trace for value in layer.values())
        for direction, half in (("forwards", slice(H)), ("backwards", slice(H, None))):
            one_way = self.make(num_layers=1)  # backwards: the mirror, read forwards
            layers = getattr(model.recurrence, direction)
            one_way.recurrence.load_state_dict(layers[0].state_dict())
            one_way.input.load_state_dict(model.input.state_dict())
            turned = [1] if direction == "backwards" else []
            for row, length in enumerate(LENGTHS):
                text = ids[row : row + 1, :length].flip(turned)
                _, _, alone = one_way.forward_with_gates(text)
                for name, value in alone[0].items():
                    found = trace[0][name][row : row + 1, :length, half]
                    assert_close(found, value.flip(turned))
        output = model.cell.state_parts[0]
        assert_close(trace[-1][output][valid], features[valid])
