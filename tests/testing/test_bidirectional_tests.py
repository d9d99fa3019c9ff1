"""A model that misreads one of its two directions fails the test that promises to catch it."""

from typing import Any

import pytest
import torch
from torch import Tensor

from charlab.models import RecurrentModel, State
from charlab.models.bidirectional import BidirectionalRecurrence
from charlab.models.reference import Trace
from charlab.testing.model_tests import H
from tests.support.contract_calls import CAUGHT, GradientStopped, LSTMContract, call


class ReadsThePadding(RecurrentModel):
    def _read(
        self, x: Tensor, state: State | None, lengths: Tensor | None, trace: Trace | None = None
    ) -> tuple[Tensor, State]:
        return super()._read(x, state, None, trace)


class ChangesBothWays(RecurrentModel):
    def _read_both_ways(
        self,
        recurrence: BidirectionalRecurrence,
        index: int,
        x: Tensor,
        zero: State,
        order: Tensor | None,
        trace: Trace | None,
    ) -> Tensor:
        return self.changed(
            super()._read_both_ways(recurrence, index, x, zero, order, trace), trace
        )

    def changed(self, features: Tensor, trace: Trace | None) -> Tensor:
        """What comes out in place of the features."""
        return features


class LeavesTheMirrorReversed(ChangesBothWays):
    def changed(self, features: Tensor, trace: Trace | None) -> Tensor:
        return torch.cat([features[..., :H], features[..., H:].flip(1)], -1)


class SwapsSides(ChangesBothWays):
    def changed(self, features: Tensor, trace: Trace | None) -> Tensor:
        return torch.cat([features[..., H:], features[..., :H]], -1)


class ReadsForwardsTwice(ChangesBothWays):
    def changed(self, features: Tensor, trace: Trace | None) -> Tensor:
        return torch.cat([features[..., :H], features[..., :H]], -1)


class SwapsSidesOfGates(ChangesBothWays):
    def changed(self, features: Tensor, trace: Trace | None) -> Tensor:
        if trace:
            for name, value in trace[-1].items():
                trace[-1][name] = torch.cat([value[..., H:], value[..., :H]], -1)
        return features


class SwapsSidesOfGatesAbove(SwapsSidesOfGates):
    def changed(self, features: Tensor, trace: Trace | None) -> Tensor:
        return features if trace is None or len(trace) < 2 else super().changed(features, trace)


class LosesForwardGates(ChangesBothWays):
    def changed(self, features: Tensor, trace: Trace | None) -> Tensor:
        if trace:
            forget = trace[-1]["forget"]
            trace[-1]["forget"] = torch.cat([0 * forget[..., :H], forget[..., H:]], -1)
        return features


class LosesAGate(ChangesBothWays):
    def changed(self, features: Tensor, trace: Trace | None) -> Tensor:
        if trace:
            trace[-1].pop("forget")
        return features


class DropsFeaturesOnly(RecurrentModel):
    def _read(self, *args: Any) -> tuple[Tensor, State]:
        training, self.training = self.training, False
        try:
            return super()._read(*args)
        finally:
            self.training = training


class DropsTwice(RecurrentModel):
    def _read(self, x: Tensor, *args: Any) -> tuple[Tensor, State]:
        return super()._read(self._drop(x, self.dropouts.dropout), *args)


class GivesAState(RecurrentModel):
    def forward(self, *args: Any, **more: Any) -> tuple[Tensor, State]:
        features, state = super().forward(*args, **more)
        return features, state or self._zero_state(len(features))


class MakesAState(RecurrentModel):
    def init_state(self, batch_size: int) -> State:
        return self._zero_state(batch_size)


class Steps(RecurrentModel):
    def step(self, ids: Tensor, state: State, **more: Any) -> tuple[Tensor, State]:
        features, state = self(ids.unsqueeze(1), state, **more)
        return features.squeeze(1), state


class TakesAState(RecurrentModel):
    def forward(self, ids: Tensor, state: State | None = None, **more: Any) -> tuple[Tensor, State]:
        return super().forward(ids, None if self.bidirectional else state, **more)


class TakesAStateForGates(RecurrentModel):
    def forward_with_gates(
        self, ids: Tensor, state: State | None = None, **more: Any
    ) -> tuple[Tensor, State, Trace]:
        return super().forward_with_gates(ids, None if self.bidirectional else state, **more)


EXACT = "test_bidirectional_rows_are_exact"
MIRROR = "test_backward_reading_is_forward_reading_of_the_mirror"
DROPOUT = "test_bidirectional_dropout_between_layers"
STATELESS = "test_bidirectional_carries_no_state"
GATES = "test_gates_of_both_directions"


@pytest.mark.parametrize(
    ("broken", "test"),
    [
        (LSTMContract(ReadsThePadding), EXACT),
        (LSTMContract(LeavesTheMirrorReversed), EXACT),
        (LSTMContract(GivesAState), EXACT),
        (LSTMContract(bidirectional=False), EXACT),
        (LSTMContract(LeavesTheMirrorReversed), MIRROR),
        (LSTMContract(SwapsSides), MIRROR),
        (LSTMContract(ReadsForwardsTwice), MIRROR),
        (LSTMContract(cell=GradientStopped), "test_bidirectional_gradients_and_kernels"),
        (LSTMContract(DropsFeaturesOnly), DROPOUT),
        (LSTMContract(DropsTwice), DROPOUT),
        (LSTMContract(MakesAState), STATELESS),
        (LSTMContract(Steps), STATELESS),
        (LSTMContract(TakesAState), STATELESS),
        (LSTMContract(TakesAStateForGates), STATELESS),
        (LSTMContract(ReadsThePadding), GATES),
        (LSTMContract(SwapsSidesOfGates), GATES),
        (LSTMContract(SwapsSidesOfGatesAbove), GATES),
        (LSTMContract(LosesForwardGates), GATES),
        (LSTMContract(LosesAGate), GATES),
    ],
    ids=str,
)
def test_a_misread_direction_is_caught(broken: LSTMContract, test: str) -> None:
    call(LSTMContract(), test)
    with pytest.raises(CAUGHT):
        call(broken, test)
