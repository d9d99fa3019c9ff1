"""Tests of what a recurrent model reads: characters, conditions, options."""

# ruff: noqa: D102 (a test's name is its sentence)

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from charlab.testing.model_tests import CONDITIONS, B, D, H, ModelTests, T, V, random_ids


class InputTests(ModelTests):
    """One-hot, conditions and refusals."""

    # Input

    def test_one_hot_equals_an_identity_embedding(self, ids: Tensor) -> None:
        one_hot = self.make(embedding_size=0, num_conditions=CONDITIONS)
        identity = self.make(embedding_size=V, num_conditions=CONDITIONS)
        eye = torch.eye(V, dtype=torch.float64)
        identity.load_state_dict(one_hot.state_dict() | {"input.embedding.weight": eye})
        condition = self.condition_of(one_hot)
        assert_close(one_hot(ids, condition=condition), identity(ids, condition=condition))

    def test_a_condition_changes_its_lane_only(self, ids: Tensor) -> None:
        for size in (0, D):
            model = self.make(embedding_size=size, num_conditions=CONDITIONS)
            before, _ = model(ids, condition=torch.tensor([3, 0, 7]))
            after, _ = model(ids, condition=torch.tensor([3, 1, 7]))
            assert_close(before[[0, 2]], after[[0, 2]])
            assert not torch.allclose(before[1, 0], after[1, 0])

    def test_a_condition_is_missing_or_too_many(self, ids: Tensor) -> None:
        condition = torch.tensor([3, 0, 7])
        with pytest.raises(ValueError, match=r"needs a condition in \[0, 8\)"):
            self.make(num_conditions=CONDITIONS)(ids)
        with pytest.raises(ValueError, match="num_conditions=0"):
            self.make()(ids, condition=condition)
        model = self.make()
        with pytest.raises(ValueError, match="num_conditions=0"):
            model.step(ids[:, 0], model.init_state(B), condition=condition)

    # Errors

    @pytest.mark.parametrize(
        ("option", "value", "message"),
        [
            ("hidden_size", 0, "hidden_size must be at least 1, got 0"),
            ("num_layers", 0, "num_layers must be at least 1, got 0"),
            ("vocabulary_size", 0, "vocabulary_size must be at least 1, got 0"),
            ("embedding_size", -1, "embedding_size must be at least 0, got -1"),
            ("num_conditions", -2, "num_conditions must be at least 0, got -2"),
            ("dropout", 1.0, r"dropout must be in \[0, 1\), got 1.0"),
            ("dropout", -0.1, r"dropout must be in \[0, 1\), got -0.1"),
            ("output_dropout", 1.5, r"output_dropout must be in \[0, 1\), got 1.5"),
            ("weight_dropout", -1.0, r"weight_dropout must be in \[0, 1\), got -1.0"),
            ("dropout_kind", "soft", "dropout_kind must be one of plain, locked, got 'soft'"),
            ("kernel", "fast", "kernel must be one of fused, reference, got 'fast'"),
        ],
    )
    def test_options_out_of_range(self, option: str, value: object, message: str) -> None:
        with pytest.raises(ValueError, match=message):
            self.build(**({"vocabulary_size": V, "hidden_size": H} | {option: value}))

    def test_ids_must_be_a_batch(self) -> None:
        with pytest.raises(ValueError, match=r"ids must be \(B, T\), got \(4,\)"):
            self.make()(random_ids(T))
