"""The contract of a model holds all the tests of its parts."""

import pytest
import torch

from charlab.testing.bidirectional_tests import BidirectionalTests
from charlab.testing.input_tests import InputTests
from charlab.testing.model_contract import RecurrentModelContract
from charlab.testing.option_tests import OptionTests
from charlab.testing.recurrence_tests import RecurrenceTests
from charlab.testing.training_tests import TrainingTests


def test_no_part_hides_a_test_of_another() -> None:
    parts = [RecurrenceTests, InputTests, TrainingTests, BidirectionalTests, OptionTests]
    names = [name for part in parts for name in vars(part) if name.startswith("test_")]
    assert len(names) == len(set(names))
    assert {name for name in dir(RecurrentModelContract) if name.startswith("test_")} == set(names)


def test_a_subclass_without_equations_is_refused() -> None:
    class WithoutEquations(RecurrentModelContract):
        def build(self, **options: object) -> torch.nn.Module:  # type: ignore[override]
            raise NotImplementedError

    with pytest.raises(TypeError, match="textbook_step"):
        WithoutEquations()  # type: ignore[abstract]
