"""The benchmark's results: rows of a table, as Markdown and as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """One comparison.

    Attributes:
        room: which part of charlab: "training", "generation" and so on.
        what: the case.
        unit: of the two values.
        ours: charlab's value.
        theirs: what it is compared with.
        yardstick: what that is, in words.
        target: what ``ours / theirs`` is meant to be: at least this, or at most (a "<" before it).
    """

    room: str
    what: str
    unit: str
    ours: float
    theirs: float
    yardstick: str
    target: str

    @property
    def ratio(self) -> float:
        """``ours / theirs``."""
        return self.ours / self.theirs

    @property
    def reached(self) -> bool | None:
        """Whether the target is reached; None without one."""
        if not self.target:
            return None
        limit = float(self.target.removeprefix("<"))
        return self.ratio < limit if self.target.startswith("<") else self.ratio >= limit

    def to_plain(self) -> dict[str, object]:
        """For JSON."""
        return {**asdict(self), "ratio": self.ratio, "reached": self.reached}


def to_json(machine: dict[str, object], rows: Sequence[Row]) -> str:
    """The whole result."""
    return json.dumps({"machine": machine, "rows": [row.to_plain() for row in rows]}, indent=2)


def to_markdown(machine: dict[str, object], rows: Sequence[Row]) -> str:
    """The whole result as tables, one for each room."""
    lines = [f"{name}: {value}  " for name, value in machine.items()]
    for room in dict.fromkeys(row.room for row in rows):
        lines += ["", f"| {room} | unit | charlab | yardstick | | ratio | target |"]
        lines += ["| --- | --- | ---: | ---: | --- | ---: | ---: |"]
        lines += [_line(row) for row in rows if row.room == room]
    return "\n".join(lines)


def _line(row: Row) -> str:
    target = row.target.replace("<", "< ") if row.target.startswith("<") else f"≥ {row.target}"
    mark = {True: "", False: " (missed)", None: ""}[row.reached]
    cells = [
        row.what,
        row.unit,
        _number(row.ours),
        _number(row.theirs),
        row.yardstick,
        f"{row.ratio:{'.2f' if row.ratio >= 0.1 else '.2g'}}{mark}",
        target if row.target else "",
    ]
    return f"| {' | '.join(cells)} |"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
