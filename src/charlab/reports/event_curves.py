"""A run's curve out of its event files, without TensorBoard's own slow reader."""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
    for path in sorted(run.glob("events.out.tfevents.*")):
        if path.name.endswith(".hparams"):
            continue
        for event in _events(path, tag.encode()):
            if event.HasField("session_log"):
                points = {step: value for step, value in points.items() if step < event.step}
            for value in event.summary.value:
                if value.tag == tag and value.WhichOneof("value") == "simple_value":
                    points[event.step] = value.simple_value
    return sorted(points.items())


def _events(path: Path, tag: bytes) -> Iterator[Any]:
    """Events that may hold a tag, or say that a run goes on."""
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]
    from tensorboard.compat.proto.event_pb2 import Event

    try:
        for record in _records(path):
            if len(record) <= _SMALL or tag in record:
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
