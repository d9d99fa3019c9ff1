"""An option that does something else fails the test that promises to catch it."""

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from charlab.models import RecurrentModel, State
from charlab.models.cells import Gates, LSTMCell
from charlab.models.dropout import drop
from charlab.models.inputs import CharacterInput
from charlab.models.reference import Layer, Trace, layer_weights
from tests.support.contract_calls import CAUGHT, LSTMContract, Parts, call


class MemoryNotNormalized(LSTMCell):
    def step(self, x_gates: Tensor, h_gates: Tensor, previous: Parts) -> tuple[Parts, Gates]:
        self.memory_norm = None
        return super().step(x_gates, h_gates, previous)


class OneMaskForAllRows(RecurrentModel):
    def _drop(self, x: Tensor, probability: float) -> Tensor:
        return x * drop(x.new_ones(x.shape[-1]), probability) if self.training else x


class ScalesNothingUp(RecurrentModel):
    def _drop(self, x: Tensor, probability: float) -> Tensor:
        return super()._drop(x, probability) * (1 - probability if self.training else 1)


class AlwaysDropsWeights(RecurrentModel):
    def _read(self, *args: Any) -> tuple[Tensor, State]:
        for kernel in self.first_kernels():
            weight = layer_weights(kernel, 0).weight_hh
            weight.data = drop(weight.data, self.dropouts.weight_dropout)
        return super()._read(*args)


class DropsWeightsButNotGradients(RecurrentModel):
    def _layer(self, kernel: nn.Module, index: int) -> Layer:
        layer = super()._layer(kernel, index)
        own = layer_weights(kernel, index).weight_hh
        passed = own + (layer.weights.weight_hh - own).detach()
        return replace(layer, weights=layer.weights._replace(weight_hh=passed))


class DropsPositions(CharacterInput):
    def forward(self, ids: Tensor, condition: Tensor | None, like: Tensor) -> Tensor:
        training, self.training = self.training, False
        x = super().forward(ids, condition, like)
        self.training = training
        return x * drop(x.new_ones(*ids.shape, 1), self.dropout) if training else x


class DropsEmbeddingsByPosition(RecurrentModel):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.input.__class__ = DropsPositions


class ForgetsAGain(RecurrentModel):
    def _layer(self, kernel: nn.Module, index: int) -> Layer:
        layer = super()._layer(kernel, index)
        norm = layer.norm and layer.norm._replace(gain_hh=torch.ones_like(layer.norm.gain_hh))
        return replace(layer, norm=norm)


class HidesItsExtras(RecurrentModel):
    @property
    def extras(self) -> tuple[str, ...]:
        return ()


class StepsWithoutResidual(RecurrentModel):
    def step(self, *args: Any, **more: Any) -> tuple[Tensor, State]:
        residual, self.residual = self.residual, False
        try:
            return super().step(*args, **more)
        finally:
            self.residual = residual


class GatesWithoutResidual(RecurrentModel):
    def forward_with_gates(self, *args: Any, **more: Any) -> tuple[Tensor, State, Trace]:
        residual, self.residual = self.residual, False
        try:
            return super().forward_with_gates(*args, **more)
        finally:
            self.residual = residual


class DrawsFromItsOwnDice(RecurrentModel):
    calls = 0

    def _drop(self, x: Tensor, probability: float) -> Tensor:
        self.calls += 1
        torch.manual_seed(self.calls)
        return super()._drop(x, probability)


class CarriesHalfPrecision(RecurrentModel):
    def forward(self, *args: Any, **more: Any) -> tuple[Tensor, State]:
        features, state = super().forward(*args, **more)
        if torch.is_autocast_enabled("cpu"):
            state = tuple(part.bfloat16() for part in state)
        return features, state


class KeepsAMask(RecurrentModel):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.dropouts.weight_dropout:
            self.register_buffer("mask", torch.ones(self.hidden_size))


LOCKED = "test_a_locked_mask_is_the_same_at_every_position"
BY_HAND = "test_locked_layers_equal_masks_by_hand"
WEIGHTS = "test_weight_dropout_zeroes_recurrent_weights"
CHARACTERS = "test_embedding_dropout_leaves_out_whole_characters"
RESIDUAL = "test_residual_connections_add_what_a_layer_reads"
NORM = "test_layer_norm_equals_its_formula"
SIZE = "test_layer_norm_does_not_heed_the_size_of_weights"
TOGETHER = "test_all_together_step_by_step"
AUTOCAST = "test_all_together_train_under_autocast"


@pytest.mark.parametrize(
    ("broken", "test"),
    [
        (LSTMContract(dropout_kind="plain"), LOCKED),
        (LSTMContract(OneMaskForAllRows), LOCKED),
        (LSTMContract(ScalesNothingUp), LOCKED),
        (LSTMContract(dropout_kind="plain"), BY_HAND),
        (LSTMContract(input_dropout=0.0), BY_HAND),
        (LSTMContract(dropout=0.0), BY_HAND),
        (LSTMContract(weight_dropout=0.0), WEIGHTS),
        (LSTMContract(AlwaysDropsWeights), WEIGHTS),
        (LSTMContract(DropsWeightsButNotGradients), WEIGHTS),
        (LSTMContract(embedding_dropout=0.0), CHARACTERS),
        (LSTMContract(DropsEmbeddingsByPosition), CHARACTERS),
        (LSTMContract(residual=False), RESIDUAL),
        (LSTMContract(layer_norm=False), NORM),
        (LSTMContract(cell=MemoryNotNormalized), NORM),
        (LSTMContract(ForgetsAGain), NORM),
        (LSTMContract(layer_norm=False), SIZE),
        (LSTMContract(HidesItsExtras), TOGETHER),
        (LSTMContract(StepsWithoutResidual), TOGETHER),
        (LSTMContract(GatesWithoutResidual), TOGETHER),
        (LSTMContract(DrawsFromItsOwnDice), TOGETHER),
        (LSTMContract(CarriesHalfPrecision), AUTOCAST),
        (LSTMContract(ForgetsAGain), AUTOCAST),
    ],
    ids=str,
)
def test_an_option_that_does_something_else_is_caught(broken: LSTMContract, test: str) -> None:
    given = {"size": 0, "dropouts": {"dropout": 0.3, "weight_dropout": 0.2}}
    call(LSTMContract(), test, **given)
    with pytest.raises(CAUGHT):
        call(broken, test, **given)


def test_a_dropout_with_a_name_in_the_checkpoint_is_caught() -> None:
    call(LSTMContract(), "test_dropout_changes_no_names")
    with pytest.raises(RuntimeError, match="Missing key"):
        call(LSTMContract(KeepsAMask), "test_dropout_changes_no_names")
