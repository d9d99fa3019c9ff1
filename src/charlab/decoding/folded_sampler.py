"""Drawing on a CPU from folded weights: one text in NumPy, many in PyTorch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from threadpoolctl import ThreadpoolController
from torch import Tensor

from charlab.decoding.batch_sampler import draw_hypotheses
from charlab.decoding.logits_filters import LogitsFilters
from charlab.decoding.numpy_sampler import draw_one
from charlab.decoding.prompt import Context
from charlab.decoding.random_streams import RandomStreams
from charlab.decoding.results import Hypothesis
from charlab.decoding.stopping import StoppingCriteria
from charlab.models.folded.weights import FoldedModel, FoldedReader

_SMALL = 2**21  # bytes of weights that stay in one core's cache: a second one would only wait


class _LaneReader:
    """A `FoldedReader` of several lanes; the first logits are the context's."""

    def __init__(self, folded: FoldedModel, context: Context) -> None:
        self._reader = FoldedReader(folded, context.state, context.condition)
        self.logits = context.logits

    def read(self, ids: Tensor) -> None:
        self._reader.step(ids)
        self.logits = self._reader.logits

    def keep(self, lanes: Tensor) -> None:
        self._reader.keep(lanes)


def draw_folded(
    folded: FoldedModel,
    context: Context,
    *,
    length: int,
    filters: LogitsFilters,
    stopping: StoppingCriteria,
    random_streams: RandomStreams,
    on_id: Callable[[int], None] | None = None,
) -> list[Hypothesis]:
    """Draws B samples of at most ``length`` tokens.

    Args:
        folded: the weights.
        context: where the samples begin, B lanes.
        length: the most tokens of a sample.
        filters: what may be drawn.
        stopping: when a sample ends.
        random_streams: random numbers, B streams.
        on_id: called with each id as it is drawn (B = 1 only).

    Raises:
        CheckpointError: if the model's outputs are not finite.
    """
    if len(context.logits) > 1:
        # All in PyTorch: its threads and those of NumPy's products would wait for each other.
        return draw_hypotheses(
            _LaneReader(folded, context),
            length=length,
            filters=filters,
            stopping=stopping,
            random_streams=random_streams,
        )
    with _product_threads(1 if folded.bytes_per_step < _SMALL else None):
        hypothesis = draw_one(
            FoldedReader(folded, context.state, context.condition, alone=True),
            context.logits[0].numpy(),
            length=length,
            filters=filters,
            stopping=stopping,
            random_streams=random_streams,
            on_id=on_id,
        )
    return [hypothesis]


@contextmanager
def _product_threads(count: int | None) -> Iterator[None]:
    """Limits the threads of NumPy's matrix products; None: leaves them as they are."""
    if count is None:
        yield
        return
    with ThreadpoolController().limit(limits=count, user_api="blas"):
        yield
