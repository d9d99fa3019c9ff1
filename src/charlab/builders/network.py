"""A checkpoint's network."""

import dataclasses
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from charlab.builders.corpus import check_together
from charlab.config.schema import AdamOptions, SGDOptions
from charlab.data.corpus import LAYOUTS
from charlab.data.facts import DataFacts
from charlab.errors import CharlabError, CheckpointError, ConfigError
from charlab.runs.checkpoint import Checkpoint, require_like
from charlab.system.devices import total_memory
from charlab.tasks import TASKS
from charlab.tasks.task import Task


def task_of(checkpoint: Checkpoint) -> Task[Any]:
    """The task that a checkpoint's network was trained for.

    Raises:
        CheckpointError: if its configuration is none that a run is trained with.
    """
    options = checkpoint.options
    try:
        check_together(options)
        if options.dataset.layout not in LAYOUTS:
            raise ConfigError(f"dataset.layout={options.dataset.layout} was left open")
        for name in options.task.left_open:
            raise ConfigError(f"task.{name}={getattr(options.task, name)} was left open")
    except ConfigError as error:
        raise CheckpointError(f"the checkpoint's configuration cannot be: {error}") from error
    data = DataFacts(
        checkpoint.vocabulary,
        checkpoint.labels,
        checkpoint.label_counts,
        checkpoint.tags,
        checkpoint.target_vocabulary,
    )
    return TASKS[options.task.name](options, data)


def require_memory(task: Task[Any], *, positions: int, device: torch.device) -> None:
    """Refuses what no training on this device could hold, before any of it is allocated.

    Counted is what every run needs at least: weights, gradients, what the optimizer keeps of each
    weight, and the features of one window.

    Args:
        task: with the run's options and its data's facts.
        positions: characters of a window, B × T.
        device: where the run is to be.

    Raises:
        ConfigError: if that is more than there is.
    """
    options, there = task.run, total_memory(device)
    model = options.model
    width = 2 * model.hidden_size + max(model.embedding_size, task.data.vocabulary.size)
    features = positions * model.num_layers * model.hidden_size
    # Most networks are far too small to be counted: 16 gates and directions would fit as well.
    if 4 * (features + 64 * width * (model.num_layers * model.hidden_size + width)) <= there:
        return
    optimizer = options.optimizer
    kept = 0  # of each weight, by the optimizer; by another one of PyTorch's perhaps nothing
    if isinstance(optimizer, AdamOptions):
        kept = 2
    elif isinstance(optimizer, SGDOptions):
        kept = int(optimizer.momentum > 0)
    needed = 4 * ((2 + kept) * _count_on_paper(task) + features)
    if needed > there:
        raise ConfigError(
            f"training would need at least {needed / 2**30:,.3g} GiB of memory and there are "
            f"{there / 2**30:,.3g}: lower model.hidden_size, model.num_layers, "
            "model.embedding_size, dataset.batch_size or dataset.seq_len"
        )


def _count_on_paper(task: Task[Any]) -> int:
    """A network's parameters, without making them; layers after the second are like that one."""
    counts = []
    for layers in (1, 2):
        model = dataclasses.replace(task.run.model, num_layers=layers)
        changed = type(task)(dataclasses.replace(task.run, model=model), task.data)
        try:
            with torch.device("meta"):  # no memory and no time
                network = changed.build_network()
        except (RuntimeError, OverflowError, TypeError):  # more numbers than an index can have
            return 2**63
        counts.append(count_parameters(network))
    return counts[0] + (task.run.model.num_layers - 1) * (counts[1] - counts[0])


def restore_network(checkpoint: Checkpoint, path: Path) -> nn.Module:
    """The network of a checkpoint, on the CPU, in evaluation mode.

    Raises:
        CheckpointError: if the weights do not fit the configuration beside them.
    """
    try:
        if checkpoint.options.model.num_layers > len(checkpoint.network):
            raise ValueError("more layers than weights")
        task = task_of(checkpoint)
        with torch.device("meta"):  # no memory and no time for sizes that the weights do not have
            network: nn.Module = task.build_network()
        load_weights(network, checkpoint.network, assign=True)
    except (CharlabError, RuntimeError, AttributeError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: the weights do not fit the configuration in it") from error
    return network.eval()


def load_weights(network: nn.Module, weights: dict[str, Tensor], *, assign: bool = False) -> None:
    """Gives a network the weights of a checkpoint, of exactly its own shapes and types.

    Raises:
        CheckpointError: if they are others.
    """
    own = network.state_dict()
    if not isinstance(weights, dict) or weights.keys() != own.keys():
        raise CheckpointError("the weights are not those of the network that was configured")
    for name, weight in weights.items():
        require_like(weight, own[name], name)
    network.load_state_dict(weights, assign=assign)


def count_parameters(network: nn.Module) -> int:
    """Trainable numbers in a network."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)
