"""What networks are made of: every parameter is in one part, and counted once."""

from typing import Any

import pytest
from torch import nn

from charlab.inspection.unfolding import unfold
from charlab.models import build_model
from charlab.models.classifier import Classifier
from charlab.models.encoder_decoder import EncoderDecoder
from charlab.models.language_model import LanguageModel


def reader(name: str = "gru", **changes: Any) -> Any:
    sizes = {"vocabulary_size": 11, "hidden_size": 6, "num_layers": 2, "embedding_size": 4}
    return build_model(name, **{**sizes, **changes})


@pytest.mark.parametrize("name", ["vanilla", "lstm", "gru"])
@pytest.mark.parametrize("embedding_size", [0, 4])
def test_the_parts_of_a_language_model_add_up(name: str, embedding_size: int) -> None:
    network = LanguageModel(reader(name, embedding_size=embedding_size, num_conditions=3))
    found = unfold(network)
    assert found.head + sum(found.reading.parameters) == found.total
    assert found.total == sum(weight.numel() for weight in network.parameters())
    gates, D = {"vanilla": 1, "lstm": 4, "gru": 3}[name], embedding_size or 11
    first, second = (gates * 6 * (size + 6 + 2) for size in (D, 6))
    assert found.reading.parameters == (3 * D + 11 * embedding_size, first, second)
    assert (found.outputs, found.head) == (11, 11 * 7)


def test_of_both_directions_the_features_are_twice_as_many() -> None:
    found = unfold(Classifier(reader(bidirectional=True), 5, "mean_max"))
    assert (found.reading.features, found.pooled, found.outputs) == (12, 24, 5)
    assert found.head + sum(found.reading.parameters) == found.total


@pytest.mark.parametrize("attention", ["none", "dot", "additive"])
def test_an_encoder_decoder_has_two_stacks_and_what_is_between(attention: str) -> None:
    network = EncoderDecoder(
        reader(bidirectional=True), reader("lstm", vocabulary_size=9), attention
    )
    found = unfold(network)
    assert found.writing is not None
    stacks = sum(found.reading.parameters) + sum(found.writing.parameters)
    assert stacks + found.bridge + found.head == found.total
    assert found.attention == ("" if attention == "none" else attention)
    assert (found.writing.parts, found.outputs) == (("hidden", "cell"), 9)


def test_what_cannot_be_unrolled_says_so() -> None:
    with pytest.raises(ValueError, match="no recurrent model"):
        unfold(nn.Linear(2, 2))
