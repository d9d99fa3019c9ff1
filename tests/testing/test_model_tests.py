"""What tests of models start from: nothing is zero, nothing is alike, all is the same each time."""

import torch
from torch import nn

from charlab.testing.model_tests import LENGTHS, VARIANTS, B, D, H, L, T, V, random_ids, randomize
from tests.support.contract_calls import LSTMContract


def test_the_sizes_differ_so_that_a_swapped_axis_fails() -> None:
    assert len({B, T, D, H, L, V}) == 6
    assert len(LENGTHS) == B
    assert max(LENGTHS) == T
    assert len(set(LENGTHS)) == B


def test_every_parameter_has_a_value_of_its_own_and_the_same_each_time() -> None:
    modules = [nn.Linear(4, 3), nn.Linear(4, 3)]
    for module in modules:
        nn.init.zeros_(module.bias)
        randomize(module)
    first, second = (nn.utils.parameters_to_vector(module.parameters()) for module in modules)
    assert torch.equal(first, second)
    assert len(set(first.tolist())) == len(first)
    assert first.all()


def test_characters_are_those_of_the_vocabulary_and_the_same_each_time() -> None:
    ids = random_ids(50, 9)
    assert ids.shape == (50, 9)
    assert set(ids.flatten().tolist()) == set(range(V))
    assert torch.equal(ids, random_ids(50, 9))


def test_variants_are_of_either_kernel_with_and_without_embedding_and_conditions() -> None:
    found = set()
    for variant in VARIANTS:
        (options,) = variant.values
        assert isinstance(options, dict)
        model = LSTMContract().make(**options)
        assert not model.training
        assert {parameter.dtype for parameter in model.parameters()} == {torch.float64}
        found.add((model.kernel, model.input.embedding is None, model.num_conditions > 0))
    assert len(found) == len(VARIANTS) == 8


def test_a_model_has_the_condition_and_the_state_that_it_takes() -> None:
    contract = LSTMContract()
    assert contract.condition_of(contract.make()) is None
    condition = contract.condition_of(contract.make(num_conditions=8))
    assert condition is not None
    assert len(set(condition.tolist())) == B  # each row has another
    hidden, cell = contract.random_state(contract.make())
    assert hidden.shape == cell.shape == (L, B, H)
    assert hidden.all()
    assert not torch.equal(hidden, cell)
