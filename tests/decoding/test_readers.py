"""Lanes that read tokens, against the model that reads the whole text at once."""

import pytest
import torch
from torch import Tensor

from charlab.decoding.model_protocol import decoding
from charlab.decoding.prompt import read_context
from charlab.decoding.readers import FoldedLanes, ModelReader, Reader
from charlab.models import LanguageModel, build_model
from charlab.models.folded.weights import FoldedModel

PROMPT = torch.tensor([0, 4, 2])
CONDITIONS = [1, 0, 2]
DRAWN = torch.tensor(
    [[3, 5, 2], [2, 2, 4], [5, 3, 3], [4, 4, 2]]
)  # a token each lane, step by step


def language_model(cell: str) -> LanguageModel:
    torch.manual_seed(1)
    recurrent = build_model(
        cell, vocabulary_size=6, hidden_size=5, num_layers=2, num_conditions=3, embedding_size=4
    )
    return LanguageModel(recurrent)


def expected(model: LanguageModel, tokens: list[Tensor], lane: int) -> Tensor:
    """The logits after all that a lane has read."""
    ids = torch.cat([PROMPT, *(each[None] for each in tokens)])[None]
    logits, _ = model.forward(ids, condition=torch.tensor([CONDITIONS[lane]]))
    return logits[0, -1]


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("cell", ["vanilla", "lstm", "gru"])
def test_each_lane_reads_its_own_tokens(cell: str, folded: bool) -> None:
    model = language_model(cell)
    with decoding(model):
        context = read_context(model, PROMPT.numpy(), CONDITIONS)
        reader: Reader = (
            FoldedLanes(FoldedModel(model), context) if folded else ModelReader(model, context)
        )
        read: list[list[Tensor]] = [[], [], []]
        lanes = [0, 1, 2]
        for step, ids in enumerate(DRAWN):
            wanted = torch.stack([expected(model, read[i], lanes[i]) for i in range(len(lanes))])
            torch.testing.assert_close(reader.logits, wanted, rtol=1e-4, atol=1e-5)
            if step == 2:  # from here on in another order, and one of them twice
                kept = [2, 0, 2]
                reader.keep(torch.tensor(kept))
                lanes, read = [lanes[i] for i in kept], [[*read[i]] for i in kept]
            if step == 3:
                reader.keep(torch.tensor([1]))
                lanes, read, ids = lanes[1:2], read[1:2], ids[:1]
            reader.read(ids)
            for lane, token in zip(read, ids, strict=True):
                lane.append(token)
        (wanted,) = (expected(model, read[0], lanes[0]),)
        assert lanes == [0]
        torch.testing.assert_close(reader.logits, wanted[None], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("folded", [False, True])
def test_what_another_reader_reads_changes_nothing(folded: bool) -> None:
    model = language_model("lstm")
    with decoding(model):
        context = read_context(model, PROMPT.numpy(), CONDITIONS)
        weights = FoldedModel(model)

        def reader() -> Reader:
            return FoldedLanes(weights, context) if folded else ModelReader(model, context)

        first, second = reader(), reader()
        before = second.logits.clone()
        for ids in DRAWN:
            first.read(ids)
        assert torch.equal(second.logits, before)
        second.read(DRAWN[0])
        wanted = expected(model, [DRAWN[0][0]], 0)
        torch.testing.assert_close(second.logits[0], wanted, rtol=1e-4, atol=1e-5)
