"""Tests of what is off by default: kinds of dropout, layer norm, residual connections."""

# ruff: noqa: D102 (a test's name is its sentence)

import itertools

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from charlab.models import RecurrentModel, State
from charlab.models.bidirectional import BidirectionalRecurrence
from charlab.models.dropout import drop
from charlab.models.reference import layer_weights, norm_weights
from charlab.testing.model_tests import LENGTHS, B, D, H, L, ModelTests, T, V, random_ids

KERNELS = ("fused", "reference")


class OptionTests(ModelTests):
    """Each against its plain formula, and all of them together."""

    @pytest.mark.parametrize("kernel", KERNELS)
    def test_a_locked_mask_is_the_same_at_every_position(self, kernel: str) -> None:
        ids = torch.zeros(40, T, dtype=torch.long)
        torch.manual_seed(0)
        options = {"dropout": 0.5, "dropout_kind": "locked", "input_dropout": 0.3}
        model = self.make(kernel=kernel, **options).train()
        seen = []
        model.on_features = lambda raw, dropped: seen.append((raw, dropped))
        model(ids)
        ((raw, dropped),) = seen
        kept = (dropped != 0).any(1)  # (B, H)
        assert 0.3 < kept.double().mean() < 0.7
        assert_close(dropped, 2 * raw * kept.unsqueeze(1))
        assert not torch.equal(kept[0], kept[1])  # each row has its own

    @pytest.mark.parametrize("kernel", KERNELS)
    def test_locked_layers_equal_masks_by_hand(self, kernel: str, ids: Tensor) -> None:
        # Layer by layer, with the masks drawn from the same seed in the same order.
        model = self.make(
            kernel=kernel, dropout=0.4, dropout_kind="locked", input_dropout=0.3, output_dropout=0.0
        ).train()
        torch.manual_seed(5)
        features, _ = model(ids)
        torch.manual_seed(5)
        x = model.input(ids, None, features)
        for layer, probability in enumerate((0.3, 0.4)):
            x = x * self._mask(x, probability)
            weights = layer_weights(model.recurrence, layer)
            state = tuple(torch.zeros(B, H, dtype=x.dtype) for _ in model.cell.state_parts)
            outputs = []
            for t in range(T):
                rows = [
                    self.textbook_step(*weights, x[b, t], tuple(p[b] for p in state))
                    for b in range(B)
                ]
                state = tuple(torch.stack(part) for part in zip(*rows, strict=True))
                outputs.append(state[0])
            x = torch.stack(outputs, dim=1)
        assert_close(features, x)

    @pytest.mark.parametrize("bidirectional", [False, True])
    @pytest.mark.parametrize("kernel", KERNELS)
    def test_weight_dropout_zeroes_recurrent_weights(
        self, kernel: str, bidirectional: bool, ids: Tensor
    ) -> None:
        options = {"kernel": kernel, "bidirectional": bidirectional, "num_layers": 1}
        model = self.make(weight_dropout=0.5, **options).train()
        bare = self.make(**options)
        kernels = [*model.first_kernels()]
        assert_close(model.eval()(ids), bare(ids))
        torch.manual_seed(3)
        features, _ = model.train()(ids)
        features.sum().backward()
        torch.manual_seed(3)
        for theirs, own in zip(bare.first_kernels(), kernels, strict=True):
            weight = layer_weights(theirs, 0).weight_hh
            mask = self._mask_like(weight, 0.5)
            weight.data.mul_(mask)
            gradient = layer_weights(own, 0).weight_hh.grad
            assert gradient is not None
            assert not gradient[mask == 0].any()
            assert gradient[mask != 0].any()
        assert_close(features, bare(ids)[0])

    @pytest.mark.parametrize("size", [0, D])
    def test_embedding_dropout_leaves_out_whole_characters(self, size: int) -> None:
        torch.manual_seed(0)
        model = self.make(embedding_size=size, embedding_dropout=0.5).train()
        ids = random_ids(200, 9)
        x = model.input(ids, None, torch.zeros((), dtype=torch.float64))
        full = model.eval().input(ids, None, torch.zeros((), dtype=torch.float64))
        kept = (x != 0).any(-1)  # (B, T)
        assert 0.4 < kept.double().mean() < 0.6
        assert_close(x, 2 * full * kept.unsqueeze(-1))
        for row in range(20):
            for character in range(V):
                assert kept[row][ids[row] == character].unique().numel() <= 1

    def test_residual_connections_add_what_a_layer_reads(self, ids: Tensor) -> None:
        for kernel, bidirectional in itertools.product(KERNELS, (False, True)):
            options = {"kernel": kernel, "bidirectional": bidirectional}
            model = self.make(residual=True, num_layers=3, **options)
            whole = model(ids)[0]
            x = model.input(ids, None, whole)
            for layer in range(3):
                one = self.make(
                    num_layers=1, embedding_size=x.shape[-1], vocabulary_size=V, **options
                )
                with torch.no_grad():
                    for own, theirs in zip(
                        one.first_kernels(), self._kernels(model, layer), strict=True
                    ):
                        for a, b in zip(layer_weights(own, 0), theirs, strict=True):
                            a.copy_(b)
                y, _ = one._read(x, None, None)
                x = y + x if layer else y
            assert_close(whole, x)

    def test_layer_norm_equals_its_formula(self, ids: Tensor) -> None:
        model = self.make(layer_norm=True, num_layers=1)
        features, _ = model(ids)
        weights, norm = layer_weights(model.recurrence, 0), norm_weights(model.recurrence, 0)
        assert norm is not None
        gates = model.cell.norm_blocks or (len(model.cell.gates),)
        memory = norm.gain_memory
        for row in range(B):
            state: State = tuple(features.new_zeros(H) for _ in model.cell.state_parts)
            for t in range(T):
                x = model.input(ids, None, features)[row, t]
                sums = [
                    self._norm(product, gain, bias, [n * H for n in gates])
                    for product, gain, bias in (
                        (weights.weight_ih @ x, norm.gain_ih, weights.bias_ih),
                        (weights.weight_hh @ state[0], norm.gain_hh, weights.bias_hh),
                    )
                ]
                state = self._normed_step(model, sums, state)
                assert_close(features[row, t], state[0])
        assert (memory is not None) == model.cell.norms_memory

    def test_layer_norm_does_not_heed_the_size_of_weights(self, ids: Tensor) -> None:
        model = self.make(layer_norm=True)
        found = []
        for _ in range(2):
            with torch.no_grad():
                for layer in range(L):
                    layer_weights(model.recurrence, layer).weight_ih.mul_(1000)
            found.append(model(ids)[0])
        assert_close(*found, atol=1e-3, rtol=0)

    @pytest.mark.parametrize("dropouts", [{}, {"dropout": 0.3, "weight_dropout": 0.2}])
    def test_all_together_step_by_step(self, dropouts: dict[str, float], ids: Tensor) -> None:
        for norm, size in itertools.product((False, True), (0, D)):
            model = self.make(
                layer_norm=norm, residual=True, embedding_size=size, dropout_kind="locked",
                embedding_dropout=0.1, **dropouts,
            )  # fmt: skip
            assert model.extras == (("layer_norm", "residual") if norm else ("residual",))
            whole, last = model(ids)
            traced, same, trace = model.forward_with_gates(ids)
            assert_close((traced, same), (whole, last))
            assert len(trace) == L
            state = model.init_state(B)
            for t in range(T):
                features, state = model.step(ids[:, t], state)
                assert_close(features, whole[:, t])
            assert_close(state, last)
            model.train()
            torch.manual_seed(1)
            first = model(ids)[0]
            torch.manual_seed(1)
            assert torch.equal(model(ids)[0], first)
            features, state = model.step(ids[:, 0], model.init_state(B))
            torch.autograd.backward(features.sum())

    @pytest.mark.parametrize("bidirectional", [False, True])
    def test_all_together_train_under_autocast(self, bidirectional: bool, ids: Tensor) -> None:
        for norm in (False, True):
            model = self.make(
                layer_norm=norm, residual=True, bidirectional=bidirectional, dropout=0.3,
                dropout_kind="locked", weight_dropout=0.3, embedding_dropout=0.1, input_dropout=0.1,
            )  # fmt: skip
            model.float().train()
            with torch.autocast("cpu", torch.bfloat16):
                features, state = model(ids, lengths=torch.tensor(LENGTHS))
            assert all(part.dtype == torch.float32 for part in state)
            features.float().sum().backward()
            for name, parameter in model.named_parameters():
                assert parameter.grad is not None, name
                assert parameter.grad.isfinite().all()

    def test_dropout_changes_no_names(self) -> None:
        options = {"dropout_kind": "locked", "dropout": 0.1, "weight_dropout": 0.1}
        model = self.make(residual=True, input_dropout=0.1, embedding_dropout=0.1, **options)
        model.load_state_dict(self.make().state_dict())  # strict

    @staticmethod
    def _mask_like(values: Tensor, probability: float) -> Tensor:
        return drop(torch.ones_like(values), probability)

    def _mask(self, x: Tensor, probability: float) -> Tensor:
        return self._mask_like(x[:, :1], probability)

    @staticmethod
    def _norm(product: Tensor, gain: Tensor, bias: Tensor, sizes: list[int]) -> Tensor:
        parts = []
        for a in torch.split(product, sizes):
            deviation = (a.var(correction=0) + 1e-5).sqrt()
            parts.append((a - a.mean()) / deviation)
        return gain * torch.cat(parts) + bias

    def _normed_step(self, model: RecurrentModel, sums: list[Tensor], state: State) -> State:
        """The cell's own step; of one with a memory, its output is computed anew from the norm."""
        parts, gates = model.cell.step(sums[0][None], sums[1][None], tuple(p[None] for p in state))
        state = tuple(part[0] for part in parts)
        norm = norm_weights(model.recurrence, 0)
        if norm is None or norm.gain_memory is None or norm.bias_memory is None:
            return state
        memory = self._norm(state[1], norm.gain_memory, norm.bias_memory, [H])
        return (gates["output"][0] * memory.tanh(), *state[1:])

    @staticmethod
    def _kernels(model: RecurrentModel, layer: int) -> list[tuple[Tensor, ...]]:
        recurrence = model.recurrence
        if isinstance(recurrence, BidirectionalRecurrence):
            sides = (recurrence.forwards[layer], recurrence.backwards[layer])
            return [layer_weights(side, 0) for side in sides]
        return [layer_weights(recurrence, layer)]
