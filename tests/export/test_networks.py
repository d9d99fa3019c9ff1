"""Every kind of network as ONNX gives what PyTorch gives, for any size of batch and time."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from torch import nn

from charlab.errors import ConfigError
from charlab.export.networks import Exported, graphs
from charlab.models import POOLINGS, Classifier, LanguageModel, build_model
from charlab.models.attention import ATTENTIONS
from charlab.models.encoder_decoder import EncoderDecoder
from charlab.models.recurrent import RecurrentModel
from charlab.models.tagger import Tagger

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
from charlab.export.check import TOLERANCE, require_equal

CELLS = ("vanilla", "lstm", "gru")


def body(cell: str, layers: int, embedding: int, **options: object) -> RecurrentModel:
    sizes = {"vocabulary_size": 11, "hidden_size": 7}
    sizes |= {"num_layers": layers, "embedding_size": embedding}
    return build_model(cell, **{**sizes, **options})


def networks(cell: str, layers: int, embedding: int) -> Iterator[nn.Module]:
    """All that a body of these sizes may be part of."""
    for conditions in (0, 3):
        yield LanguageModel(body(cell, layers, embedding, num_conditions=conditions))
    for both in (False, True):
        yield Tagger(body(cell, layers, embedding, bidirectional=both), 4)
        for pooling in POOLINGS:
            model = body(cell, layers, embedding, bidirectional=both)
            yield Classifier(model, 4, pooling)
        for attention in ATTENTIONS:
            encoder = body(cell, layers, embedding, bidirectional=both)
            decoder = body(cell, layers, embedding, vocabulary_size=6)
            yield EncoderDecoder(encoder, decoder, attention)


def made(network: nn.Module) -> list[Exported]:
    torch.manual_seed(0)
    for parameter in network.parameters():
        nn.init.uniform_(parameter, -0.8, 0.8)  # no bias is zero, no gate half open
    return list(graphs(network.eval()))


def equal(network: nn.Module) -> None:
    exported = made(network)
    for each in exported:
        packed = each.graph.model(each.name, {}).SerializeToString()
        assert require_equal(each, packed) <= TOLERANCE
    used = set().union(*(each.graph.used for each in exported))
    assert {id(parameter) for parameter in network.parameters()} == used


@pytest.mark.parametrize(
    "network",
    [
        LanguageModel(body("lstm", 2, 5, num_conditions=3)),
        LanguageModel(body("gru", 1, 0)),
        LanguageModel(body("gru", 1, 7, tied_embeddings=True)),
        LanguageModel(body("lstm", 2, 5, tied_embeddings=True)),
        LanguageModel(body("vanilla", 2, 5, nonlinearity="relu", kernel="reference")),
        Classifier(body("gru", 2, 5, bidirectional=True), 3, "last"),
        Classifier(body("lstm", 1, 0), 3, "mean_max"),
        Tagger(body("vanilla", 2, 5, bidirectional=True), 4),
        Tagger(body("lstm", 1, 5), 4),
        EncoderDecoder(
            body("lstm", 2, 5, bidirectional=True), body("lstm", 2, 5, vocabulary_size=6), "dot"
        ),
        EncoderDecoder(body("gru", 1, 5), body("gru", 1, 5), "additive"),
        EncoderDecoder(body("vanilla", 1, 5), body("vanilla", 1, 5), "none"),
    ],
)
def test_onnx_is_pytorch(network: nn.Module) -> None:
    equal(network)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cell", "layers", "embedding"), list(itertools.product(CELLS, (1, 3), (0, 5)))
)
def test_onnx_is_pytorch_in_all_combinations(cell: str, layers: int, embedding: int) -> None:
    for network in networks(cell, layers, embedding):
        equal(network)


def test_steps_are_there_where_a_text_can_be_read_step_by_step() -> None:
    def names(network: nn.Module) -> list[str]:
        return [each.name for each in made(network)]

    assert names(Classifier(body("gru", 1, 5), 3, "last")) == ["step", "sequence"]
    assert names(Classifier(body("gru", 1, 5), 3, "mean")) == ["sequence"]
    assert names(Tagger(body("gru", 1, 5), 3)) == ["step", "sequence"]
    assert names(Tagger(body("gru", 1, 5, bidirectional=True), 3)) == ["sequence"]


def test_what_has_no_form_is_refused() -> None:
    with pytest.raises(ConfigError, match="a Linear has no form in ONNX: format=safetensors"):
        list(graphs(nn.Linear(1, 1)))


def test_a_network_of_another_kind_has_no_graph_of_its_parent_s() -> None:
    class Doubled(LanguageModel):
        def forward(self, *arguments: Any, **rest: Any) -> Any:
            logits, state = super().forward(*arguments, **rest)
            return 2 * logits, state

    plain = LanguageModel(body("gru", 1, 3))
    assert [one.name for one in graphs(plain)] == ["step", "sequence"]
    with pytest.raises(ConfigError, match="a Doubled has no form in ONNX"):
        list(graphs(Doubled(body("gru", 1, 3))))
