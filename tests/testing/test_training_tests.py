"""A model that starts or trains wrongly fails the test that promises to catch it."""

import pickle
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from charlab.models import RecurrentModel, State
from charlab.models.dropout import drop
from charlab.models.reference import layer_weights
from charlab.testing.model_tests import H
from tests.support.contract_calls import CAUGHT, GradientStopped, LSTMContract, call


class HasOneParameterMore(RecurrentModel):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.gain = nn.Parameter(torch.ones(H))


class ChangesItsStart(RecurrentModel):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        with torch.no_grad():
            self.change()

    def change(self) -> None:
        """In place."""

    def first_weight(self, name: str) -> Tensor:
        weight: Tensor = getattr(layer_weights(self.first_kernels()[-1], 0), name)
        return weight


class StartsWithUnequalLengths(ChangesItsStart):
    def change(self) -> None:
        self.first_weight("weight_hh")[0] *= 2


class StartsWithoutForgetBias(ChangesItsStart):
    def change(self) -> None:
        self.first_weight("bias_ih").zero_()


class StartsLoud(ChangesItsStart):
    def change(self) -> None:
        self.first_weight("weight_ih").mul_(2)


class StartsSilent(ChangesItsStart):
    def change(self) -> None:
        self.first_weight("weight_ih").mul_(0.1)


class BarelyHearsOneHot(ChangesItsStart):
    def change(self) -> None:
        if self.input.embedding is None:
            self.first_weight("weight_ih").div_(50**0.5)


class StartsAlwaysAlike(RecurrentModel):
    def __init__(self, *args: Any, **options: Any) -> None:
        torch.manual_seed(0)
        super().__init__(*args, **options)


class KernelChangesTheStart(RecurrentModel):
    def __init__(self, *args: Any, **options: Any) -> None:
        if options.get("kernel") == "reference":
            torch.rand(1)
        super().__init__(*args, **options)


class Remark:
    """No plain data."""


class SavesAnObject(RecurrentModel):
    def get_extra_state(self) -> Remark:
        return Remark()

    def set_extra_state(self, state: Remark) -> None:
        pass


class AlwaysDrops(RecurrentModel):
    def _drop(self, x: Tensor, probability: float) -> Tensor:
        return drop(x, probability) if probability else x


class NeverDrops(RecurrentModel):
    def _drop(self, x: Tensor, probability: float) -> Tensor:
        return x


class DropsWithoutScaling(RecurrentModel):
    def _drop(self, x: Tensor, probability: float) -> Tensor:
        dropped = super()._drop(x, probability)
        return torch.where(dropped == 0, dropped, x)


class DropsFeaturesOnly(RecurrentModel):
    def _read(self, *args: Any) -> tuple[Tensor, State]:
        training, self.training = self.training, False
        self.recurrence.eval()
        try:
            return super()._read(*args)
        finally:
            self.train(training)


class DropsWhatItReads(RecurrentModel):
    def _read(self, x: Tensor, *args: Any) -> tuple[Tensor, State]:
        return super()._read(self._drop(x, self.dropouts.dropout), *args)


class CarriesHalfPrecision(RecurrentModel):
    def forward(self, *args: Any, **more: Any) -> tuple[Tensor, State]:
        features, state = super().forward(*args, **more)
        if torch.is_autocast_enabled("cpu"):
            state = tuple(part.bfloat16() for part in state)
        return features, state


class HasAnUnusedParameter(RecurrentModel):
    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.unused = nn.Parameter(torch.ones(1))


PLAIN = "test_dropout_is_for_training_only"


@pytest.mark.parametrize(
    ("broken", "test", "given"),
    [
        (LSTMContract(cell=GradientStopped), "test_numerical_gradients",
         {"layers": 1, "fast": True}),
        (LSTMContract(HasOneParameterMore), "test_parameter_count", {}),
        (LSTMContract(StartsWithUnequalLengths), "test_initialization", {}),
        (LSTMContract(StartsWithoutForgetBias), "test_initialization", {}),
        (LSTMContract(StartsLoud), "test_initialization", {}),
        (LSTMContract(StartsSilent), "test_initialization", {}),
        (LSTMContract(BarelyHearsOneHot), "test_one_hot_input_weighs_as_much_as_an_embedding",
         {}),
        (LSTMContract(BarelyHearsOneHot), "test_one_hot_input_weighs_as_much_as_an_embedding",
         {"bidirectional": True}),
        (LSTMContract(StartsAlwaysAlike),
         "test_the_seed_decides_the_start_and_the_kernel_does_not", {}),
        (LSTMContract(KernelChangesTheStart),
         "test_the_seed_decides_the_start_and_the_kernel_does_not", {}),
        (LSTMContract(AlwaysDrops), PLAIN, {}),
        (LSTMContract(NeverDrops), PLAIN, {}),
        (LSTMContract(DropsWithoutScaling), PLAIN, {}),
        (LSTMContract(DropsFeaturesOnly), PLAIN, {}),
        (LSTMContract(DropsFeaturesOnly), PLAIN, {"kernel": "fused"}),
        (LSTMContract(DropsWhatItReads), PLAIN, {}),
        (LSTMContract(CarriesHalfPrecision), "test_trains_under_autocast", {}),
        (LSTMContract(HasAnUnusedParameter), "test_trains_under_autocast",
         {"bidirectional": True}),
    ],
    ids=str,
)  # fmt: skip
def test_a_wrong_start_or_training_is_caught(
    broken: LSTMContract, test: str, given: dict[str, Any]
) -> None:
    call(LSTMContract(), test, **given)
    with pytest.raises(CAUGHT):
        call(broken, test, **given)


def test_a_state_dict_that_is_no_plain_data_is_caught() -> None:
    call(LSTMContract(), "test_state_dict_is_plain_data")
    with pytest.raises(pickle.UnpicklingError):
        call(LSTMContract(SavesAnObject), "test_state_dict_is_plain_data")
