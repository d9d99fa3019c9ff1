"""The checkpoint's format: one file from which a run can be sampled, queried and gone on with.

Plain data and tensors only. A file from a stranger cannot run code: it is read with
``weights_only=True``, its configuration goes through the schema's checks, and what it names is
looked up among known classes.
"""

import io
import pickle
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from charlab.config.check import build, to_plain
from charlab.config.schema import RunOptions
from charlab.data.units import make_vocabulary
from charlab.data.vocabulary import Vocabulary
from charlab.errors import CharlabError, CheckpointError
from charlab.files import write_bytes

FORMAT = 2
# Settings that came after the format, with what runs before them did.
_LATER_SETTINGS = {"devices": 1, "nodes": 1, "strategy": "auto", "accumulate": 1}


@dataclass(frozen=True)
class Checkpoint:
    """A run at one moment.

    Attributes:
        options: the resolved configuration: what "auto" and null stood for is decided.
        symbols: the vocabulary's characters or words, in order; () of bytes, which need no list.
        labels: the labels, in order; () without.
        label_counts: training documents of each label; () without labels.
        fingerprint: of the corpus, to notice that data changed.
        precision: what training computed in, "float32" or "bf16".
        network: the network's weights by name.
        metrics: the figures of the run so far, by their names in TensorBoard.
        training: what going on exactly needs besides (optimizer, position, random states, …).
        versions: of the libraries that wrote it.
    """

    options: RunOptions
    symbols: tuple[str, ...]
    labels: tuple[str, ...]
    label_counts: tuple[int, ...]
    fingerprint: str
    precision: str
    network: dict[str, Tensor]
    metrics: dict[str, float]
    training: dict[str, Any]
    versions: dict[str, str]

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary that the network was trained with."""
        return make_vocabulary(self.options.dataset.unit, self.symbols)


def save(checkpoint: Checkpoint, path: Path) -> None:
    """Writes a checkpoint: under a temporary name, synced, renamed."""
    data = {name: to_plain(value) for name, value in vars(checkpoint).items()}
    data["charlab_format"] = FORMAT
    buffer = io.BytesIO()  # torch words a full disk as a fault of its own; a plain write does not
    torch.save(data, buffer)
    write_bytes(path, buffer.getbuffer())


def load(path: Path) -> Checkpoint:
    """Reads a checkpoint onto the CPU, whatever device wrote it.

    Raises:
        CheckpointError: if the file is missing, damaged, unsafe, no checkpoint of charlab, or of a
            format that this version does not know.
    """
    try:
        if path.exists() and not zipfile.is_zipfile(path):
            raise zipfile.BadZipFile  # not to be asked whether it is a pickle of the old format
        if path.exists():
            with zipfile.ZipFile(path) as archive:
                if archive.testzip() is not None:  # torch itself does not look at the checksums
                    raise zipfile.BadZipFile
        data = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise CheckpointError(f"there is no checkpoint {path}") from error
    except pickle.UnpicklingError as error:
        raise CheckpointError(
            f"{path} is damaged or holds more than plain data and tensors; it is not loaded, since "
            "it could run code"
        ) from error
    except Exception as error:  # what a torn pickle raises is any of a dozen
        raise CheckpointError(f"{path} cannot be read as a checkpoint; is it damaged?") from error
    return _from_plain(data, path)


def _from_plain(data: Any, path: Path) -> Checkpoint:
    if not isinstance(data, dict) or "charlab_format" not in data:
        raise CheckpointError(f"{path} is not a checkpoint of charlab")
    version = data["charlab_format"]
    if not isinstance(version, int) or version != FORMAT:
        raise CheckpointError(
            f"{path} has checkpoint format {version}, this version of charlab reads {FORMAT}"
        )
    try:
        trainer = {**_LATER_SETTINGS, **data["options"]["trainer"]}
        options = build(RunOptions, {**data["options"], "trainer": trainer}, hints=False)
        vocabulary = make_vocabulary(options.dataset.unit, data["symbols"])
        return Checkpoint(
            options=options,
            symbols=listed_symbols(vocabulary),
            labels=tuple(str(label) for label in data["labels"]),
            label_counts=_label_counts(data),
            fingerprint=str(data["fingerprint"]),
            precision=str(data["precision"]),
            network=data["network"],
            metrics=data["metrics"],
            training=data["training"],
            versions=data["versions"],
        )
    except (CharlabError, AttributeError, KeyError, TypeError, ValueError) as error:
        reason = str(error).replace("\n", "; ")
        raise CheckpointError(f"{path} is not a whole checkpoint: {reason}") from error


def listed_symbols(vocabulary: Vocabulary) -> tuple[str, ...]:
    """What a checkpoint lists of a vocabulary: nothing of bytes, which are always the same."""
    return () if vocabulary.unit == "byte" else vocabulary.symbols


def _label_counts(data: dict[str, Any]) -> tuple[int, ...]:
    """The labels' counts, fit to draw labels by."""
    counts = tuple(int(count) for count in data["label_counts"])
    if len(counts) != len(data["labels"]) or any(count < 0 for count in counts):
        raise ValueError("label_counts do not fit the labels")
    if counts and not sum(counts):
        raise ValueError("label_counts are all 0")
    return counts
