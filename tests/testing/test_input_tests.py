"""A model that misreads its input fails the test that promises to catch it."""

from typing import Any

import pytest
import torch
from torch import Tensor

from charlab.models import RecurrentModel, State
from charlab.models.inputs import CharacterInput
from charlab.testing.model_tests import CONDITIONS
from tests.support.contract_calls import CAUGHT, LSTMContract, call


class OneHotOfTwo(CharacterInput):
    def forward(self, ids: Tensor, condition: Tensor | None, like: Tensor) -> Tensor:
        x = super().forward(ids, condition, like)
        return x if self.embedding is not None else 2 * x


class WithOneHotOfTwo(RecurrentModel):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.input.__class__ = OneHotOfTwo


class IgnoresItsCondition(RecurrentModel):
    def forward(
        self, *args: Any, condition: Tensor | None = None, **more: Any
    ) -> tuple[Tensor, State]:
        zeros = None if condition is None else torch.zeros_like(condition)
        return super().forward(*args, condition=zeros, **more)


class MixesConditions(RecurrentModel):
    def forward(
        self, *args: Any, condition: Tensor | None = None, **more: Any
    ) -> tuple[Tensor, State]:
        mixed = None if condition is None else (condition + condition.sum()) % CONDITIONS
        return super().forward(*args, condition=mixed, **more)


class DoesWithoutACondition(RecurrentModel):
    def forward(
        self, ids: Tensor, *args: Any, condition: Tensor | None = None, **more: Any
    ) -> tuple[Tensor, State]:
        if self.num_conditions and condition is None:
            condition = torch.zeros(len(ids), dtype=torch.long)
        return super().forward(ids, *args, condition=condition, **more)


class DropsWhatItCannotUse(RecurrentModel):
    def forward(
        self, *args: Any, condition: Tensor | None = None, **more: Any
    ) -> tuple[Tensor, State]:
        condition = condition if self.num_conditions else None
        return super().forward(*args, condition=condition, **more)


class StepsWithoutACondition(RecurrentModel):
    def step(
        self, ids: Tensor, state: State, *, condition: Tensor | None = None
    ) -> tuple[Tensor, State]:
        return super().step(ids, state)


class MakesABatch(RecurrentModel):
    def forward(self, ids: Tensor, *args: Any, **more: Any) -> tuple[Tensor, State]:
        return super().forward(ids if ids.dim() == 2 else ids[None], *args, **more)


@pytest.mark.parametrize(
    ("network", "test"),
    [
        (WithOneHotOfTwo, "test_one_hot_equals_an_identity_embedding"),
        (IgnoresItsCondition, "test_a_condition_changes_its_lane_only"),
        (MixesConditions, "test_a_condition_changes_its_lane_only"),
        (DoesWithoutACondition, "test_a_condition_is_missing_or_too_many"),
        (DropsWhatItCannotUse, "test_a_condition_is_missing_or_too_many"),
        (StepsWithoutACondition, "test_a_condition_is_missing_or_too_many"),
        (MakesABatch, "test_ids_must_be_a_batch"),
    ],
)
def test_a_misread_input_is_caught(network: type[RecurrentModel], test: str) -> None:
    call(LSTMContract(), test)
    with pytest.raises(CAUGHT):
        call(LSTMContract(network), test)


def test_a_step_that_ignores_its_condition_is_caught() -> None:
    class Ignores(RecurrentModel):
        def step(
            self, ids: Tensor, state: State, *, condition: Tensor | None = None
        ) -> tuple[Tensor, State]:
            zeros = None if condition is None else torch.zeros_like(condition)
            return super().step(ids, state, condition=zeros)

    call(LSTMContract(), "test_step_equals_forward")
    with pytest.raises(CAUGHT):
        call(LSTMContract(Ignores), "test_step_equals_forward")


@pytest.mark.parametrize(
    ("option", "value", "lenient"),
    [
        ("hidden_size", 0, 1),
        ("num_layers", 0, 1),
        ("vocabulary_size", 0, 1),
        ("embedding_size", -1, 0),
        ("num_conditions", -2, 0),
        ("dropout", 1.0, 0.5),
        ("weight_dropout", -1.0, 0.0),
        ("dropout_kind", "soft", "plain"),
        ("kernel", "fast", "fused"),
    ],
)
def test_an_option_that_is_silently_mended_is_caught(
    option: str, value: object, lenient: Any
) -> None:
    given = {"option": option, "value": value, "message": f"{option} must be "}
    call(LSTMContract(), "test_options_out_of_range", **given)
    with pytest.raises(CAUGHT):
        call(LSTMContract(**{option: lenient}), "test_options_out_of_range", **given)
