"""Two members that a schema tells apart by their names."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Red:
    name: str
    heat: float


@dataclasses.dataclass(frozen=True)
class Blue:
    name: str
    depth: int
