"""Where loggers keep a run's curves, for those who write them and those who read them."""

from collections.abc import Iterator
from pathlib import Path

EVENTS = "events.out.tfevents.*"
TABLE = "metrics.csv"
# What TensorBoard's charts are called otherwise than in metrics.json.
_SHOWN = {"speed/train_chars_per_second": "train/chars_per_second"}


def shown_tag(tag: str) -> str:
    """A metric's name in TensorBoard."""
    return _SHOWN.get(tag, tag)


def event_files(run: Path) -> Iterator[Path]:
    """A run's event files, the oldest first: in its folder, or in one below that names it."""
    found = [*run.glob(EVENTS), *run.glob(f"*/{EVENTS}")]
    yield from sorted(found, key=lambda path: path.name)
