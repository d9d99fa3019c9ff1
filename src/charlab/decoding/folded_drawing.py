"""Drawing on a CPU from folded weights: one text, or lanes that threads share."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise

import numpy as np
import torch
from threadpoolctl import ThreadpoolController
from torch import Tensor

from charlab.decoding.chance import SampleChances
from charlab.decoding.context import Context
from charlab.decoding.ending import EndRule
from charlab.decoding.filters import Filters
from charlab.decoding.one_lane import draw_one
from charlab.decoding.sample import Draft
from charlab.decoding.sampling import draw_drafts
from charlab.models.folded import FoldedModel, FoldedReader

_SMALL = 2**21  # bytes of weights that stay in one core's cache: a second one would only wait
_SHARE = 32  # lanes that are worth a thread of their own


class _LaneReader:
    """A `FoldedReader` of several lanes as tensors; the first logits are the context's."""

    def __init__(self, folded: FoldedModel, context: Context) -> None:
        self._reader = FoldedReader(folded, context.state, context.condition)
        self.logits = context.logits

    def read(self, ids: Tensor) -> None:
        self._reader.step(ids.numpy() if len(ids) > 1 else int(ids))  # one lane has no axis
        self.logits = torch.from_numpy(self._reader.logits).view(len(ids), -1)

    def keep(self, lanes: Tensor) -> None:
        self._reader.keep(lanes.numpy())


def draw_folded(
    folded: FoldedModel,
    context: Context,
    *,
    length: int,
    filters: Filters,
    end_rule: EndRule,
    chances: Callable[[slice], SampleChances],
    on_id: Callable[[int], None] | None = None,
) -> list[Draft]:
    """Draws B samples of at most ``length`` symbols.

    Samples know nothing of each other, so they are shared out to threads: nothing in a step is
    then left to a single core.

    Args:
        folded: the weights.
        context: where the samples begin, B lanes.
        length: the most symbols of a sample.
        filters: what may be drawn.
        end_rule: when a sample ends.
        chances: gives the random numbers of a part of the lanes.
        on_id: called with each id as it is drawn (B = 1 only).

    Raises:
        CheckpointError: if the model's outputs are not finite.
    """
    lanes = len(context.logits)
    if lanes == 1:
        with _blas_threads(1 if folded.bytes_per_step < _SMALL else None):
            reader = FoldedReader(folded, context.state, context.condition)
            draft = draw_one(
                reader,
                context.logits[0].numpy(),
                length=length,
                filters=filters,
                end_rule=end_rule,
                chances=chances(slice(0, 1)),
                on_id=on_id,
            )
        return [draft]

    def draw_part(part: slice) -> list[Draft]:
        with torch.inference_mode():  # holds for the thread that asks for it alone
            index = torch.arange(lanes)[part]
            return draw_drafts(
                _LaneReader(folded, context.lanes(index)),
                length=length,
                filters=filters,
                end_rule=end_rule,
                chances=chances(part),
            )

    parts = _parts(lanes)
    if len(parts) == 1:
        return draw_part(parts[0])
    with _blas_threads(1), ThreadPoolExecutor(len(parts)) as pool:
        return [draft for drafts in pool.map(draw_part, parts) for draft in drafts]


def _parts(lanes: int) -> Sequence[slice]:
    """The lanes in as many nearly equal parts as there are threads to keep busy."""
    count = max(1, min(torch.get_num_threads(), lanes // _SHARE))
    bounds = np.linspace(0, lanes, count + 1).astype(int).tolist()
    return [slice(begin, end) for begin, end in pairwise(bounds)]


@contextmanager
def _blas_threads(count: int | None) -> Iterator[None]:
    """Limits the threads of NumPy's matrix products; None: leaves them as they are."""
    if count is None:
        yield
        return
    with ThreadpoolController().limit(limits=count, user_api="blas"):
        yield
