"""Which units follow which readable property of the text, found on one half, told of the other.

Karpathy et al. 2015 ("Visualizing and understanding recurrent networks", arXiv:1506.02078) found
such units by eye: one that is on inside quotes, one that counts the characters of a line.

N tokens, U units of a layer's part, P properties.
"""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from charlab.data.tokens.ragged import EncodedSplit
from charlab.data.tokens.vocabulary import Vocabulary
from charlab.inspection.activations import (
    Activations,
    Reading,
    Sample,
    Unit,
    read_activations,
    sample_places,
)
from charlab.inspection.position_table import PropertyTable, property_table

BUDGET = 100_000  # tokens that are looked at
_GROUPS = 10  # of each half, for the interval
_BLOCK = 1_024  # tokens of a stream that stay together in a group
_RARE = 30  # tokens of either answer that a yes-or-no property needs in each half

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Followed:
    """A unit and a property that it follows.

    Attributes:
        name: the property of the text ("inside quotes").
        kind: "point-biserial" of a property that is yes or no, "Pearson" of a number; the same
            formula either way.
        layer, part, unit: which number inside the network, as of `Unit`.
        correlation: on the half of the tokens that it was not chosen by, from -1 to 1.
        low, high: a 95% interval, by a jackknife over groups of documents or stretches of text
            (neighbouring tokens are alike); nan where there are too few groups.
        tokens: that the correlation is of.
        chosen_by: the correlation on the other half, by which the unit was chosen.
    """

    name: str
    kind: str
    layer: int
    part: str
    unit: int
    correlation: float
    low: float
    high: float
    tokens: int
    chosen_by: float

    @property
    def where(self) -> Unit:
        """The unit's place in the network."""
        return Unit(self.layer, self.part, self.unit)

    def record(self) -> dict[str, Any]:
        """The same as a JSON object's members; None for nan."""
        values = dataclasses.asdict(self)
        return {
            key: None if isinstance(value, float) and math.isnan(value) else value
            for key, value in values.items()
        }


@dataclass(frozen=True)
class UnitReport:
    """What the units of a network follow.

    Attributes:
        found: for each property its strongest units, the property that is followed best first.
        left_out: properties that never vary in the text, or hardly.
        tokens: looked at, in both halves.
        units: gates and parts of the state that were compared with each property, in numbers.
    """

    found: tuple[Followed, ...]
    left_out: tuple[str, ...]
    tokens: int
    units: int

    @property
    def strongest(self) -> tuple[Followed, ...]:
        """The strongest unit of each property."""
        first: dict[str, Followed] = {}
        for each in self.found:
            first.setdefault(each.name, each)
        return tuple(first.values())

    def __str__(self) -> str:
        return "\n".join(self.lines(len(self.found)))

    def lines(self, most: int = 12) -> list[str]:
        """The strongest unit of each property as lines for a screen."""
        shown = self.strongest[:most]
        width = max((len(each.name) for each in shown), default=0)
        places = [f"layer {each.layer} {each.part} {each.unit}" for each in shown]
        wide = max(map(len, places), default=0)
        return [
            f"{each.name:<{width}}  {place:<{wide}}  {each.correlation:+.3f}  "
            f"[{each.low:+.3f}, {each.high:+.3f}]"
            for each, place in zip(shown, places, strict=True)
        ]


def find_units(
    network: nn.Module,
    split: EncodedSplit,
    vocabulary: Vocabulary,
    reading: Reading,
    *,
    labels: Sequence[str] = (),
    tags: Sequence[str] = (),
    budget: int = BUDGET,
    per_property: int = 3,
) -> UnitReport:
    """Correlates every unit of a network with every property of a text.

    Units are chosen on one half of the tokens and their correlations are those of the other half:
    the largest of thousands of correlations on the same half would be large by chance.

    Args:
        network: any task's.
        split: held-out text.
        vocabulary: its tokens.
        reading: how the network's task reads.
        labels: the documents' labels, in order; each is a property.
        tags: the tokens' tags, in order; each is a property where tags are told.
        budget: tokens that are looked at, at most.
        per_property: units that are told of each property.
    """
    sample = sample_places(split, reading, budget)
    table = property_table(split, vocabulary, sample, reading, labels=labels, tags=tags)
    groups = _groups(sample, reading)
    sums = _Sums(table, groups)
    for batch in read_activations(network, split, reading, sample):
        sums.add(batch)
    return UnitReport(
        tuple(sums.strongest(per_property)),
        tuple(table.names[i] for i in np.flatnonzero(~sums.varies)),
        int(sums.n.sum(axis=0).max(initial=0)),
        sums.units,
    )


def _groups(sample: Sample, reading: Reading) -> npt.NDArray[np.int64]:
    """The group of each number of a sample, (1 + M,): even ones choose, odd ones tell."""
    count = len(sample.tokens)
    if reading.layout == "sequences":
        together = np.searchsorted(sample.numbered.offsets, np.arange(count), side="left")
    else:
        together = np.arange(count) // max(64, min(_BLOCK, count // (4 * _GROUPS)))
    # In no order of the data's: documents may come in turns, such as one of each label.
    shuffled = np.random.default_rng(0).permutation(int(together.max(initial=0)) + 1)
    groups: npt.NDArray[np.int64] = shuffled[together] % (2 * _GROUPS)
    return groups


class _Sums:
    """Sums over a text of units, properties and their products, by group.

    Args:
        table: the properties, and where each is told.
        groups: of each number of the sample its group, (1 + M,).
    """

    def __init__(self, table: PropertyTable, groups: npt.NDArray[np.int64]) -> None:
        self._table = table
        self._groups = torch.from_numpy(groups)
        self._values = torch.from_numpy(table.values)
        G, P = 2 * _GROUPS, len(table.names)
        self.n, self.y, self.yy = np.zeros((G, P)), np.zeros((G, P)), np.zeros((G, P))
        self._parts: dict[tuple[int, str], list[Floats]] = {}

    @property
    def units(self) -> int:
        """U of all parts together."""
        return sum(sums[0].shape[1] for sums in self._parts.values())

    def add(self, batch: Activations) -> None:
        """Adds a batch."""
        numbers = batch.numbers.cpu().flatten()
        rows = numbers.nonzero().squeeze(1)
        rows = rows[self._groups[numbers[rows]].argsort(stable=True)]
        present = torch.bincount(self._groups[numbers[rows]], minlength=2 * _GROUPS)
        groups, counts = present.nonzero().squeeze(1), present[present > 0].tolist()
        y = torch.split(self._values[numbers[rows]].double(), counts)  # each (n, P)
        told = [(~values.isnan()).double() for values in y]
        y = tuple(values.nan_to_num(0.0) for values in y)
        for group, values, where in zip(groups.tolist(), y, told, strict=True):
            for total, part in ((self.n, where), (self.y, values), (self.yy, values * values)):
                total[group] += part.sum(0).numpy()
        if all(bool(where.all()) for where in told):
            told = [where[:, :1] for where in told]  # the same for all properties
        for layer, parts in enumerate(batch.layers):
            for name, activations in parts.items():
                x = torch.split(activations.flatten(0, 1).cpu()[rows].double(), counts)
                for group, *both in zip(groups.tolist(), x, y, told, strict=True):
                    self._add_part((layer, name), group, *both)

    def _add_part(
        self, part: tuple[int, str], group: int, x: Tensor, y: Tensor, told: Tensor
    ) -> None:
        """Adds sums of x, of x squared, where y is told, and of x times y, (U, P)."""
        if part not in self._parts:
            shapes = [told.shape[1], told.shape[1], y.shape[1]]
            self._parts[part] = [np.zeros((2 * _GROUPS, x.shape[1], width)) for width in shapes]
        products = (x.T @ told, (x * x).T @ told, x.T @ y)
        for total, product in zip(self._parts[part], products, strict=True):
            total[group] += product.numpy()

    @property
    def varies(self) -> npt.NDArray[np.bool_]:
        """Which properties vary enough in both halves, (P,)."""
        fine = np.ones(len(self._table.names), dtype=np.bool_)
        for half in (slice(0, None, 2), slice(1, None, 2)):
            n, y, yy = (total[half].sum(0) for total in (self.n, self.y, self.yy))
            fine &= n * yy - y * y > 1e-9 * np.maximum(1.0, n * n)
            fine &= self._table.counted | ((y >= _RARE) & (n - y >= _RARE))
        return fine

    def correlations(self, groups: npt.NDArray[np.int64]) -> dict[tuple[int, str], Floats]:
        """The correlation of every unit with every property in some groups, (U, P) by part."""
        n, y, yy = (total[groups].sum(0) for total in (self.n, self.y, self.yy))
        return {
            part: correlation(n, x[groups].sum(0), xx[groups].sum(0), y, yy, xy[groups].sum(0))
            for part, (x, xx, xy) in self._parts.items()
        }

    def strongest(self, per_property: int) -> Iterator[Followed]:
        """The units that follow each property best, the best followed property first."""
        every = np.arange(2 * _GROUPS)
        by_part = self.correlations(every[::2])
        places = [
            Unit(layer, part, i)
            for (layer, part), values in by_part.items()
            for i in range(len(values))
        ]
        if not places:
            return
        chosen_by = np.concatenate(list(by_part.values()))  # (all U, P)
        best = np.abs(chosen_by).max(axis=0)
        for p in np.argsort(-best, kind="stable").tolist():
            if not self.varies[p]:
                continue
            seen: set[tuple[int, int]] = set()
            for i in np.argsort(-np.abs(chosen_by[:, p]), kind="stable").tolist():
                unit = places[i]
                if len(seen) == per_property:
                    break
                if (unit.layer, unit.number) not in seen:  # its gates follow much the same
                    seen.add((unit.layer, unit.number))
                    yield self._told(unit, p, float(chosen_by[i, p]))

    def _told(self, unit: Unit, p: int, chosen_by: float) -> Followed:
        """A unit and a property on the half that it was not chosen by."""
        x, xx, xy = (sums[1::2, unit.number, :] for sums in self._parts[unit.layer, unit.part])
        rows = [(total[1::2, p]) for total in (self.n, self.y, self.yy)]
        column = p if x.shape[1] > 1 else 0
        sums = np.stack([rows[0], x[:, column], xx[:, column], rows[1], rows[2], xy[:, p]])
        value = float(correlation(*sums.sum(axis=1)))
        low, high = jackknife(sums[:, rows[0] > 0])
        return Followed(
            self._table.names[p],
            "Pearson" if self._table.counted[p] else "point-biserial",
            unit.layer,
            unit.part,
            unit.number,
            value,
            low,
            high,
            int(rows[0].sum()),
            chosen_by,
        )


def correlation(
    n: npt.ArrayLike,
    x: npt.ArrayLike,
    xx: npt.ArrayLike,
    y: npt.ArrayLike,
    yy: npt.ArrayLike,
    xy: npt.ArrayLike,
) -> Floats:
    """Pearson's correlation from sums: of ones, x, x², y, y² and xy; 0 where one never varies."""
    n, x, xx, y, yy, xy = (np.asarray(each, np.float64) for each in (n, x, xx, y, yy, xy))
    spread = (n * xx - x * x) * (n * yy - y * y)
    safe = np.where(spread > 0, spread, 1.0)
    found: Floats = np.clip((n * xy - x * y) / np.sqrt(safe), -1.0, 1.0)
    return np.where(spread > 0, found, 0.0)


def jackknife(sums: Floats, confidence: float = 0.95) -> tuple[float, float]:
    """An interval for a correlation, by leaving one group out at a time (Efron 1981).

    Args:
        sums: of each group what `correlation` takes, (6, G).
        confidence: of the interval, from 0 to 1.

    Returns:
        Its ends, in Fisher's z; nan of fewer than four groups.
    """
    from scipy.special import stdtrit  # takes its time to import

    groups = sums.shape[1]
    if groups < 4:
        return math.nan, math.nan
    total = sums.sum(axis=1, keepdims=True)
    found = correlation(*np.hstack([total - sums, total]))  # without each group, and of all
    z = np.arctanh(np.clip(found, -1 + 1e-12, 1 - 1e-12))
    z, center = z[:-1], float(z[-1])
    error = math.sqrt((groups - 1) / groups * float(((z - z.mean()) ** 2).sum()))
    half = float(stdtrit(groups - 1, 0.5 + confidence / 2)) * error
    return math.tanh(center - half), math.tanh(center + half)
