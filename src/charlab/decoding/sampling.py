"""Drawing many samples at once, one symbol of each per step of the model."""

from collections.abc import Callable

import torch

from charlab.decoding.chance import SampleChances, draw
from charlab.decoding.context import Context
from charlab.decoding.ending import EndRule
from charlab.decoding.filters import Filters
from charlab.decoding.protocol import StepModel, to_cpu
from charlab.decoding.sample import Draft


def draw_drafts(
    model: StepModel,
    context: Context,
    *,
    length: int,
    filters: Filters,
    end_rule: EndRule,
    chances: SampleChances,
    on_id: Callable[[int], None] | None = None,
) -> list[Draft]:
    """Draws B samples of at most ``length`` symbols.

    Samples that have ended leave the batch; the loop is over when none is left.

    Args:
        model: gives the logits.
        context: where the samples begin, B lanes.
        length: the most symbols of a sample.
        filters: what may be drawn.
        end_rule: when a sample ends.
        chances: random numbers, B streams.
        on_id: called with each id as it is drawn (of every sample: meant for B = 1).
    """
    drafts = [Draft([]) for _ in range(len(context.logits))]
    going = list(range(len(drafts)))  # lane of the model -> sample
    states = filters.begin(len(drafts))
    for generated in range(length):
        logits, all_nats = to_cpu(context.logits)  # (A, V), A samples going on
        drawn = draw(filters(logits, generated, states), chances.next()[going])  # (A,)
        nats = all_nats.gather(1, drawn[:, None]).squeeze(1)
        for sample, drawn_id, nat in zip(going, drawn.tolist(), nats.tolist(), strict=True):
            draft = drafts[sample]
            draft.ids.append(drawn_id)
            draft.log_probability += nat
            draft.cut = end_rule.cut(draft.ids)
            if on_id is not None:
                on_id(drawn_id)
        stay = [lane for lane, sample in enumerate(going) if not drafts[sample].cut]
        if not stay or generated + 1 == length:
            break
        if len(stay) < len(going):
            going = [going[lane] for lane in stay]
            lanes = torch.tensor(stay)
            drawn = drawn[lanes]
            states = None if states is None else states[lanes]
            context = context.lanes(lanes.to(context.logits.device))
        states = filters.follow(states, drawn)
        context = advance(model, context, drawn)
    return drafts


def advance(model: StepModel, context: Context, ids: torch.Tensor) -> Context:
    """The context after one more symbol per lane, (B,)."""
    ids = ids.to(context.logits.device)
    logits, state = model.step(ids, context.state, condition=context.condition)
    return Context(logits, state, context.condition)
