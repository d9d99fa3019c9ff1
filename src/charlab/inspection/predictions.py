"""How well a language model predicts each token of a text, and what it would have said instead."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from charlab.data.batches.batch import IGNORE, Batch
from charlab.data.tokens.ragged import EncodedSplit, flat_offsets
from charlab.data.tokens.vocabulary import EOS, Vocabulary
from charlab.decoding.model_protocol import StepModel, decoding, to_cpu
from charlab.decoding.prompt import read_chunks
from charlab.inspection.activations import looking
from charlab.models.state import State, carried_state

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

WARM_UP = 200  # tokens of a stream that are read before the first that is looked at


@dataclass(frozen=True)
class Predicted:
    """The predictions of T tokens of a text.

    Attributes:
        ids: what came, (T,); an end mark last where the text is a document.
        bits: what each cost, (T,): minus the base-2 logarithm of its probability.
        likeliest: the K likeliest at each place, the likeliest first, (T, K).
        probabilities: theirs, (T, K).
        condition: the label that was read with it; None without.
    """

    ids: Ints
    bits: Floats
    likeliest: Ints
    probabilities: Floats
    condition: int | None = None


@dataclass(frozen=True)
class Excerpt:
    """Tokens to look at.

    Attributes:
        before: what is read first, (n,), at least one token: a mark, or the text before.
        ids: what is predicted, (T,).
        condition: the label; None without.
    """

    before: Ints
    ids: Ints
    condition: int | None = None


def predict_excerpt(model: StepModel, excerpt: Excerpt, *, most: int = 5) -> Predicted:
    """Has a language model predict each token of an excerpt.

    Args:
        model: a language model.
        excerpt: what is to be predicted.
        most: K, how many of the likeliest are kept.

    Raises:
        CheckpointError: if the model's outputs are not finite.
    """
    ids = np.concatenate([excerpt.before, excerpt.ids])
    with decoding(model):
        lane = _lanes(model, None if excerpt.condition is None else [excerpt.condition])
        logits = torch.cat([logits[0] for logits, _ in read_chunks(model, ids[:-1], lane)])
    nats = to_cpu(logits[len(excerpt.before) - 1 :])[1]  # (T, V)
    top = nats.topk(min(most, nats.shape[-1]), dim=-1)
    truth = nats.gather(1, torch.from_numpy(excerpt.ids)[:, None]).squeeze(1)
    return Predicted(
        excerpt.ids,
        -truth.numpy() / np.log(2),
        top.indices.numpy(),
        top.values.exp().numpy(),
        excerpt.condition,
    )


def likeliest_condition(model: StepModel, ids: Ints, conditions: int) -> int:
    """The label under which a document, (n,) with its marks, is most probable.

    Args:
        conditions: how many labels there are.
    """
    targets = torch.from_numpy(ids[1:])
    with decoding(model):
        lanes = _lanes(model, range(conditions))
        pieces = [logits for logits, _ in read_chunks(model, ids[:-1], lanes, conditions)]
        nats = to_cpu(torch.cat(pieces, dim=1))[1]  # (C, T, V)
    each = nats.gather(2, targets.expand(conditions, -1)[..., None])
    return int(each.sum(dim=(1, 2)).argmax())


def _lanes(model: StepModel, conditions: Iterable[int] | None) -> Tensor | None:
    if conditions is None:
        return None
    return torch.tensor(list(conditions), device=model.init_state(1)[0].device)


def first_tokens(encoded: EncodedSplit, most: int) -> EncodedSplit:
    """The beginning of a split: whole documents, and of a long one a part."""
    if encoded.characters <= most:
        return encoded
    whole = int(np.searchsorted(encoded.offsets, most, side="right")) - 1  # documents
    if whole and encoded.offsets[whole] >= most // 2:
        offsets = encoded.offsets[: whole + 1]
    else:
        offsets = np.append(encoded.offsets[: whole + 1], most)
    end = int(offsets[-1])
    labels = None if encoded.labels is None else encoded.labels[: len(offsets) - 1]
    return EncodedSplit(encoded.ids[:end], offsets, labels)


@torch.no_grad()
def token_bits(network: nn.Module, encoded: EncodedSplit, batches: Iterable[Batch]) -> Floats:
    """What each token of a split costs a language model in bits, (N,).

    The first token of each piece of a stream is given: NaN. End marks are left out. The batches are
    those that metrics are measured with, so that the figures add up to the split's loss.

    Args:
        network: the language model.
        encoded: the split.
        batches: its evaluation's.
    """
    bits = np.full(encoded.characters, np.nan)
    with looking(network):
        windows = list(_batch_bits(network, batches))
    if any(is_rows for *_, is_rows in windows):
        order = np.argsort(encoded.lengths, kind="stable")
        rows = [row for values, _, _ in windows for row in values]
        for document, row in zip(order.tolist(), rows, strict=True):
            begin, end = encoded.offsets[document : document + 2].tolist()
            bits[begin:end] = row[: end - begin]
        return bits
    lanes = zip(*(zip(values, kept, strict=True) for values, kept, _ in windows), strict=True)
    predicted = [values[kept] for lane in lanes for values, kept in lane]
    is_first = np.zeros(encoded.characters + 1, dtype=np.bool_)
    is_first[encoded.offsets] = True
    bits[~is_first[:-1]] = np.concatenate(predicted)
    return bits


def _batch_bits(
    network: nn.Module, batches: Iterable[Batch]
) -> Iterable[tuple[Floats, npt.NDArray[np.bool_], bool]]:
    """Of each batch its bits (B, T), which of them count (B, T), and whether rows are documents."""
    state: State | None = None
    for batch in batches:
        state = carried_state(state, batch.fresh)
        logits, state = network(batch.ids, state, condition=batch.labels)
        losses = F.cross_entropy(
            logits.flatten(0, 1), batch.targets.flatten(), ignore_index=IGNORE, reduction="none"
        )
        bits = losses.view(batch.targets.shape).cpu().double().numpy() / np.log(2)
        yield bits, (batch.targets != IGNORE).cpu().numpy(), batch.lengths is not None


def characters_of(
    vocabulary: Vocabulary, ids: Sequence[int], values: Floats
) -> tuple[list[str], Floats]:
    """A text cut into what can be shown, and the sum of each piece's values.

    A piece is a token, of bytes a whole character; an end mark is "".

    Args:
        vocabulary: of the ids.
        ids: T tokens.
        values: what is added up, (T,).
    """
    pieces, begins, begin = [], [], 0
    for end in range(1, len(ids) + 1):
        own = ids[begin:end]
        if vocabulary.whole(own) == len(own) or end == len(ids):
            pieces.append(vocabulary.decode(own))
            begins.append(begin)
            begin = end
    return pieces, np.add.reduceat(values, begins) if begins else np.zeros(0)


def excerpts_of_documents(
    encoded: EncodedSplit, documents: Sequence[int], *, conditional: bool, most: int
) -> list[Excerpt]:
    """Documents of a split from mark to mark, each of at most so many tokens.

    Args:
        documents: their numbers.
        conditional: whether the label is read with them.
    """
    found = []
    for document in documents:
        begin, end = encoded.offsets[document : document + 2].tolist()
        ids = encoded.ids[begin : min(end, begin + most)].astype(np.int64)
        ids = np.append(ids, EOS) if end - begin <= most else ids
        label = (
            int(encoded.labels[document]) if conditional and encoded.labels is not None else None
        )
        found.append(Excerpt(np.array([EOS]), ids, label))
    return found


def excerpt_of_stream(
    encoded: EncodedSplit, most: int, seed: int, after: int | None = None
) -> Excerpt:
    """A stretch of a stream from a place drawn at random, read with what stands before it.

    Args:
        most: tokens of it.
        seed: decides the place.
        after: the token that it begins after, if one follows soon: the end of a line.
    """
    ids = encoded.ids
    latest = max(1, len(ids) - most)
    begin = int(np.random.default_rng(seed).integers(1, latest + 1)) if latest > 1 else 1
    ends = np.flatnonzero(ids[begin : begin + WARM_UP] == after)
    begin += int(ends[0]) + 1 if after is not None and len(ends) else 0
    begin = min(begin, len(ids) - 1)
    document = int(np.searchsorted(encoded.offsets, begin, side="right")) - 1
    first = max(int(encoded.offsets[document]), begin - WARM_UP)
    begin = max(begin, first + 1)
    end = min(int(encoded.offsets[document + 1]), begin + most)
    return Excerpt(ids[first:begin].astype(np.int64), ids[begin:end].astype(np.int64))


def lines_of(text: str) -> list[str]:
    """The lines of a user's text that are not blank, parted by newlines alone, as in a file."""
    return [line for line in re.split(r"\r\n?|\n", text) if line.strip()]


def encoded_lines(vocabulary: Vocabulary, lines: Sequence[str]) -> EncodedSplit:
    """Texts as a split of documents, without labels."""
    encoded = [vocabulary.encode(text) for text in lines]
    flat: Any = np.concatenate([np.empty(0, np.int64), *encoded]).astype(np.uint32)
    return EncodedSplit(flat, flat_offsets([len(ids) for ids in encoded]), None)
