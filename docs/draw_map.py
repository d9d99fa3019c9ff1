"""Draws charlab's rooms and their arrows from the imports: ``python docs/draw_map.py``.

A room is a module or a package of ``charlab``. It stands above all rooms that it imports from; an
arrow is an import, and is left out where a longer way of arrows leads there too. Positions are
those of Sugiyama's method: a level for each room, a place on each level that an arrow passes, an
order in each level by the neighbours' mean.
"""

import ast
import itertools
import textwrap
from collections import defaultdict
from html import escape
from pathlib import Path
from statistics import mean

import grimp

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "map.svg"
WIDTH, HEIGHT = 256, 76  # of a box
ACROSS, DOWN = 280, 112  # from one box to the next
LETTERS = 40  # of a box's line

Arrows = dict[str, set[str]]
Place = tuple[float, float]

STYLE = """
  text { font-family: system-ui, sans-serif; font-size: 11px; fill: #444; text-anchor: middle }
  .name { font-size: 15px; font-weight: 600; fill: #111 }
  .inner { font-style: italic; fill: #777 }
  rect { fill: #fff; stroke: #456; rx: 6 }
  path { fill: none; stroke: #789; stroke-width: 1.3 }
"""


def find_rooms(graph: grimp.ImportGraph) -> Arrows:
    """The rooms, and from which others each imports."""
    arrows: Arrows = {name.rpartition(".")[2]: set() for name in graph.find_children("charlab")}
    for module in graph.modules - {"charlab"}:
        importer = module.split(".")[1]
        for imported in graph.find_modules_directly_imported_by(module) - {"charlab"}:
            arrows[importer].add(imported.split(".")[1])
    return {room: arrows[room] - {room} for room in sorted(arrows)}


def reach(arrows: Arrows, room: str) -> set[str]:
    """All rooms below one."""
    return set().union(*({below} | reach(arrows, below) for below in arrows[room]))


def without_shortcuts(arrows: Arrows) -> Arrows:
    """The arrows that no longer way explains."""
    return {
        room: {b for b in below if not any(b in reach(arrows, other) for other in below)}
        for room, below in arrows.items()
    }


def levels_of(arrows: Arrows) -> dict[str, int]:
    """How many rooms the longest way down from each passes."""
    levels: dict[str, int] = {}

    def level(room: str) -> int:
        if room not in levels:
            levels[room] = 1 + max((level(below) for below in arrows[room]), default=-1)
        return levels[room]

    return {room: level(room) for room in sorted(arrows)}


def arrange(arrows: Arrows, levels: dict[str, int]) -> tuple[dict[str, Place], list[list[str]]]:
    """Where each room stands, and the chain of places that each arrow passes."""
    chains = []
    rows: dict[int, list[str]] = defaultdict(list)
    for room, level in levels.items():
        rows[level].append(room)
    for room, below in arrows.items():
        for target in sorted(below):
            passed = range(levels[room] - 1, levels[target], -1)
            chains.append([room, *(f"{room}>{target}@{level}" for level in passed), target])
            for level, name in zip(passed, chains[-1][1:-1], strict=True):
                rows[level].append(name)
    beside: dict[str, list[str]] = defaultdict(list)
    for chain in chains:
        for upper, lower in itertools.pairwise(chain):
            beside[upper].append(lower)
            beside[lower].append(upper)
    x = {name: _offset(row, index) for row in rows.values() for index, name in enumerate(row)}
    for sweep in range(24):
        for level in sorted(rows, reverse=sweep % 2 == 0):
            rows[level].sort(key=lambda n: (mean([x[b] for b in beside[n]] or [0.0]), n))
            x |= {name: _offset(rows[level], index) for index, name in enumerate(rows[level])}
    top = max(levels.values())
    places = {
        name: (x[name], float((top - level) * DOWN)) for level in rows for name in rows[level]
    }
    return places, chains


def _offset(row: list[str], index: int) -> float:
    """A place's distance from the middle; what an arrow passes needs little room."""
    widths = [ACROSS if ">" not in name else ACROSS / 4 for name in row]
    return sum(widths[:index]) + widths[index] / 2 - sum(widths) / 2


def box(room: str, place: Place) -> list[str]:
    """A room: its name, what its docstring says first, and the rooms inside."""
    x, y = place
    folder = ROOT / "src" / "charlab" / room
    module = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
    purpose = (ast.get_docstring(ast.parse(module.read_text("utf-8"))) or "").split("\n\n")[0]
    said = " ".join(purpose.replace("`", "").split())
    inner = " · ".join(sorted(path.parent.name for path in folder.glob("*/__init__.py")))
    lines = [("name", room)]
    lines += [("", part) for part in textwrap.wrap(said, LETTERS, max_lines=2, placeholder=" …")]
    lines += [("inner", part) for part in textwrap.wrap(inner, LETTERS, max_lines=1)]
    drawn = [f'<rect x="{x - WIDTH / 2:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}"/>']
    for index, (kind, text) in enumerate(lines):
        down = y + 20 + 16 * index
        drawn.append(f'<text class="{kind}" x="{x:g}" y="{down:g}">{escape(text)}</text>')
    return drawn


def curve(chain: list[str], places: dict[str, Place]) -> str:
    """An arrow, smooth through the places that it passes, between the boxes."""
    (x, y), *rest = [places[name] for name in chain]
    parts = [f"M{x:g} {y + HEIGHT:g}"]
    for index, (x_next, y_next) in enumerate(rest):
        middle = (y + HEIGHT + y_next) / 2
        parts.append(f"C{x:g} {middle:g} {x_next:g} {middle:g} {x_next:g} {y_next:g}")
        if index < len(rest) - 1:
            parts.append(f"V{y_next + HEIGHT:g}")
        x, y = x_next, y_next
    return f'<path d="{" ".join(parts)}" marker-end="url(#tip)"/>'


def draw() -> str:
    """The map as SVG."""
    arrows = find_rooms(
        grimp.build_graph("charlab", exclude_type_checking_imports=True, cache_dir=None)
    )
    places, chains = arrange(without_shortcuts(arrows), levels_of(arrows))
    left = min(x for x, _ in places.values()) - ACROSS / 2
    right = max(x for x, _ in places.values()) + ACROSS / 2
    bottom = max(y for _, y in places.values()) + HEIGHT + 8
    tip = '<marker id="tip" markerWidth="8" markerHeight="8" refX="7" refY="3" orient="auto">'
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" '
        f'viewBox="{left:g} -8 {right - left:g} {bottom + 8:g}">',
        f"<style>{STYLE}</style>",
        f'<defs>{tip}<path d="M0 0 7 3 0 6" style="fill:#789"/></marker></defs>',
        f'<rect x="{left:g}" y="-8" width="100%" height="100%" style="stroke:none"/>',
        *(curve(chain, places) for chain in chains),
        *(line for room in arrows for line in box(room, places[room])),
        "</svg>",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
