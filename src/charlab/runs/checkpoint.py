"""The checkpoint's format: one file from which a run can be sampled, queried and gone on with.

A file of safetensors holds the same but for what going on needs: see
:mod:`charlab.runs.safetensors_file`.

Plain data and tensors only. A file from a stranger cannot run code: see
:mod:`charlab.runs.checkpoint_file`. Its configuration goes through the schema's checks, and what it
names is looked up among known classes.
"""

import dataclasses
import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from charlab.config.later_settings import with_later
from charlab.config.schema import RunOptions
from charlab.config.validation import build, to_plain
from charlab.data.tokens import make_vocabulary
from charlab.data.tokens.vocabulary import Vocabulary
from charlab.errors import CharlabError, CheckpointError
from charlab.runs import checkpoint_file, safetensors_file
from charlab.runs import folder as runs
from charlab.runs.data_paths import absolute_paths
from charlab.system.files import copy_atomically, write_bytes
from charlab.system.terminal import warn
from charlab.targets import require_known

FORMAT = 2

# What is raised over plain data of another kind than expected.
UNFIT = (
    CharlabError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    ValueError,
    RuntimeError,
    OSError,
)


@dataclass(frozen=True)
class Checkpoint:
    """A run at one moment.

    Attributes:
        options: the resolved configuration: what "auto" and null stood for is decided.
        symbols: the vocabulary's tokens, in order; () of bytes, which need no list.
        labels: the labels, in order; () without.
        label_counts: training documents of each label; () without labels.
        tags: the tags, in order; () without.
        target_symbols: as ``symbols``, of targets; None without.
        fingerprint: of the corpus, to notice that data changed.
        precision: what training computed in, "float32" or "bf16".
        network: the network's weights by name.
        metrics: the metrics of the run so far, by their names in TensorBoard.
        training: what going on exactly needs besides (optimizer, position, random states, …).
        versions: of the libraries that wrote it.
        data_paths: where the data are, of settings such as "path" (see
            :mod:`charlab.runs.data_paths`).
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
    data_paths: dict[str, str] = dataclasses.field(default_factory=dict)
    tags: tuple[str, ...] = ()
    target_symbols: tuple[str, ...] | None = None

    def with_data(self, given: Mapping[str, str]) -> "Checkpoint":
        """The same run with its data elsewhere: settings of the dataset, by their names."""
        changes: dict[str, Any] = dict(given)
        dataset = dataclasses.replace(self.options.dataset, **changes)
        kept = {name: path for name, path in self.data_paths.items() if name not in given}
        options = dataclasses.replace(self.options, dataset=dataset)
        return dataclasses.replace(self, options=options, data_paths=kept)

    @property
    def vocabulary(self) -> Vocabulary:
        """The vocabulary that the network was trained with."""
        return make_vocabulary(self.options.dataset.unit, self.symbols)

    @property
    def target_vocabulary(self) -> Vocabulary | None:
        """The vocabulary of what texts are turned into; None if they are not."""
        if self.target_symbols is None:
            return None
        return make_vocabulary(self.options.dataset.target_unit, self.target_symbols)


def save(checkpoint: Checkpoint, *paths: Path) -> None:
    """Writes a checkpoint: under a temporary name, synced, renamed; to one path after the other.

    Each has bytes of its own on the disk, and until a new one is whole the old one stays.
    """
    buffer = io.BytesIO()  # torch words a full disk as a fault of its own; a plain write does not
    torch.save(_plain(checkpoint), buffer)
    for path in paths:
        write_bytes(path, buffer.getbuffer())


def save_safetensors(checkpoint: Checkpoint, path: Path) -> None:
    """Writes a checkpoint's network, without what going on needs, as a file of safetensors."""
    data = _plain(checkpoint)
    del data["training"]
    write_bytes(path, safetensors_file.pack(data, data.pop("network")))


def _plain(checkpoint: Checkpoint) -> dict[str, Any]:
    data = {name: to_plain(value) for name, value in vars(checkpoint).items()}
    return {**data, "charlab_format": FORMAT}


def load(path: Path) -> Checkpoint:
    """Reads a checkpoint onto the CPU, whatever device wrote it.

    Raises:
        CheckpointError: if the file is missing, damaged, unsafe, no checkpoint of charlab, or of a
            format that this version does not know.
    """
    return _from_plain(checkpoint_file.read(path), path)


def load_last(folder: Path) -> Checkpoint:
    """A run's last checkpoint; its best, which takes that one's place, if the last is damaged.

    Raises:
        CheckpointError: if neither can be read, or the last is whole and may not be read.
    """
    last, best = (folder / runs.CHECKPOINTS / name for name in (runs.LAST, runs.BEST))
    try:
        return load(last)
    except CheckpointError as error:
        is_kept_from_us = isinstance(error.__cause__, OSError) and last.exists()
        if is_kept_from_us or not best.exists():
            raise
        try:
            checkpoint = load(best)
        except CheckpointError as other:
            raise CheckpointError(f"{error}; nor does {runs.BEST} help: {other}") from error
        step = checkpoint.training.get("progress", {}).get("step")
        warn(f"{error}; the run goes on from {runs.BEST}, which was saved at step {step}")
    copy_atomically(best, last)
    return checkpoint


def _from_plain(data: Any, path: Path) -> Checkpoint:
    if not isinstance(data, dict) or "charlab_format" not in data:
        raise CheckpointError(f"{path} is not a checkpoint of charlab")
    version = data["charlab_format"]
    if not isinstance(version, int) or version != FORMAT:
        raise CheckpointError(
            f"{path} has checkpoint format {version}, this version of charlab reads {FORMAT}"
        )
    try:
        for name in data.keys() - {field.name for field in dataclasses.fields(Checkpoint)}:
            if name != "charlab_format":
                raise ValueError(f"it has an entry {name!r}, which this version does not know")
        stored = named(data["options"], object)
        # Callbacks are code: no file brings any.
        options = build(RunOptions, {**with_later(stored), "callbacks": {}}, hints=False)
        if options.has_targets:
            require_known(options)
        vocabulary = make_vocabulary(options.dataset.unit, _listed(data["symbols"], str))
        return Checkpoint(
            options=options,
            symbols=listed_tokens(vocabulary),
            labels=_listed(data["labels"], str),
            label_counts=_label_counts(data),
            tags=_listed(data.get("tags", ()), str),
            target_symbols=_target_symbols(data, options),
            fingerprint=str(data["fingerprint"]),
            precision=str(data["precision"]),
            network=data["network"],
            metrics=named(data["metrics"], int | float),
            training=named(data["training"], object),
            versions=named(data["versions"], str),
            data_paths=_data_paths(data, options),
        )
    except UNFIT as error:
        reason = str(error).replace("\n", "; ")
        raise CheckpointError(f"{path} is not a whole checkpoint: {reason}") from error


def listed_tokens(vocabulary: Vocabulary) -> tuple[str, ...]:
    """What a checkpoint lists of a vocabulary: nothing of bytes, which are always the same."""
    return () if vocabulary.unit == "byte" else vocabulary.tokens


def named(data: Any, kind: Any) -> dict[Any, Any]:
    """A dict whose values are of a kind.

    Raises:
        TypeError: if it is none.
    """
    if not isinstance(data, dict) or not all(isinstance(part, kind) for part in data.values()):
        raise TypeError("what should be named values is none")
    return data


def _listed(data: Any, kind: type) -> tuple[Any, ...]:
    if not isinstance(data, list | tuple) or not all(isinstance(part, kind) for part in data):
        raise TypeError(f"what should be a list of {kind.__name__} is none")
    return tuple(data)


def _data_paths(data: dict[str, Any], options: RunOptions) -> dict[str, str]:
    """Where the data are; a run from before this was stored has its paths as they were typed."""
    stored = named(data.get("data_paths", {}), str)
    return {name: stored.get(name, typed) for name, typed in absolute_paths(options).items()}


def _target_symbols(data: dict[str, Any], options: RunOptions) -> tuple[str, ...] | None:
    if data.get("target_symbols") is None:
        return None
    symbols = _listed(data["target_symbols"], str)
    return listed_tokens(make_vocabulary(options.dataset.target_unit, symbols))


def _label_counts(data: dict[str, Any]) -> tuple[int, ...]:
    """The labels' counts, fit to draw labels by."""
    counts = _listed(data["label_counts"], int)
    if len(counts) != len(data["labels"]) or any(count < 0 for count in counts):
        raise ValueError("label_counts do not fit the labels")
    if counts and not sum(counts):
        raise ValueError("label_counts are all 0")
    return counts


def require_like(tensor: Any, own: Tensor, name: str) -> None:
    """Refuses what is no tensor of the same shape and type as the one that it is to replace.

    Raises:
        CheckpointError: if it is none.
    """
    if not isinstance(tensor, Tensor):
        raise CheckpointError(f"{name} is a {type(tensor).__name__} and no tensor")
    if (tensor.shape, tensor.dtype) != (own.shape, own.dtype):
        raise CheckpointError(
            f"{name} is {tuple(tensor.shape)} of {tensor.dtype}, not {tuple(own.shape)} of "
            f"{own.dtype}"
        )
