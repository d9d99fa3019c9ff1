"""Correlations of units with properties, from sums over a text by group.

N tokens, U units of a layer's part, P properties, G groups.
"""

import math

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from charlab.inspection.activations import Activations, Unit
from charlab.inspection.position_table import PropertyTable

GROUPS = 10  # of each half, for the interval
CHOOSING, TELLING = slice(0, None, 2), slice(1, None, 2)  # the groups of either half
_RARE = 30  # tokens of either answer that a yes-or-no property needs in each half

Floats = npt.NDArray[np.float64]


class GroupedSums:
    """Sums over a text of units, properties and their products, by group.

    Args:
        table: the properties, and where each is told.
        groups: of each number of the sample its group, (1 + M,).
    """

    def __init__(self, table: PropertyTable, groups: npt.NDArray[np.int64]) -> None:
        self._table = table
        self._groups = torch.from_numpy(groups)
        self._values = torch.from_numpy(table.values)
        lacking = np.isnan(table.values)
        self._is_partly_told = bool((lacking.any(axis=1) & ~lacking.all(axis=1)).any())
        G, P = 2 * GROUPS, len(table.names)
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
        present = torch.bincount(self._groups[numbers[rows]], minlength=2 * GROUPS)
        groups, counts = present.nonzero().squeeze(1), present[present > 0].tolist()
        y = torch.split(self._values[numbers[rows]].double(), counts)  # each (n, P)
        told = [(~values.isnan()).double() for values in y]
        y = tuple(values.nan_to_num(0.0) for values in y)
        for group, values, where in zip(groups.tolist(), y, told, strict=True):
            for total, part in ((self.n, where), (self.y, values), (self.yy, values * values)):
                total[group] += part.sum(0).numpy()
        if not self._is_partly_told:
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
            self._parts[part] = [np.zeros((2 * GROUPS, x.shape[1], width)) for width in shapes]
        products = (x.T @ told, (x * x).T @ told, x.T @ y)
        for total, product in zip(self._parts[part], products, strict=True):
            total[group] += product.numpy()

    @property
    def varies(self) -> npt.NDArray[np.bool_]:
        """Which properties vary enough in both halves, (P,)."""
        fine = np.ones(len(self._table.names), dtype=np.bool_)
        for half in (CHOOSING, TELLING):
            n, y, yy = (total[half].sum(0) for total in (self.n, self.y, self.yy))
            fine &= n * yy - y * y > 1e-9 * np.maximum(1.0, n * n)
            fine &= self._table.counted | ((y >= _RARE) & (n - y >= _RARE))
        return fine

    def correlations(self, groups: slice) -> dict[tuple[int, str], Floats]:
        """The correlation of every unit with every property in some groups, (U, P) by part."""
        n, y, yy = (total[groups].sum(0) for total in (self.n, self.y, self.yy))
        return {
            part: correlation(n, x[groups].sum(0), xx[groups].sum(0), y, yy, xy[groups].sum(0))
            for part, (x, xx, xy) in self._parts.items()
        }

    def sums_of(self, unit: Unit, p: int, groups: slice) -> Floats:
        """What `correlation` takes, of a unit and a property, group by group, (6, G)."""
        x, xx, xy = (sums[groups, unit.number] for sums in self._parts[unit.layer, unit.part])
        n, y, yy = (total[groups, p] for total in (self.n, self.y, self.yy))
        column = p if x.shape[1] > 1 else 0
        return np.stack([n, x[:, column], xx[:, column], y, yy, xy[:, p]])


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


def jackknife(sums: Floats) -> tuple[float, float]:
    """A 95% interval for a correlation, by leaving one group out at a time (Efron 1981).

    Args:
        sums: of each group what `correlation` takes, (6, G).

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
    half = float(stdtrit(groups - 1, 0.975)) * error
    return math.tanh(center - half), math.tanh(center + half)
