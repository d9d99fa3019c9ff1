"""The page's colours: steps between anchors, for light paper and for a dark screen."""

from itertools import pairwise

from charlab.figures.colors import PALETTE

# Yellow to gold, blue against vermilion: told apart by those who see red and green alike. What is
# coloured stands behind letters, which keep a contrast of 4.5 at least.
_ANCHORS = {
    "surprise": (
        ("#ffffff", "#fff3c4", "#ffe07a", "#fbbf24", "#e39a00"),
        ("#15181d", "#33290c", "#564210", "#6e510b", "#846005"),
    ),
    "signed": (
        ("#ee7f43", "#f9c6a6", "#ffffff", "#a9cdea", "#569fd6"),
        ("#a04814", "#5a2e18", "#15181d", "#17405f", "#1b689e"),
    ),
    "share": (
        ("#ffffff", "#d3e8f5", "#9ccbe8", "#5ba6d6", "#3f8fc4"),
        ("#15181d", "#142d40", "#154566", "#175780", "#1a689c"),
    ),
}
_STEPS = {"surprise": 11, "signed": 15, "share": 13}
TAGS = (
    ("#bcdcf2", "#fbd3a5", "#bfe6d2", "#f0cde0", "#ece7a1", "#dcd8f8", "#e3cdb9", "#d5dade"),
    ("#134a6e", "#6b3a08", "#0d543d", "#663450", "#4f4d0b", "#3d3678", "#57371f", "#434b54"),
)
Ramps = dict[str, tuple[list[str], list[str]]]


def ramps() -> Ramps:
    """By name its colours from the least to the most, on light and on dark."""
    return {
        name: (_between(light, _STEPS[name]), _between(dark, _STEPS[name]))
        for name, (light, dark) in _ANCHORS.items()
    }


def palette() -> dict[str, tuple[str, str]]:
    """What else is coloured, by its meaning: as in all pages, and the tags."""
    tags = zip(*TAGS, strict=True)
    return PALETTE | {f"tag-{i}": pair for i, pair in enumerate(tags)}


def _between(anchors: tuple[str, ...], steps: int) -> list[str]:
    """Colours in equal steps along the anchors."""
    parts = list(pairwise(map(_channels, anchors)))
    found = []
    for step in range(steps):
        place = step / (steps - 1) * len(parts)
        part = min(int(place), len(parts) - 1)
        mixed = (a + (b - a) * (place - part) for a, b in zip(*parts[part], strict=True))
        found.append("#" + "".join(f"{round(channel):02x}" for channel in mixed))
    return found


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
