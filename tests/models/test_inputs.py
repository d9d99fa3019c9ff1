"""What a recurrence reads, by looking up each character by hand."""

import itertools
import re

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from charlab.models.inputs import CharacterInput, require_at_least

V, D, C, N = 7, 5, 3, 4
IDS = torch.tensor([[0, 6, 6], [2, 0, 5]])
CONDITION = torch.tensor([2, 0])
KINDS = list(itertools.product((0, D), (0, C)))  # one-hot or embedded, without or by condition


def made(embedding_size: int, conditions: int, **options: bool | float) -> CharacterInput:
    torch.manual_seed(0)
    return CharacterInput(V, embedding_size, conditions, **options).double()  # type: ignore[arg-type]


def by_hand(inputs: CharacterInput, character: int, condition: int | None) -> Tensor:
    """One character's vector (D,)."""
    table = torch.eye(V).double() if inputs.embedding is None else inputs.embedding.weight
    if condition is None or inputs.conditions is None:
        return table[character]
    return table[character] + inputs.conditions.weight[condition]


@pytest.mark.parametrize(("embedding_size", "conditions"), KINDS)
def test_inputs_are_the_characters_vector_and_the_conditions(
    embedding_size: int, conditions: int
) -> None:
    inputs = made(embedding_size, conditions)
    condition = CONDITION if conditions else None
    x = inputs(IDS, condition, torch.zeros((), dtype=torch.float64))
    assert x.shape == (2, 3, inputs.size)
    assert inputs.size == (embedding_size or V)
    for row, t in itertools.product(range(2), range(3)):
        label = int(CONDITION[row]) if conditions else None
        assert_close(x[row, t], by_hand(inputs, int(IDS[row, t]), label))


@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize(("embedding_size", "conditions"), KINDS)
def test_a_product_is_the_input_times_the_matrix_and_nothing_is_dropped(
    embedding_size: int, conditions: int, biased: bool
) -> None:
    inputs = made(embedding_size, conditions, dropout=0.9).train()
    condition = CONDITION if conditions else None
    weight = torch.randn(N, inputs.size, dtype=torch.float64)
    bias = torch.randn(N, dtype=torch.float64) if biased else None
    found = inputs.product(IDS[:, 1], condition, weight, bias)
    for row in range(2):
        label = int(CONDITION[row]) if conditions else None
        expected = weight @ by_hand(inputs, int(IDS[row, 1]), label)
        assert_close(found[row], expected if bias is None else expected + bias)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_one_hot_input_is_of_the_wanted_type(dtype: torch.dtype) -> None:
    inputs = CharacterInput(V, 0, 0)
    x = inputs(IDS, None, torch.zeros((), dtype=dtype))
    assert x.dtype == dtype
    assert x.argmax(-1).equal(IDS)
    assert x.sum() == IDS.numel()
    assert inputs(IDS[:, :0], None, x).shape == (2, 0, V)


@pytest.mark.parametrize(
    ("embedding_size", "tied", "length"), [(16, True, 1.0), (16, False, 4.0), (0, False, 1.0)]
)
def test_vectors_start_about_as_long_as_they_say(
    embedding_size: int, tied: bool, length: float
) -> None:
    torch.manual_seed(0)
    inputs = CharacterInput(900, embedding_size, 900, tied=tied)
    assert inputs.unit_length == (length == 1.0)
    for table in (inputs.embedding, inputs.conditions):
        if table is not None:
            found = table.weight.detach().norm(dim=1).square().mean().sqrt()
            assert found.item() == pytest.approx(length, rel=0.03)


def test_one_hot_input_cannot_be_tied() -> None:
    message = "tied_embeddings needs a learned embedding, got embedding_size=0"
    with pytest.raises(ValueError, match=message):
        CharacterInput(V, 0, 0, tied=True)


def test_a_condition_is_missing_or_not_expected() -> None:
    weight = torch.zeros(N, D)
    with pytest.raises(ValueError, match=re.escape("the model needs a condition in [0, 3)")):
        CharacterInput(V, D, C).product(IDS[:, 0], None, weight, None)
    with pytest.raises(ValueError, match="but the model has num_conditions=0"):
        CharacterInput(V, D, 0).product(IDS[:, 0], CONDITION, weight, None)


def test_the_first_size_that_is_too_small_is_named() -> None:
    require_at_least(1, vocabulary_size=1, hidden_size=9)
    require_at_least(0)
    with pytest.raises(ValueError, match="hidden_size must be at least 1, got 0"):
        require_at_least(1, vocabulary_size=1, hidden_size=0, num_layers=-1)
