"""Vectors as points of a plane: tokens by their names, texts by their labels."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from charlab.figures.colors import LIGHT, SERIES
from charlab.figures.sweeps import add_legend, new_chart, short, tidy
from charlab.figures.token_names import token_names

_MARKS = "os^DPX*"
_NAME = 24  # characters of a label
_MOST = 16  # labels that can be told apart
_LEGEND: dict[str, Any] = {"loc": "outside upper center", "fontsize": 8}

Plane = npt.NDArray[np.float64]


def token_plane_figure(
    places: Plane, shares: Sequence[float], tokens: Sequence[str], kinds: Sequence[str]
) -> Figure:
    """Tokens where their vectors lie, in the color of their kind.

    Args:
        places: (V, 2).
        shares: of the variance that each axis shows, (2,), from 0 to 1.
        tokens: V, as many as can be told apart.
        kinds: what kind of token each is ("vowel"); the most frequent kinds have colors.
    """
    figure, axes = _plane(shares)
    groups = _groups(kinds, len(SERIES))
    names = token_names(tokens)
    for number, (kind, members) in enumerate(groups.items()):
        color = SERIES[number % len(SERIES)]
        points = places[members]
        label = f"{kind} ({len(members):,})"
        axes.scatter(points[:, 0], points[:, 1], 9, color=color, alpha=0.35, label=label)
        for member in members:
            name = axes.annotate(
                names[member],
                places[member],
                ha="center",
                va="center",
                fontsize=11 if len(names[member]) == 1 else 7,
                color=color,
                parse_math=False,
            )
            name.set_path_effects([withStroke(linewidth=2, foreground="white")])
    add_legend(figure, min(4, len(groups)), **_LEGEND)
    return figure


def label_plane_figure(places: Plane, shares: Sequence[float], labels: Sequence[str]) -> Figure:
    """Texts where their vectors lie, in the color and with the mark of their label.

    Of many labels the most frequent have a mark of their own; the others are small and grey.

    Args:
        places: (N, 2).
        shares: of the variance that each axis shows, (2,), from 0 to 1.
        labels: each text's, N.
    """
    figure, axes = _plane(shares)
    groups = _groups([short(label, _NAME) for label in labels], _MOST)
    for number, (label, members) in enumerate(groups.items()):
        rest = number == _MOST - 1 and len(set(labels)) > _MOST
        turn = number // len(SERIES) + number  # a color never meets the same mark again
        axes.scatter(
            places[members, 0],
            places[members, 1],
            6 if rest else 18,
            color=LIGHT["quiet"] if rest else SERIES[number % len(SERIES)],
            marker="." if rest else _MARKS[turn % len(_MARKS)],
            alpha=0.3 if rest else 0.75,
            linewidths=0,
            zorder=1 if rest else 2,
            label=f"{label} ({len(members):,})",
        )
    add_legend(figure, min(4, len(groups)), **_LEGEND)
    return figure


def _plane(shares: Sequence[float]) -> tuple[Figure, Axes]:
    figure, axes = new_chart(8.2, 7.4)
    tidy(axes, *(f"component {n}: {s:.0%} of the variance" for n, s in enumerate(shares, 1)))
    return figure, axes


def _groups(names: Sequence[str], most: int) -> dict[str, list[int]]:
    """Members of the most frequent groups, and of all others together."""
    members: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        members.setdefault(name, []).append(place)
    ordered = sorted(members, key=lambda name: (-len(members[name]), name))
    kept = ordered if len(ordered) <= most else ordered[: most - 1]
    groups = {name: members[name] for name in kept}
    if others := [place for name in ordered[len(kept) :] for place in members[name]]:
        groups[f"{len(ordered) - len(kept)} others"] = others
    return groups
