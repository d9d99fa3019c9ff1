"""Beam search over the targets of many texts at once.

B texts, W hypotheses of each, V target vocabulary, N hypotheses wanted.
"""

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from charlab.data.tokens.vocabulary import EOS, UNK
from charlab.decoding.model_protocol import to_cpu
from charlab.models.encoder_decoder import EncoderDecoder
from charlab.models.state import select_lanes


class Transduction(NamedTuple):
    """A target that was found.

    Attributes:
        ids: its tokens, without the end mark.
        log_probability: of the tokens and the end mark given the text, in nats.
    """

    ids: list[int]
    log_probability: float


@torch.inference_mode()
def transduce(
    network: EncoderDecoder,
    ids: Tensor,
    lengths: Tensor,
    *,
    width: int,
    count: int,
    max_length: int,
) -> list[list[Transduction]]:
    """The most probable targets of texts, as far as a beam finds them.

    Hypotheses are ranked by log-probability, not divided by their length. One that ends leaves the
    beam and takes no place in it. The unknown mark is never written.

    Args:
        network: in evaluation mode.
        ids: the texts, (B, T) int64.
        lengths: valid positions per row, (B,) int64.
        width: hypotheses of a text that are carried on, W.
        count: hypotheses of a text that are wanted, N.
        max_length: tokens of a target at most.

    Returns:
        Of each text at most N targets that ended, the best first; at least one, which is cut at
        ``max_length`` where none ended by then.
    """
    B, rows = len(ids), torch.arange(len(ids)).repeat_interleave(width)
    state, memory = network.encode(ids, lengths).select(rows.to(ids.device))
    live = torch.full((B, width), -torch.inf, dtype=torch.float64)
    live[:, 0] = 0.0  # all begin alike: one of them is enough
    written = torch.empty(B, width, 0, dtype=torch.int64)
    ended = torch.full((B, count), -torch.inf, dtype=torch.float64)
    texts = torch.zeros(B, count, 0, dtype=torch.int64)
    newest = torch.full((B * width,), EOS)
    for _ in range(max_length):
        logits, state, _ = network.step(newest.to(ids.device), state, memory)
        _, nats = to_cpu(logits)
        scores = live[:, :, None] + nats.view(B, width, -1)  # (B, W, V)
        scores[:, :, UNK] = -torch.inf
        ended, texts = _take_ended(ended, texts, scores[:, :, EOS], written)
        scores[:, :, EOS] = -torch.inf
        live, parents, tokens = _best(scores, width)  # each (B, W)
        written = torch.cat([_rows(written, parents), tokens[:, :, None]], dim=-1)
        # Going on only lowers a log-probability: those found cannot be beaten any more.
        if bool((ended[:, -1] >= live[:, 0]).all()):
            break
        lanes = (parents + torch.arange(B)[:, None] * width).flatten().to(ids.device)
        state = select_lanes(state, lanes)
        newest = tokens.flatten()
    return _results(ended, texts, live[:, 0], written[:, 0])


def transduce_greedily(
    network: EncoderDecoder, ids: Tensor, lengths: Tensor, max_length: int
) -> list[list[int]]:
    """The target of each text that takes the likeliest token each time, as of `transduce`."""
    found = transduce(network, ids, lengths, width=1, count=1, max_length=max_length)
    return [best.ids for best, *_ in found]


def alone(network: nn.Module, text: Sequence[int]) -> tuple[Tensor, Tensor]:
    """A text's ids, (1, T), and their number, (1,), where the network is."""
    device = next(network.parameters()).device
    return torch.tensor([text], device=device), torch.tensor([len(text)], device=device)


def _best(scores: Tensor, width: int) -> tuple[Tensor, Tensor, Tensor]:
    """Of each text's continuations (B, W, V) the best: scores, hypotheses they go on, tokens."""
    best, places = scores.flatten(1).topk(width)
    V = scores.shape[2]
    return best, places // V, places % V


def _results(
    ended: Tensor, texts: Tensor, live: Tensor, written: Tensor
) -> list[list[Transduction]]:
    """What ended of each text, or else the best that was written, cut.

    Args:
        ended: log-probabilities, (B, N), descending; -inf: nothing.
        texts: their tokens, (B, N, U), end marks behind them.
        live: log-probability of the best that goes on, (B,).
        written: its tokens, (B, U).
    """
    rows = (part.tolist() for part in (texts, ended, written, live))
    return [
        [
            Transduction([token for token in tokens if token != EOS], score)
            for tokens, score in zip(found, scores, strict=True)
            if score > -torch.inf
        ]
        or [Transduction(cut, score_of_cut)]
        for found, scores, cut, score_of_cut in zip(*rows, strict=True)
    ]


def _take_ended(
    ended: Tensor, texts: Tensor, ending: Tensor, written: Tensor
) -> tuple[Tensor, Tensor]:
    """The best of those that had ended and of those that end now.

    Args:
        ended: log-probabilities, (B, N), descending.
        texts: their tokens, (B, N, t), end marks behind them.
        ending: log-probability of each hypothesis with an end mark, (B, W).
        written: the hypotheses' tokens, (B, W, U).
    """
    behind = written.shape[-1] - texts.shape[-1]
    every = torch.cat([nn.functional.pad(texts, (0, behind), value=EOS), written], dim=1)
    best = torch.cat([ended, ending], dim=1).topk(ended.shape[1])
    return best.values, _rows(every, best.indices)


def _rows(values: Tensor, chosen: Tensor) -> Tensor:
    """Of each text (B, M, U) the chosen rows, (B, K)."""
    return values.gather(1, chosen[:, :, None].expand(-1, -1, values.shape[-1]))
