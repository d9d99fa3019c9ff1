"""Beam search: the most probable texts instead of random ones."""

from math import inf

import torch
from torch import Tensor

from charlab.decoding.context import Context
from charlab.decoding.ending import EndRule
from charlab.decoding.filters import Filters
from charlab.decoding.protocol import StepModel, to_cpu
from charlab.decoding.sample import Draft


def beam_search(
    model: StepModel,
    context: Context,
    *,
    width: int,
    count: int,
    length: int,
    filters: Filters,
    end_rule: EndRule,
) -> list[Draft]:
    """Keeps the ``width`` most probable beginnings at each symbol (Lowerre 1976).

    Hypotheses are ranked by log-probability, not divided by their length: what is found is the
    most probable text, and among documents that favours short ones. A hypothesis that ends leaves
    the beam and takes no place in it, so a beam as wide as there are hypotheses finds the optimum.

    Args:
        model: gives the logits.
        context: where the texts begin, a single lane.
        width: hypotheses that are carried on, W.
        count: hypotheses wanted.
        length: the most symbols of a text.
        filters: those that forbid are applied.
        end_rule: when a text ends.

    Returns:
        At most ``count`` drafts: those that ended, the best first, then those of full length.
        Fewer only if there are fewer texts.
    """
    live = [Draft([])]
    ended: list[Draft] = []
    states = filters.begin(1)
    for generated in range(length):
        scores = _scores(live, context, filters, generated, states)  # (A, V)
        ended = _best(ended + _take_ended(live, scores, end_rule), count)
        live, parents = _grow(live, scores, width)
        # Going on only lowers a log-probability: those found cannot be beaten any more.
        if not live or _decided(ended, live, count):
            break
        if generated + 1 < length:
            lanes = torch.tensor(parents)
            newest = torch.tensor([draft.ids[-1] for draft in live])
            states = None if states is None else filters.follow(states[lanes], newest)
            lanes = lanes.to(context.logits.device)
            context = context.lanes(lanes).advance(model, newest)
    return (ended + live)[:count]


def _scores(
    live: list[Draft], context: Context, filters: Filters, generated: int, states: Tensor | None
) -> Tensor:
    """Log-probability of each hypothesis with each next symbol, (A, V); -inf: not allowed."""
    _, nats = to_cpu(context.logits)
    before = torch.tensor([draft.log_probability for draft in live], dtype=torch.float64)
    return filters.allowed(before[:, None] + nats, generated, states)


def _take_ended(live: list[Draft], scores: Tensor, end_rule: EndRule) -> list[Draft]:
    """The hypotheses that end with their next symbol; they are ruled out in ``scores``."""
    ended = []
    for row, draft in enumerate(live):
        for last_id in end_rule.last_ids:
            ids = [*draft.ids, last_id]
            cut = end_rule.cut(ids, len(ids))
            score = scores[row, last_id].item()
            if cut and score > -inf:
                ended.append(Draft(ids, score, cut))
                scores[row, last_id] = -inf
    return ended


def _grow(live: list[Draft], scores: Tensor, width: int) -> tuple[list[Draft], list[int]]:
    """The best hypotheses of one more symbol, the best first, and the lanes they come from."""
    V = scores.shape[1]
    best = scores.flatten().topk(min(width, scores.numel()))
    pairs = [(s, i) for s, i in zip(best.values.tolist(), best.indices.tolist(), strict=True)]
    pairs = [(score, index) for score, index in pairs if score > -inf]
    grown = [Draft([*live[index // V].ids, index % V], score) for score, index in pairs]
    return grown, [index // V for _, index in pairs]


def _best(drafts: list[Draft], count: int) -> list[Draft]:
    return sorted(drafts, key=lambda draft: -draft.log_probability)[:count]


def _decided(ended: list[Draft], live: list[Draft], count: int) -> bool:
    return len(ended) == count and ended[-1].log_probability >= live[0].log_probability
