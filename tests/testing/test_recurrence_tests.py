"""A broken recurrence fails the test that promises to catch it."""

from typing import Any

import pytest
import torch
from torch import Tensor

from charlab.models import RecurrentModel, State
from charlab.models.cells import Gates, LSTMCell
from tests.support.contract_calls import CAUGHT, GradientStopped, LSTMContract, Parts, call


class GatesSwapped(LSTMCell):
    def step(self, x_gates: Tensor, h_gates: Tensor, previous: Parts) -> tuple[Parts, Gates]:
        (i, f, g, o), (u, v, w, x) = x_gates.chunk(4, -1), h_gates.chunk(4, -1)
        return super().step(torch.cat([f, i, g, o], -1), torch.cat([v, u, w, x], -1), previous)


class OutputNotCarried(LSTMCell):
    def step(self, x_gates: Tensor, h_gates: Tensor, previous: Parts) -> tuple[Parts, Gates]:
        return super().step(x_gates, 0 * h_gates, previous)


class MemoryNotCarried(LSTMCell):
    def step(self, x_gates: Tensor, h_gates: Tensor, previous: Parts) -> tuple[Parts, Gates]:
        return super().step(x_gates, h_gates, (previous[0], 0 * previous[1]))


class GateWithoutName(LSTMCell):
    def step(self, x_gates: Tensor, h_gates: Tensor, previous: Parts) -> tuple[Parts, Gates]:
        state, gates = super().step(x_gates, h_gates, previous)
        return state, gates | {"forget": gates["forget"][:, :1]}


class GatesUnderEachOthersNames(LSTMCell):
    def step(self, x_gates: Tensor, h_gates: Tensor, previous: Parts) -> tuple[Parts, Gates]:
        state, gates = super().step(x_gates, h_gates, previous)
        return state, gates | {"forget": gates["input"], "input": gates["forget"]}


class StartsFromOnes(RecurrentModel):
    def _zero_state(self, batch_size: int) -> State:
        return tuple(part + 1 for part in super()._zero_state(batch_size))


class ForgetsWhatItIsGiven(RecurrentModel):
    def forward(self, ids: Tensor, state: State | None = None, **more: Any) -> tuple[Tensor, State]:
        return super().forward(ids, None, **more)


class AddsToItsFeatures(RecurrentModel):
    def forward(self, *args: Any, **more: Any) -> tuple[Tensor, State]:
        features, state = super().forward(*args, **more)
        return features + self.more(features), state

    def more(self, features: Tensor) -> Tensor:
        return torch.ones_like(features)


class ReadsAhead(AddsToItsFeatures):
    def more(self, features: Tensor) -> Tensor:
        return features.mean(1, keepdim=True)


class MixesLanes(AddsToItsFeatures):
    def more(self, features: Tensor) -> Tensor:
        return features.mean(0, keepdim=True)


class ReadsNothing(AddsToItsFeatures):
    def more(self, features: Tensor) -> Tensor:
        return -features


class GivesOnePositionMore(RecurrentModel):
    def forward(self, *args: Any, **more: Any) -> tuple[Tensor, State]:
        features, state = super().forward(*args, **more)
        return torch.cat([features, features[:, -1:]], 1), state


class StepsFromZero(RecurrentModel):
    def step(self, ids: Tensor, state: State, **more: Any) -> tuple[Tensor, State]:
        return super().step(ids, self.init_state(len(ids)), **more)


class StepGivesBackItsState(RecurrentModel):
    def step(self, ids: Tensor, state: State, **more: Any) -> tuple[Tensor, State]:
        return super().step(ids, state, **more)[0], state


@pytest.mark.parametrize(
    ("broken", "test"),
    [
        (LSTMContract(GivesOnePositionMore), "test_shapes"),
        (LSTMContract(StartsFromOnes), "test_shapes"),
        (LSTMContract(cell=GatesSwapped, fused=None), "test_equals_the_textbook"),
        (LSTMContract(cell=OutputNotCarried, fused=None), "test_equals_the_textbook"),
        (LSTMContract(cell=MemoryNotCarried, fused=None), "test_equals_the_textbook"),
        (LSTMContract(cell=GatesSwapped), "test_equals_the_textbook"),
        (LSTMContract(cell=GatesSwapped), "test_kernels_exchange_parameters_and_agree"),
        (LSTMContract(cell=GradientStopped), "test_kernels_exchange_parameters_and_agree"),
        (LSTMContract(cell=GateWithoutName), "test_gates_are_named_and_equal_forward"),
        (
            LSTMContract(cell=GatesUnderEachOthersNames),
            "test_each_gate_has_the_name_of_its_weights",
        ),
        (LSTMContract(AddsToItsFeatures), "test_gates_are_named_and_equal_forward"),
        (LSTMContract(StepsFromZero), "test_step_equals_forward"),
        (LSTMContract(StepGivesBackItsState), "test_step_equals_forward"),
        (LSTMContract(ForgetsWhatItIsGiven), "test_chunks_with_carried_state_equal_one_pass"),
        (LSTMContract(ReadsAhead), "test_the_future_is_not_read"),
        (LSTMContract(ReadsNothing), "test_the_future_is_not_read"),
        (LSTMContract(MixesLanes), "test_lanes_do_not_mix"),
        (LSTMContract(ForgetsWhatItIsGiven), "test_a_reset_lane_starts_anew_and_the_others_go_on"),
        (LSTMContract(StartsFromOnes), "test_a_reset_lane_starts_anew_and_the_others_go_on"),
    ],
)  # fmt: skip
def test_a_broken_recurrence_is_caught(broken: LSTMContract, test: str) -> None:
    call(LSTMContract(), test)
    with pytest.raises(CAUGHT):
        call(broken, test)
