"""A run's curve out of its event files, without TensorBoard's own slow reader, or of its table."""

import csv
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from charlab.runs.event_files import TABLE, event_files, shown_tag
from charlab.system.files import open_regular

_HEADER = struct.Struct("<Q4x")  # a record: length, its checksum, the data, their checksum
_CHECKSUM = 4
_LARGEST = 1 << 28  # bytes of a record; a length beyond it is damage
_SMALL = 100  # bytes; a record of that size is cheap to look into


def read_curve(run: Path, tag: str) -> list[tuple[int, float]]:
    """(optimizer step, value) pairs of a curve, in order; empty if the run has none.

    What a resumed run took back (steps after the save it went on from) is left out.
    """
    points: dict[int, float] = {}
    tags = {tag, shown_tag(tag)}  # older runs have the first
    for path in event_files(run):
        if path.name.endswith(".hparams"):
            continue
        for event in _events(path, [name.encode() for name in tags]):
            if event.HasField("session_log"):
                points = {step: value for step, value in points.items() if step < event.step}
            for value in event.summary.value:
                if value.tag in tags and value.WhichOneof("value") == "simple_value":
                    points[event.step] = value.simple_value
    return sorted(points.items()) or _read_table(run / TABLE, tag)


def has_curves(run: Path) -> bool:
    """Whether a run logged to files that curves can be read from."""
    return (run / TABLE).exists() or any(event_files(run))


def _read_table(path: Path, tag: str) -> list[tuple[int, float]]:
    """A curve out of ``metrics.csv``, of a run without event files."""
    points = {}
    try:
        with open_regular(path, "r", encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                if row.get(tag):
                    points[int(row["step"])] = float(row[tag])
    except (OSError, ValueError, LookupError, TypeError, csv.Error):  # damaged: as above
        pass
    return sorted(points.items())


def _events(path: Path, tags: Sequence[bytes]) -> Iterator[Any]:
    """Events that may hold one of some tags, or say that a run goes on."""
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from tensorboard.compat.proto.event_pb2 import Event

    try:
        for record in _records(path):
            if len(record) <= _SMALL or any(tag in record for tag in tags):
                yield Event.FromString(record)
    except (OSError, ValueError, DecodeError):  # damaged: what came before counts
        return


def _records(path: Path) -> Iterator[bytes]:
    with open_regular(path) as file:
        while len(header := file.read(_HEADER.size)) == _HEADER.size:
            (length,) = _HEADER.unpack(header)
            if not 0 < length <= _LARGEST:  # every event has a time; a hole in a file has none
                return
            data = file.read(length)
            if len(data) < length:  # cut off in the middle: the run is still writing
                return
            yield data
            file.seek(_CHECKSUM, 1)
