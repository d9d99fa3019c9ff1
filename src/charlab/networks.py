"""A checkpoint's network."""

from pathlib import Path
from typing import Any

import torch
from torch import nn

from charlab.checkpoint import Checkpoint
from charlab.deferred import defer_compiler
from charlab.errors import CharlabError, CheckpointError
from charlab.tasks import TASKS
from charlab.tasks.task import DataFacts, Task


def task_of(checkpoint: Checkpoint) -> Task[Any]:
    """The task that a checkpoint's network was trained for."""
    data = DataFacts(checkpoint.vocabulary, checkpoint.labels, checkpoint.label_counts)
    return TASKS[checkpoint.options.task.name](checkpoint.options, data)


def restore_network(checkpoint: Checkpoint, path: Path) -> nn.Module:
    """The network of a checkpoint, on the CPU, in evaluation mode.

    Raises:
        CheckpointError: if the weights do not fit the configuration beside them.
    """
    defer_compiler()
    try:
        if checkpoint.options.model.num_layers > len(checkpoint.network):
            raise ValueError("more layers than weights")
        with torch.device("meta"):  # no memory and no time for sizes that the weights do not have
            network: nn.Module = task_of(checkpoint).build_network()
        network.load_state_dict(checkpoint.network, assign=True)
    except (CharlabError, RuntimeError, AttributeError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path}: the weights do not fit the configuration in it") from error
    return network.eval()


def count_parameters(network: nn.Module) -> int:
    """Trainable numbers in a network."""
    return sum(p.numel() for p in network.parameters() if p.requires_grad)
