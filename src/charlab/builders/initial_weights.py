"""Fine-tuning: the weights of a trained network in one with other data, or of another task.

Symbols are matched by what they are. A row of an embedding or of a head goes with its character,
label or tag; what is new keeps its fresh row.
"""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from charlab.builders.corpus import check_together
from charlab.builders.network import restore_network, task_of
from charlab.config.schema import RunOptions, is_of_body
from charlab.config.validation import build, to_plain
from charlab.errors import ConfigError
from charlab.inspection.symbols import Axes
from charlab.models.recurrent import RecurrentModel
from charlab.runs import folder as runs
from charlab.runs.checkpoint import Checkpoint, load
from charlab.system.words import spelled
from charlab.tasks.task import Task


@dataclass(frozen=True)
class InitialWeights:
    """Whose weights a run begins with.

    Attributes:
        checkpoint: of the run that they come from.
        path: where it was found.
    """

    checkpoint: Checkpoint
    path: Path


@dataclass(frozen=True)
class TakenOver:
    """What became of the weights of another network.

    Attributes:
        whole: parameters that were taken over with every row.
        partly: parameters of which some rows are new.
        new: parameters that have nothing from there.
        symbols: of each kind (characters, labels) how many were known there, and how many are new.
        numbers: how many numbers were taken over, and how many there are.
    """

    whole: tuple[str, ...]
    partly: tuple[str, ...]
    new: tuple[str, ...]
    symbols: dict[str, tuple[int, int]]
    numbers: tuple[int, int]


def find_initial(options: RunOptions, words: Iterable[str]) -> tuple[RunOptions, InitialWeights]:
    """The run that ``init=`` names, and the options with the shape of its network.

    Dropout and the kernel stay the new run's own.

    Args:
        options: with ``init.run``.
        words: what the user typed; a shape that is among them is not replaced but compared.

    Raises:
        CharlabError: if there is no such run, it cannot be loaded, or the settings do not go with
            its network.
    """
    assert options.init.run is not None
    found = runs.find(options.init.run, options.output_dir, (), "init")
    path = runs.checkpoint_file(found)
    checkpoint = load(path)
    where, unit = f"init={options.init.run}", checkpoint.options.dataset.unit
    if unit != options.dataset.unit:
        raise ConfigError(
            f"{where} reads text of dataset.unit={unit}, and this run of "
            f"dataset.unit={options.dataset.unit}: their tokens are not the same things; set "
            f"dataset.unit={unit}"
        )
    model = _with_body(to_plain(options.model), to_plain(checkpoint.options.model), words, where)
    init = dataclasses.replace(options.init, run=str(found.resolve()))
    plain = to_plain(dataclasses.replace(options, init=init)) | {"model": model}
    adopted = dataclasses.replace(build(RunOptions, plain), callbacks=options.callbacks)
    try:
        check_together(adopted)
    except ConfigError as error:
        raise ConfigError(f"{where} brings the shape of its network: {error}") from error
    return adopted, InitialWeights(checkpoint, path)


def _with_body(
    mine: Mapping[str, Any], theirs: Mapping[str, Any], words: Iterable[str], where: str
) -> dict[str, Any]:
    """The model's settings with the shape of another's; refused where the user typed another."""
    typed = {word.lstrip("+").partition("=")[0] for word in words}
    adopted = dict(theirs)
    for key, value in theirs.items():
        name = "model" if key == "name" else f"model.{key}"
        if not is_of_body(f"model.{key}"):
            adopted[key] = mine.get(key, value)
        elif {name, f"model.{key}"} & typed and mine.get(key) != value:
            raise ConfigError(
                f"{name}={spelled(mine.get(key))}: the network of {where} has "
                f"{name}={spelled(value)}; leave it out, or set it to that"
            )
    return adopted


@torch.no_grad()
def take_over(task: Task[Any], network: nn.Module, initial: InitialWeights) -> TakenOver:
    """Gives a new network the weights of a trained one, as far as they mean the same.

    Args:
        task: the new network's.
        network: new; changed in place.
        initial: whose weights.

    Raises:
        ConfigError: if nothing of its recurrence fits.
    """
    there_task = task_of(initial.checkpoint)
    there_network = restore_network(initial.checkpoint, initial.path)
    stored = there_network.state_dict()
    _average_conditions(there_task, there_network, task.body_of(network))
    axes, there_axes = task.symbol_axes(network), there_task.symbol_axes(there_network)
    body, there_body = f"{task.body_name}.", f"{there_task.body_name}."
    whole: list[str] = []
    partly: list[str] = []
    new: list[str] = []
    taken = 0
    symbols: dict[str, tuple[int, int]] = {}
    own = network.state_dict()
    for name, weight in own.items():
        inside = name.startswith(body)
        there = there_body + name.removeprefix(body) if inside else name
        places = _matching(weight, stored.get(there), axes.get(name, {}), there_axes.get(there, {}))
        if places is None:
            new.append(name)
            continue
        here, theirs = places
        weight[np.ix_(*here)] = stored[there][np.ix_(*theirs)].to(weight)
        count = int(np.prod([len(each) for each in here]))
        taken += count
        for axis, here_are in axes.get(name, {}).items():
            known = sum(isinstance(here_are.names[at], str) for at in here[axis])
            there_are = sum(isinstance(each, str) for each in here_are.names)
            symbols[here_are.kind] = (known, there_are - known)
        (whole if count == weight.numel() else partly).append(name)
    if not any(name.startswith(body) for name in whole):
        raise ConfigError(f"init={initial.path}: nothing of its network fits the new one")
    total = sum(weight.numel() for weight in own.values())
    return TakenOver(tuple(whole), tuple(partly), tuple(new), symbols, (taken, total))


def _average_conditions(there_task: Task[Any], there: nn.Module, body: RecurrentModel) -> None:
    """Adds to each character what labels have added to it on the average of training.

    Where the new network has no labels to be conditioned on, its recurrence then reads about what
    it has learnt to read.
    """
    read = there_task.body_of(there).input
    if read.conditions is None or read.embedding is None or body.num_conditions:
        return
    counts = torch.tensor(there_task.data.label_counts, dtype=torch.float32)
    read.embedding.weight += (counts / counts.sum()) @ read.conditions.weight


def _matching(
    mine: Tensor, theirs: Tensor | None, axes: Axes, there_axes: Axes
) -> tuple[list[Sequence[int]], list[Sequence[int]]] | None:
    """Along each axis the places here and there that mean the same; None if the weights do not."""
    if theirs is None or mine.dim() != theirs.dim() or axes.keys() != there_axes.keys():
        return None
    here: list[Sequence[int]] = []
    there: list[Sequence[int]] = []
    for axis, (size, there_size) in enumerate(zip(mine.shape, theirs.shape, strict=True)):
        if axis not in axes:
            if size != there_size:
                return None
            here.append(range(size))
            there.append(range(size))
            continue
        ours, others = axes[axis], there_axes[axis]
        if ours.kind != others.kind:
            return None
        place = {name: at for at, name in enumerate(others.names)}
        both = [(at, place[name]) for at, name in enumerate(ours.names) if name in place]
        here.append([at for at, _ in both])
        there.append([at for _, at in both])
    return None if any(not len(each) for each in here) else (here, there)
