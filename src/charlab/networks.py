"""From a configuration to a network: what training begins with and what a checkpoint is put into.

A task's network is looked up by the task's name; a new task adds its line to ``NETWORKS``.
"""

import dataclasses
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from charlab.checkpoint import Checkpoint, require_like
from charlab.config.check import to_plain
from charlab.config.schema import ClassifyOptions, GenerateOptions, RunOptions, SGDOptions
from charlab.deferred import defer_compiler
from charlab.devices import total_memory
from charlab.errors import CharlabError, CheckpointError, ConfigError
from charlab.models import build_model
from charlab.models.classifier import Classifier
from charlab.models.language_model import LanguageModel
from charlab.models.recurrent import RecurrentModel


def build_network(options: RunOptions, vocabulary_size: int, num_labels: int) -> nn.Module:
    """The network of a task, with fresh weights.

    Args:
        options: the run's resolved options.
        vocabulary_size: V.
        num_labels: C.

    Raises:
        ConfigError, ValueError: if the options do not fit together, or a classifier has no labels.
    """
    return NETWORKS[options.task.name](options, vocabulary_size, num_labels)


def require_memory(
    options: RunOptions,
    vocabulary_size: int,
    num_labels: int,
    *,
    positions: int,
    device: torch.device,
) -> None:
    """Refuses what no training on this device could hold, before any of it is allocated.

    Counted is what every run needs at least: weights, gradients, what the optimizer keeps of each
    weight, and the features of one window.

    Args:
        options, vocabulary_size, num_labels: as of `build_network`.
        positions: characters of a window, B × T.
        device: where the run is to be.

    Raises:
        ConfigError: if that is more than there is.
    """
    model, there = options.model, total_memory(device)
    width = 2 * model.hidden_size + max(model.embedding_size, vocabulary_size)
    features = positions * model.num_layers * model.hidden_size
    # Most networks are far too small to be counted: 16 gates and directions would fit as well.
    if 4 * (features + 64 * width * (model.num_layers * model.hidden_size + width)) <= there:
        return
    sgd = options.optimizer if isinstance(options.optimizer, SGDOptions) else None
    copies = 4 if sgd is None else 2 + bool(sgd.momentum)
    parameters = _count_on_paper(options, vocabulary_size, num_labels)
    needed = 4 * (copies * parameters + features)
    if needed > there:
        raise ConfigError(
            f"training would need at least {needed / 2**30:,.3g} GiB of memory and there are "
            f"{there / 2**30:,.3g}: lower model.hidden_size, model.num_layers, "
            "model.embedding_size, dataset.batch_size or dataset.seq_len"
        )


def _count_on_paper(options: RunOptions, vocabulary_size: int, num_labels: int) -> int:
    """A network's parameters, without making them; layers after the second are like that one."""
    defer_compiler()
    counts = []
    for layers in (1, 2):
        model = dataclasses.replace(options.model, num_layers=layers)
        changed = dataclasses.replace(options, model=model)
        try:
            with torch.device("meta"):  # no memory and no time
                network = build_network(changed, vocabulary_size, num_labels)
        except (RuntimeError, OverflowError):  # more numbers than an index can have
            return 2**63
        counts.append(count_parameters(network))
    return counts[0] + (options.model.num_layers - 1) * (counts[1] - counts[0])


def restore_network(checkpoint: Checkpoint, path: Path) -> nn.Module:
    """The network of a checkpoint, on the CPU, in evaluation mode.

    Raises:
        CheckpointError: if the weights do not fit the configuration beside them.
    """
    vocabulary_size = checkpoint.vocabulary.size
    defer_compiler()
    try:
        if checkpoint.options.model.num_layers > len(checkpoint.network):
            raise ValueError("more layers than weights")
        with torch.device("meta"):  # no memory and no time for sizes that the weights do not have
            network = build_network(checkpoint.options, vocabulary_size, len(checkpoint.labels))
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


def _language_model(options: RunOptions, vocabulary_size: int, num_labels: int) -> LanguageModel:
    assert isinstance(options.task, GenerateOptions)
    conditions = num_labels if options.task.condition_on_label else 0
    return LanguageModel(_recurrent(options, vocabulary_size, conditions))


def _classifier(options: RunOptions, vocabulary_size: int, num_labels: int) -> Classifier:
    assert isinstance(options.task, ClassifyOptions)
    recurrent = _recurrent(options, vocabulary_size, 0)
    return Classifier(recurrent, num_labels, pooling=options.task.pooling)


def _recurrent(options: RunOptions, vocabulary_size: int, conditions: int) -> RecurrentModel:
    values = {**to_plain(options.model)}
    name = values.pop("name")
    return build_model(name, vocabulary_size=vocabulary_size, num_conditions=conditions, **values)


NETWORKS: dict[str, Callable[[RunOptions, int, int], nn.Module]] = {
    "generate": _language_model,
    "classify": _classifier,
}
