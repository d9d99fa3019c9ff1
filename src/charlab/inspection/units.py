"""Which units follow which readable property of the text, found on one half, told of the other.

Karpathy et al. 2015 ("Visualizing and understanding recurrent networks", arXiv:1506.02078) found
such units by eye: one that is on inside quotes, one that counts the characters of a line.

N tokens, P properties.
"""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from torch import nn

from charlab.data.tokens.ragged import EncodedSplit
from charlab.data.tokens.vocabulary import Vocabulary
from charlab.inspection.activations import Reading, Sample, Unit, read_activations, sample_places
from charlab.inspection.correlations import (
    CHOOSING,
    GROUPS,
    TELLING,
    GroupedSums,
    correlation,
    jackknife,
)
from charlab.inspection.position_table import PropertyTable, property_table

BUDGET = 100_000  # tokens that are looked at
_PER_PROPERTY = 3  # units that are told of each
_BLOCK = 1_024  # tokens of a stream that stay together in a group


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
    """
    sample = sample_places(split, reading, budget)
    table = property_table(split, vocabulary, sample, reading, labels=labels, tags=tags)
    groups = _groups(sample, reading)
    sums = GroupedSums(table, groups)
    for batch in read_activations(network, split, reading, sample):
        sums.add(batch)
    return UnitReport(
        tuple(_strongest(sums, table)),
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
        together = np.arange(count) // max(64, min(_BLOCK, count // (4 * GROUPS)))
    # In no order of the data's: documents may come in turns, such as one of each label.
    shuffled = np.random.default_rng(0).permutation(int(together.max(initial=0)) + 1)
    groups: npt.NDArray[np.int64] = shuffled[together] % (2 * GROUPS)
    return groups


def _strongest(sums: GroupedSums, table: PropertyTable) -> Iterator[Followed]:
    """The units that follow each property best, the best followed property first."""
    by_part = sums.correlations(CHOOSING)
    places = [Unit(*part, i) for part, values in by_part.items() for i in range(len(values))]
    if not places:
        return
    chosen_by = np.concatenate(list(by_part.values()))  # (all U, P)
    best = np.abs(chosen_by).max(axis=0)
    for p in np.argsort(-best, kind="stable").tolist():
        if not sums.varies[p]:
            continue
        seen: set[tuple[int, int]] = set()
        for i in np.argsort(-np.abs(chosen_by[:, p]), kind="stable").tolist():
            unit = places[i]
            if len(seen) == _PER_PROPERTY:
                break
            if (unit.layer, unit.number) not in seen:  # its gates follow much the same
                seen.add((unit.layer, unit.number))
                yield _told(sums.sums_of(unit, p, TELLING), table, unit, p, float(chosen_by[i, p]))


def _told(
    sums: npt.NDArray[np.float64], table: PropertyTable, unit: Unit, p: int, chosen_by: float
) -> Followed:
    """A unit and a property on the half that it was not chosen by, from its sums."""
    low, high = jackknife(sums[:, sums[0] > 0])
    return Followed(
        name=table.names[p],
        kind="Pearson" if table.counted[p] else "point-biserial",
        layer=unit.layer,
        part=unit.part,
        unit=unit.number,
        correlation=float(correlation(*sums.sum(axis=1))),
        low=low,
        high=high,
        tokens=int(sums[0].sum()),
        chosen_by=chosen_by,
    )
