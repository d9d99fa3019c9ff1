"""Drawing many samples at once, one token of each per step of the model.

B samples, A of them still going on, V vocabulary size.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from charlab.decoding.logits_filters import LogitsFilters
from charlab.decoding.model_protocol import on_host, refuse_diverged
from charlab.decoding.random_streams import RandomStreams, draw
from charlab.decoding.readers import Reader
from charlab.decoding.results import Hypothesis
from charlab.decoding.stopping import StoppingCriteria

_DEVICE_STEPS = 16  # tokens drawn on a device before the host looks at them


def draw_hypotheses(
    reader: Reader,
    filters: LogitsFilters,
    stopping: StoppingCriteria,
    random_streams: RandomStreams,
    on_id: Callable[[int], None] | None = None,
    steps: int | None = None,
) -> list[Hypothesis]:
    """Draws B samples.

    Samples that have ended leave the batch; the loop is over when none is left. On a device other
    than the CPU several tokens are drawn before the host looks at them, so that it waits for the
    device once in a while and not for each token; what a sample drew beyond its end is dropped.

    Args:
        reader: gives the logits, B lanes.
        filters: what may be drawn.
        stopping: when a sample ends.
        random_streams: random numbers, B streams.
        on_id: called with each id of the first sample (meant for B = 1).
        steps: tokens between the host's looks; None: 1 on the CPU, 16 elsewhere.

    Raises:
        CheckpointError: if the model's outputs are not finite.
        ValueError: if the filters leave nothing to draw.
    """
    device = on_host(reader.logits).device
    rows = _SampleRows(len(reader.logits), stopping, on_id)
    lanes = _Lanes(reader, filters.to(device))
    steps = steps or (1 if device.type == "cpu" else _DEVICE_STEPS)
    while (block := min(steps, stopping.length - lanes.generated)) > 0 and len(rows.going):
        uniform = torch.from_numpy(random_streams.take(block)[:, rows.going]).to(device)  # (K, A)
        drawn = [lanes.draw(chance) for chance in uniform]
        ids, nats, unfit = map(_to_host, zip(*drawn, strict=True))
        stay = rows.add(ids, nats, unfit)
        if 0 < len(stay) < ids.shape[1]:
            lanes.keep(torch.from_numpy(stay).to(device))
    return rows.hypotheses()


def _to_host(steps: Sequence[Tensor]) -> NDArray[Any]:
    """What lanes drew in K steps, (K, A)."""
    rows = steps[0][None] if len(steps) == 1 else torch.stack(list(steps))
    found: NDArray[Any] = rows.cpu().numpy()
    return found


class _Lanes:
    """Lanes that draw: a token in each, which is read when the next one is asked for.

    Attributes:
        generated: tokens that each has drawn.
    """

    def __init__(self, reader: Reader, filters: LogitsFilters) -> None:
        self.generated = 0
        self._reader = reader
        self._filters = filters
        self._states = filters.begin(len(reader.logits))
        self._last: Tensor | None = None

    def draw(self, chance: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """An id for each lane, its log-probability in nats, and whether it is none, (A,) each.

        Args:
            chance: uniform numbers in [0, 1), (A,).
        """
        if self._last is not None:
            self._reader.read(self._last)
            self._states = self._filters.follow(self._states, self._last)
        logits = on_host(self._reader.logits).double()
        ids, unfit = draw(self._filters(logits, self.generated, self._states), chance)
        nats = logits.gather(1, ids[:, None]).squeeze(1) - logits.logsumexp(dim=-1)
        self._last = ids
        self.generated += 1
        return ids, nats, unfit

    def keep(self, lanes: Tensor) -> None:
        """Goes on with these lanes alone."""
        if self._last is not None:
            self._last = self._last[lanes]
        self._states = None if self._states is None else self._states[lanes]
        self._reader.keep(lanes.to(self._reader.logits.device))


class _SampleRows:
    """What each sample has drawn; knows which go on.

    Attributes:
        going: the numbers of the samples that go on, (A,).
    """

    def __init__(
        self, samples: int, stopping: StoppingCriteria, on_id: Callable[[int], None] | None
    ) -> None:
        self.going = np.arange(samples)
        self._on_id = on_id
        self._rule = stopping
        self._rows: list[NDArray[np.int32]] = []  # (B,) for each step
        self._nats = np.zeros(samples)
        self._lengths = np.zeros(samples, np.int64)
        self._cuts = np.zeros(samples, np.int64)
        self._ends = frozenset(stopping.last_ids)

    def add(
        self,
        ids: NDArray[np.int64],
        nats: NDArray[np.float64],
        unfit: NDArray[np.bool_],
    ) -> NDArray[np.int64]:
        """Takes what the lanes drew in some steps, (K, A) each; gives the lanes that go on."""
        stays = np.ones(len(self.going), dtype=bool)
        for step_ids, step_nats, step_unfit in zip(ids, nats, unfit, strict=True):
            on = self.going
            if not stays.all():
                on, step_nats, step_unfit = on[stays], step_nats[stays], step_unfit[stays]
            refuse_diverged(math.isnan(step_nats.sum()))
            if step_unfit.any():
                raise ValueError("the filters leave no symbol to draw")
            row = np.zeros(len(self._nats), np.int32)
            row[self.going] = step_ids
            self._rows.append(row)
            self._nats[on] += step_nats
            self._lengths[on] += 1
            if self._on_id is not None and stays[0]:
                self._on_id(int(step_ids[0]))
            self._end_some(step_ids, stays)
            if not stays.any():
                break
        if stays.all():
            return np.arange(len(stays))
        self.going = self.going[stays]
        return np.flatnonzero(stays)

    def _end_some(self, ids: NDArray[np.int64], stays: NDArray[np.bool_]) -> None:
        """Takes the lanes out of ``stays`` whose samples end with these ids, (A,)."""
        for end in self._ends:
            for lane in np.flatnonzero(stays & (ids == end)).tolist():
                sample = int(self.going[lane])
                self._cuts[sample] = self._cut(sample)
                stays[lane] = not self._cuts[sample]

    def hypotheses(self) -> list[Hypothesis]:
        """The samples."""
        drawn = np.stack(self._rows, axis=1)  # (B, T)
        parts = zip(drawn, self._lengths, self._nats, self._cuts, strict=True)
        return [Hypothesis(row[:n].tolist(), float(nats), int(cut)) for row, n, nats, cut in parts]

    def _cut(self, sample: int) -> int:
        drawn = int(self._lengths[sample])
        last = [int(row[sample]) for row in self._rows[-min(drawn, self._rule.reach) :]]
        return self._rule.cut(last, drawn)
