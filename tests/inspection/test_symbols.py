"""Which axes of a model's parameters stand for characters or labels: told by their sizes."""

import pytest

from charlab.data.tokens.characters import CharacterVocabulary
from charlab.data.tokens.vocabulary import EOS, UNK, Vocabulary
from charlab.inspection.symbols import recurrent_axes, token_symbols
from charlab.models import build_model

LABELS = ("Irish", "Greek", "Czech")


@pytest.fixture
def vocabulary() -> Vocabulary:
    return CharacterVocabulary("abéz")


def test_marks_stand_before_the_tokens(vocabulary: Vocabulary) -> None:
    symbols = token_symbols(vocabulary)
    assert symbols.names == (EOS, UNK, "a", "b", "z", "é")  # by code point
    assert symbols.kind == "characters"
    assert token_symbols(vocabulary, "target ").kind == "target characters"


@pytest.mark.parametrize("embedding", [5, 0])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_every_axis_is_as_long_as_its_symbols(
    vocabulary: Vocabulary, embedding: int, bidirectional: bool
) -> None:
    model = build_model(
        "lstm",
        vocabulary_size=vocabulary.size,
        hidden_size=7,
        embedding_size=embedding,
        bidirectional=bidirectional,
        num_conditions=len(LABELS),
    )
    sizes = {f"body.{name}": weight.shape for name, weight in model.named_parameters()}
    axes = recurrent_axes(model, "body", vocabulary, LABELS)
    assert axes.keys() <= sizes.keys()
    for name, of_axis in axes.items():
        for axis, symbols in of_axis.items():
            assert sizes[name][axis] == len(symbols.names), name
    # no other axis is as long as the alphabet: 6 characters, 3 labels, 7 units, 5 features
    found = {
        (name, axis)
        for name, shape in sizes.items()
        for axis, size in enumerate(shape)
        if size in (vocabulary.size, len(LABELS))
    }
    assert found == {(name, axis) for name, of_axis in axes.items() for axis in of_axis}
