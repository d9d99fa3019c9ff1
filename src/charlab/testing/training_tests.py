"""Tests of where training starts and of what it needs."""

# ruff: noqa: D102 (a test's name is its sentence)

import io
import itertools

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from charlab.models import RecurrentModel, State
from charlab.models.reference import layer_weights
from charlab.testing.model_tests import CONDITIONS, LENGTHS, D, H, L, ModelTests, T, V, random_ids


class TrainingTests(ModelTests):
    """Gradients, parameters, dropout, autocast."""

    # Parameters

    @pytest.mark.parametrize(  # element by element once: kernels are compared with each other
        ("kernel", "layers", "fast"),
        [("reference", 1, False), ("reference", L, True), ("fused", L, True)],
    )
    def test_numerical_gradients(self, kernel: str, layers: int, fast: bool) -> None:
        model = self.make(kernel=kernel, num_layers=layers, num_conditions=CONDITIONS)
        state = tuple(part[:, :2].requires_grad_() for part in self.random_state(model))
        ids, condition = random_ids(2, 3), torch.tensor([1, 0])

        def outputs(*_: Tensor) -> tuple[Tensor, ...]:
            # gradcheck changes its inputs in place, and these are the model's own.
            features, last = model(ids, state, condition=condition)
            return (features, *last)

        inputs = (*model.parameters(), *state)
        assert torch.autograd.gradcheck(outputs, inputs, fast_mode=fast)

    def test_parameter_count(self) -> None:
        for layers, (size, x), conditions in itertools.product(
            (1, 2, 3), ((0, V), (D, D)), (0, CONDITIONS)
        ):
            model = self.make(num_layers=layers, embedding_size=size, num_conditions=conditions)
            gates = len(model.cell.gates)
            first = gates * (H * x + H * H + 2 * H)
            others = (layers - 1) * gates * (2 * H * H + 2 * H)
            count = V * size + conditions * x + first + others
            assert sum(parameter.numel() for parameter in model.parameters()) == count

    def test_initialization(self) -> None:
        torch.manual_seed(0)
        sizes = {"vocabulary_size": V, "hidden_size": H, "num_layers": L, "embedding_size": D}
        model = self.build(**sizes)
        for layer in range(L):
            weights = layer_weights(model.recurrence, layer)
            blocks = zip(*(part.chunk(len(model.cell.gates)) for part in weights), strict=True)
            for gate, block in zip(model.cell.gates, blocks, strict=True):
                w_ih, w_hh, b_ih, b_hh = block
                assert_close(w_hh @ w_hh.T, torch.eye(H), atol=1e-5, rtol=0)
                assert_close(
                    b_ih + b_hh, torch.full((H,), model.cell.initial_biases.get(gate, 0.0))
                )
                limit = (6 / (w_ih.shape[1] + H)) ** 0.5
                assert 0.7 * limit < w_ih.abs().max() <= limit

    @pytest.mark.parametrize("bidirectional", [False, True])
    def test_one_hot_input_weighs_as_much_as_an_embedding(self, bidirectional: bool) -> None:
        # The first layer's products must be of one size whatever the input and its number V.
        sizes = []
        for size in (0, 50):
            torch.manual_seed(0)
            model = self.build(
                vocabulary_size=50,
                hidden_size=50,
                embedding_size=size,
                num_layers=L,
                bidirectional=bidirectional,
            )
            kernel = model.first_kernels()[-1]
            weight = layer_weights(kernel, 0).weight_ih
            x = model.input(torch.arange(50)[None], None, weight)
            sizes.append((x @ weight.T).std())
        assert_close(sizes[0], sizes[1], rtol=0.2, atol=0)

    def test_the_seed_decides_the_start_and_the_kernel_does_not(self) -> None:
        states = []
        for seed, kernel in ((0, "fused"), (0, "reference"), (1, "fused")):
            torch.manual_seed(seed)
            states.append(self.build(vocabulary_size=V, hidden_size=H, kernel=kernel).state_dict())
        assert_close(states[0], states[1], atol=0, rtol=0)
        assert not torch.equal(*(state["recurrence.weight_hh_l0"] for state in states[::2]))

    def test_state_dict_is_plain_data(self, model: RecurrentModel) -> None:
        file = io.BytesIO()
        torch.save(model.state_dict(), file)
        file.seek(0)
        model.load_state_dict(torch.load(file, weights_only=True))

    # Training

    @pytest.mark.parametrize("kernel", ["fused", "reference"])
    def test_dropout_is_for_training_only(self, kernel: str, ids: Tensor) -> None:
        torch.manual_seed(0)
        model = self.make(kernel=kernel, dropout=0.5)
        bare = self.make(kernel=kernel)
        assert_close(model(ids), bare(ids))  # in evaluation
        model.train()
        features, (hidden, *_) = model(ids)
        share = (features == 0).double().mean()
        assert 0.2 < share < 0.8, "on the features"
        full, (full_hidden, *_) = bare(ids)
        assert_close(hidden[0], full_hidden[0])  # before the first dropout
        assert not torch.allclose(hidden[1], full_hidden[1]), "between layers"
        single = self.make(kernel=kernel, dropout=0.5, num_layers=1).train()
        features, _ = single(ids)
        full, _ = single.eval()(ids)
        kept = features != 0
        assert_close(features[kept], 2 * full[kept])  # what is left is scaled up

    @pytest.mark.parametrize("bidirectional", [False, True])
    @pytest.mark.parametrize("kernel", ["fused", "reference"])
    def test_trains_under_autocast(self, kernel: str, bidirectional: bool, ids: Tensor) -> None:
        for size in (0, D):
            model = self.make(
                kernel=kernel, bidirectional=bidirectional, embedding_size=size, dropout=0.1
            )
            model.float().train()
            exact = model.eval()(ids, lengths=torch.tensor(LENGTHS))[0]
            state: State | None = None
            with torch.autocast("cpu", torch.bfloat16):
                for call in range(2):  # the second takes what the first gave
                    features, state = model(ids, state, lengths=torch.tensor(LENGTHS))
                    assert all(part.dtype == torch.float32 for part in state)
                    if call == 0:
                        valid = torch.arange(T) < torch.tensor(LENGTHS)[:, None]
                        assert_close(features[valid].float(), exact[valid], atol=0.1, rtol=0)
                if state:
                    step, state = model.step(ids[:, 0], state)
                    assert all(part.dtype == torch.float32 for part in state)
                    features = features + step.unsqueeze(1)
            features.float().sum().backward()
            for name, parameter in model.named_parameters():
                assert parameter.grad is not None, name
                assert parameter.grad.dtype == torch.float32
                assert parameter.grad.isfinite().all()
