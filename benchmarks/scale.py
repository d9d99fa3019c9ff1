"""Whether speed depends on how much text there is."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.bare import Size
from benchmarks.rows import Row
from benchmarks.timing import alternate
from benchmarks.training import Compose, large_text, loop_rate, text_overrides
from charlab.builders.corpus import prepare
from charlab.config.overrides import quote

_SIZE = Size("lstm", 128, 1, batch=64, length=128)


def scale_rows(
    compose: Compose, megabytes: int, seconds: float, rounds: int, accelerator: str
) -> Iterator[Row]:
    """Characters a second on a large text and on one of a megabyte.

    Args:
        compose: gives the options that words stand for.
        megabytes: of the large text; it and its encoded form lie in temporary folders meanwhile.
        seconds: of each measurement.
        rounds: of measurements.
        accelerator: as ``trainer.accelerator``.
    """
    with tempfile.TemporaryDirectory() as folder:
        texts = [large_text(Path(folder) / f"{size}.txt", size) for size in (megabytes, 1)]
        large, small = (
            [*text_overrides(_SIZE, text, accelerator), f"output_dir={quote(folder)}"]
            for text in texts
        )
        ours, theirs = alternate(
            lambda: loop_rate(prepare(compose(large)), seconds),
            lambda: loop_rate(prepare(compose(small)), seconds),
            rounds,
        )
    yield Row(
        room="scale",
        what=f"training on {megabytes} MB",
        unit="characters/s",
        ours=ours,
        theirs=theirs,
        yardstick="training on 1 MB",
        target="0.97",
    )
