"""The page's colors, for a light and a dark screen."""

# What a thing means -> (on light, on dark). Charts are made in the light ones; the page's script
# replaces them by their partners on a dark screen, so no two meanings may share a light color.
PALETTE = {
    "paper": ("#ffffff", "#15181d"),
    "panel": ("#f5f6f8", "#1d2127"),
    "ink": ("#1c2128", "#e4e7eb"),
    "quiet": ("#5b6572", "#a2abb8"),
    "line": ("#dfe3e8", "#333a44"),
    "complete": ("#3568a8", "#7fb0f0"),
    "best": ("#c2410c", "#ff9a5c"),
    "pruned": ("#8a6d1d", "#d3b45a"),
    "failed": ("#b3261e", "#ff8a80"),
    "died": ("#8c3d6e", "#e59cc6"),
    "running": ("#2e7d5b", "#6fcf9f"),
    "worst_shade": ("#c9d2dc", "#3a4450"),
}
LIGHT = {meaning: pair[0] for meaning, pair in PALETTE.items()}
SERIES = (  # groups of runs, told apart by color (Okabe and Ito's, darkened for white paper)
    ("#0067a5", "#56b4e9"),
    ("#b85c00", "#f0a43a"),
    ("#00785a", "#3cc9a0"),
    ("#a8487f", "#e08fbd"),
    ("#6b6b00", "#d8cf3c"),
    ("#7a4b26", "#cf9a6c"),
    ("#5a4fb0", "#a79ff0"),
    ("#454c55", "#b9c1cb"),
)
SERIES_LIGHT = tuple(pair[0] for pair in SERIES)
DARK_OF_LIGHT = dict((*PALETTE.values(), *SERIES))


def shade(place: float, low: str, high: str) -> str:
    """A color between two, ``place`` from 0 (the first) to 1 (the second)."""
    pairs = zip(_channels(low), _channels(high), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * place):02x}" for a, b in pairs)


def shades(count: int) -> list[tuple[str, str]]:
    """Steps from the worst trials' shade to the best ones', (on light, on dark)."""
    (worst_light, worst_dark), (light, dark) = PALETTE["worst_shade"], PALETTE["complete"]
    places = [i / max(1, count - 1) for i in range(count)]
    return [(shade(p, worst_light, light), shade(p, worst_dark, dark)) for p in places]


def _channels(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
