"""The colors of sweeps and compared runs, for light paper and for a dark screen."""

# What a thing means -> (on light, on dark). Figures are drawn in the light ones; in a page each is
# a CSS variable of its name, so no two meanings may share a light color.
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
    # groups of runs, told apart by color (Okabe and Ito's, darkened for white paper)
    "series-1": ("#0067a5", "#56b4e9"),
    "series-2": ("#b85c00", "#f0a43a"),
    "series-3": ("#00785a", "#3cc9a0"),
    "series-4": ("#a8487f", "#e08fbd"),
    "series-5": ("#6b6b00", "#d8cf3c"),
    "series-6": ("#7a4b26", "#cf9a6c"),
    "series-7": ("#5a4fb0", "#a79ff0"),
    "series-8": ("#454c55", "#b9c1cb"),
}
LIGHT = {meaning: light for meaning, (light, _) in PALETTE.items()}
SERIES = tuple(light for meaning, light in LIGHT.items() if meaning.startswith("series"))
