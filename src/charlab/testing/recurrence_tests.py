"""Tests of what a recurrent model computes, and of how it moves through time."""

# ruff: noqa: D102 (a test's name is its sentence)

import itertools

import torch
from torch import Tensor, nn
from torch.testing import assert_close

from charlab.models import RecurrentModel, reset_lanes
from charlab.models.reference import layer_weights
from charlab.testing.model_tests import B, D, H, L, ModelTests, T, V


class RecurrenceTests(ModelTests):
    """Equations, kernels, steps, chunks, lanes."""

    # What comes out

    def test_shapes(self, model: RecurrentModel, ids: Tensor) -> None:
        features, state = model(ids, condition=self.condition_of(model))
        assert features.shape == (B, T, H) == (B, T, model.feature_size)
        assert [part.shape for part in state] == [(L, B, H)] * len(model.cell.state_parts)
        assert not any(part.any() for part in model.init_state(B))

    def test_equals_the_textbook(self, ids: Tensor) -> None:
        for kernel, layers in itertools.product(("fused", "reference"), (1, L)):
            model = self.make(kernel=kernel, num_layers=layers)
            start = self.random_state(model)
            features, last = model(ids, start)
            for row in range(B):
                state = [tuple(part[layer, row] for part in start) for layer in range(layers)]
                for t in range(T):
                    x = model.input(ids, None, features)[row, t]  # (D,)
                    for layer in range(layers):
                        weights = layer_weights(model.recurrence, layer)
                        w_ih, w_hh, b_ih, b_hh = weights
                        state[layer] = self.textbook_step(w_ih, w_hh, b_ih, b_hh, x, state[layer])
                        x = state[layer][0]
                    assert_close(features[row, t], x)
                for layer in range(layers):
                    assert_close(tuple(part[layer, row] for part in last), state[layer])

    def test_kernels_exchange_parameters_and_agree(
        self, model: RecurrentModel, ids: Tensor
    ) -> None:
        other_kernel = {"fused": "reference", "reference": "fused"}[model.kernel]
        size = 0 if model.input.embedding is None else D
        other = self.make(
            kernel=other_kernel, embedding_size=size, num_conditions=model.num_conditions
        )
        for parameter in other.parameters():
            nn.init.zeros_(parameter)
        other.load_state_dict(model.state_dict())  # strict: the same names
        results = []
        for one in (model, other):
            condition = self.condition_of(one)
            features, state = one(ids, self.random_state(one), condition=condition)
            (features.sin().sum() + sum(part.cos().sum() for part in state)).backward()
            gradients = {name: value.grad for name, value in one.named_parameters()}
            results.append((features, state, gradients))
        assert_close(results[0], results[1])

    def test_gates_are_named_and_equal_forward(self, model: RecurrentModel, ids: Tensor) -> None:
        condition, state = self.condition_of(model), self.random_state(model)
        features, last, trace = model.forward_with_gates(ids, state, condition=condition)
        assert_close((features, last), model(ids, state, condition=condition))
        assert len(trace) == L
        for layer, values in enumerate(trace):
            assert set(values) == {*model.cell.gates, *model.cell.state_parts}
            assert all(value.shape == (B, T, H) for value in values.values())
            for part, name in zip(last, model.cell.state_parts, strict=True):
                assert_close(values[name][:, -1], part[layer])
        torch.autograd.backward([value.sum() for value in trace[0].values()])
        gradient = layer_weights(model.recurrence, 0).weight_hh.grad
        assert gradient is not None
        assert gradient.any()

    def test_each_gate_has_the_name_of_its_weights(self, ids: Tensor) -> None:
        def gates(shifted: int | None) -> dict[str, Tensor]:
            model = self.make(kernel="reference", num_layers=1)
            if shifted is not None:
                bias = layer_weights(model.recurrence, 0).bias_ih.detach()
                bias.chunk(len(model.cell.gates))[shifted].add_(1)
            _, _, (values,) = model.forward_with_gates(ids[:, :1], self.random_state(model))
            return {name: values[name] for name in model.cell.gates}

        before = gates(None)
        for place, name in enumerate(before):
            assert not torch.allclose(gates(place)[name], before[name]), name

    # Time and lanes

    def test_step_equals_forward(self, model: RecurrentModel, ids: Tensor) -> None:
        for dtype, tolerance in ((torch.float64, 1e-13), (torch.float32, 1e-6)):
            model.to(dtype)
            state = self.random_state(model)
            condition = self.condition_of(model)
            whole, last = model(ids, state, condition=condition)
            for t in range(T):
                features, state = model.step(ids[:, t], state, condition=condition)
                assert_close(features, whole[:, t], atol=tolerance, rtol=0)
            assert_close(state, last, atol=tolerance, rtol=0)

    def test_chunks_with_carried_state_equal_one_pass(
        self, model: RecurrentModel, ids: Tensor
    ) -> None:
        condition = self.condition_of(model)
        whole, last = model(ids, condition=condition)
        head, state = model(ids[:, :3], condition=condition)
        tail, state = model(ids[:, 3:], state, condition=condition)
        assert_close(torch.cat([head, tail], dim=1), whole)
        assert_close(state, last)

    def test_the_future_is_not_read(self, model: RecurrentModel, ids: Tensor) -> None:
        condition = self.condition_of(model)
        changed = ids.clone()
        changed[:, 3:] = (ids[:, 3:] + 1) % V
        before, after = (model(x, condition=condition)[0] for x in (ids, changed))
        assert_close(before[:, :3], after[:, :3])
        assert not torch.allclose(before[:, 3:], after[:, 3:])

    def test_lanes_do_not_mix(self, model: RecurrentModel, ids: Tensor) -> None:
        condition, state = self.condition_of(model), self.random_state(model)
        whole, _ = model(ids, state, condition=condition)
        for row in range(B):
            lane = slice(row, row + 1)
            alone, _ = model(
                ids[lane],
                tuple(part[:, lane] for part in state),
                condition=None if condition is None else condition[lane],
            )
            assert_close(alone, whole[lane])

    def test_a_reset_lane_starts_anew_and_the_others_go_on(
        self, model: RecurrentModel, ids: Tensor
    ) -> None:
        condition, state = self.condition_of(model), self.random_state(model)
        fresh = torch.tensor([False, True, False])
        reset, _ = model(ids, reset_lanes(state, fresh), condition=condition)
        anew, _ = model(ids, condition=condition)
        carried, _ = model(ids, state, condition=condition)
        assert_close(reset[1], anew[1])
        assert_close(reset[[0, 2]], carried[[0, 2]])
        assert not torch.allclose(anew[1], carried[1])
