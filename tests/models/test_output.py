"""Tied embeddings: one matrix reads and writes."""

import copy

import pytest
import torch
from torch.testing import assert_close

from charlab.models import LanguageModel, build_model
from charlab.models.encoder_decoder import EncoderDecoder
from charlab.models.folded.weights import FoldedModel, FoldedReader, can_fold
from charlab.models.output import TiedOutput

V, H = 7, 6
IDS = torch.randint(V, (3, 5), generator=torch.Generator().manual_seed(1))


def tied(size, **options):
    torch.manual_seed(0)
    return LanguageModel(
        build_model(
            "lstm",
            vocabulary_size=V,
            hidden_size=H,
            embedding_size=size,
            tied_embeddings=True,
            **options,
        )
    )


@pytest.mark.parametrize("size", [H, 4])
def test_logits_are_products_with_the_embedding(size):
    model = tied(size).double()
    torch.nn.init.normal_(model.decoder.bias)
    features, _ = model.recurrent(IDS)
    embedding, bias = model.recurrent.input.embedding.weight, model.decoder.bias
    projection = None if size == H else model.decoder.projection.weight
    expected = (features if projection is None else features @ projection.T) @ embedding.T + bias
    assert_close(model(IDS)[0], expected)
    assert_close(features @ model.decoder.weight.T + bias, expected)


@pytest.mark.parametrize("size", [H, 4])
def test_the_embedding_is_stored_once_and_learns_from_both(size):
    model = tied(size)
    plain = LanguageModel(
        build_model("lstm", vocabulary_size=V, hidden_size=H, embedding_size=size)
    )
    saved = V * H - (0 if size == H else size * H)
    count = [sum(p.numel() for p in m.parameters()) for m in (plain, model)]
    assert count[0] - count[1] == saved
    assert "decoder.weight" not in model.state_dict()
    model.decoder(torch.randn(2, H)).sum().backward()  # written with, not read
    assert model.recurrent.input.embedding.weight.grad.any()


def test_copies_and_loaded_weights_stay_tied():
    model = tied(H)
    with torch.device("meta"):
        empty = tied(H)
    empty.load_state_dict(copy.deepcopy(model.state_dict()), assign=True)
    for other in (copy.deepcopy(model), empty):
        assert_close(other(IDS), model(IDS))
        with torch.no_grad():
            other.recurrent.input.embedding.weight.zero_()
        assert not other(IDS)[0].any()
    assert model(IDS)[0].any()


def test_starts_near_the_uniform_distribution():
    logits, _ = tied(H)(IDS)
    assert logits.abs().max() < 1
    size = tied(H).recurrent.input.embedding.weight.norm(dim=1).mean()
    assert 0.5 < size < 1.5


@pytest.mark.parametrize("size", [H, 4])
@torch.no_grad()
def test_folded_weights_follow(size):
    model = tied(size, num_layers=2).eval()
    assert can_fold(model)
    whole, _ = model(IDS)
    reader = FoldedReader(FoldedModel(model), model.init_state(3), None)
    for t, ids in enumerate(IDS.T):
        reader.step(ids)
        assert_close(reader.logits, whole[:, t], atol=1e-5, rtol=0)


def test_a_decoder_may_be_tied():
    options = {"vocabulary_size": V, "hidden_size": H, "embedding_size": 4}
    decoder = build_model("gru", tied_embeddings=True, **options)
    network = EncoderDecoder(build_model("gru", **options), decoder)
    assert isinstance(network.output, TiedOutput)
    assert network(IDS, torch.tensor([5, 5, 5]), IDS).shape == (3, 5, V)
