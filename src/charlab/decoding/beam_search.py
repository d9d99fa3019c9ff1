"""Beam search: the most probable texts instead of random ones."""

from math import inf

import torch
from torch import Tensor

from charlab.decoding.logits_filters import LogitsFilters
from charlab.decoding.model_protocol import to_cpu
from charlab.decoding.readers import ModelReader
from charlab.decoding.results import Hypothesis
from charlab.decoding.stopping import StoppingCriteria


def beam_search(
    reader: ModelReader,
    filters: LogitsFilters,
    stopping: StoppingCriteria,
    *,
    width: int,
    count: int,
) -> list[Hypothesis]:
    """Keeps the ``width`` most probable beginnings at each token (Lowerre 1976).

    Hypotheses are ranked by log-probability, not divided by their length: what is found is the
    most probable text, and among documents that favours short ones. A hypothesis that ends leaves
    the beam and takes no place in it, so a beam as wide as there are hypotheses finds the optimum.

    Args:
        reader: gives the logits; it stands where the texts begin, a single lane.
        filters: those that forbid are applied.
        stopping: when a text ends.
        width: hypotheses that are carried on, W.
        count: hypotheses wanted.

    Returns:
        At most ``count`` hypotheses: those that ended, the best first, then those of full length.
        Fewer only if there are fewer texts.
    """
    live = [Hypothesis([])]
    ended: list[Hypothesis] = []
    states = filters.begin(1)
    for generated in range(stopping.length):
        _, nats = to_cpu(reader.logits)
        before = torch.tensor([h.log_probability for h in live], dtype=torch.float64)
        # Log-probability of each hypothesis with each next token, (A, V); -inf: not allowed.
        scores = filters.allowed(before[:, None] + nats, generated, states)
        ended = _best(ended + _take_ended(live, scores, stopping), count)
        live, parents = _grow(live, scores, width)
        # Going on only lowers a log-probability: those found cannot be beaten any more.
        if not live or _decided(ended, live, count):
            break
        if generated + 1 < stopping.length:
            lanes = torch.tensor(parents)
            newest = torch.tensor([hypothesis.ids[-1] for hypothesis in live])
            states = None if states is None else filters.follow(states[lanes], newest)
            reader.keep(lanes.to(reader.logits.device))
            reader.read(newest)
    return (ended + live)[:count]


def _take_ended(
    live: list[Hypothesis], scores: Tensor, stopping: StoppingCriteria
) -> list[Hypothesis]:
    """The hypotheses that end with their next token; they are ruled out in ``scores``."""
    ended = []
    for row, hypothesis in enumerate(live):
        for last_id in stopping.last_ids:
            ids = [*hypothesis.ids, last_id]
            cut = stopping.cut(ids, len(ids))
            score = scores[row, last_id].item()
            if cut and score > -inf:
                ended.append(Hypothesis(ids, score, cut))
                scores[row, last_id] = -inf
    return ended


def _grow(live: list[Hypothesis], scores: Tensor, width: int) -> tuple[list[Hypothesis], list[int]]:
    """The best hypotheses of one more token, the best first, and the lanes they come from."""
    V = scores.shape[1]
    best = scores.flatten().topk(min(width, scores.numel()))
    ranked = zip(best.values.tolist(), best.indices.tolist(), strict=True)
    pairs = [(score, index) for score, index in ranked if score > -inf]
    grown = [Hypothesis([*live[index // V].ids, index % V], score) for score, index in pairs]
    return grown, [index // V for _, index in pairs]


def _best(hypotheses: list[Hypothesis], count: int) -> list[Hypothesis]:
    return sorted(hypotheses, key=lambda hypothesis: -hypothesis.log_probability)[:count]


def _decided(ended: list[Hypothesis], live: list[Hypothesis], count: int) -> bool:
    return len(ended) == count and ended[-1].log_probability >= live[0].log_probability
