"""Where loggers keep a run's curves, for those who write them and those who read them."""

from collections.abc import Iterator
from pathlib import Path

EVENTS = "events.out.tfevents.*"
TABLE = "metrics.csv"
# What TensorBoard's charts are called otherwise than in metrics.json: it sorts them by name, and
# these are to come after "train" and "val".
_SHOWN = {
    "train/gradient_norm": "while training/gradient_norm",
    "train/learning_rate": "while training/learning_rate",
    "speed/train_chars_per_second": "while training/chars_per_second",
    "train/characters": "while training/characters",
    "train/seconds": "while training/seconds",
}


def shown_tag(tag: str) -> str:
    """A metric's name in TensorBoard."""
    return _SHOWN.get(tag, tag)


def event_files(run: Path) -> Iterator[Path]:
    """A run's event files, the oldest first: in its folder, or in one below that names it."""
    found = [path for pattern in (EVENTS, f"*/{EVENTS}") for path in run.glob(pattern)]
    own = (path for path in found if path.parent == run or not path.parent.is_symlink())
    yield from sorted(own, key=lambda path: path.name)
