"""Pictures of how far back any task's networks remember, and of their gates."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import torch
from matplotlib.figure import Figure
from torch import nn

from charlab.data.tokens.vocabulary import NAMES
from charlab.errors import DataError
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.figures.memory import Reach, context_figure, gradient_figure, saturation_figure
from charlab.figures.picture import Picture
from charlab.inspection.activations import looking, recurrent_of
from charlab.inspection.memory import (
    Contexts,
    Head,
    contexts_of,
    loss_by_context,
    measure_gradients,
)
from charlab.inspection.saturation import measure_saturation
from charlab.models.recurrent import RecurrentModel
from charlab.tasks.task import Task

Measured = TypeVar("Measured")
Measure = Callable[[RecurrentModel, Head, Sequence[Contexts]], Measured]


def memory_pictures(task: Task[Any], trained: TrainedNetwork[Any], split: str) -> Iterator[Picture]:
    """Gradients through time, the loss by the context given, saturated gates.

    Args:
        task: what the networks were trained for.
        trained: the network and its data, with those that are to stand on the same axes.
        split: which part is looked at.
    """
    of, tokens = f"of the {split} part", NAMES[trained.corpus.vocabulary.unit]
    yield Picture(
        "memory",
        "Gradients through time",
        "The norm of the gradient of the loss at a position t with respect to the state k "
        f"{tokens} before it, over that at k = 0: the median {of} in a band of the middle half "
        "of positions, dotted the mean. A line that falls steeply is a gradient that vanishes: "
        "what stood there can hardly be learnt from (Bengio et al. 1994, Pascanu et al. 2013).",
        lambda: [_gradients(task, trained, split)],
        "memory",
    )
    yield Picture(
        "context",
        "Loss by context given",
        f"The mean loss, in nats, at the same positions {of} where the network begins to read "
        f"only so many {tokens} before them: where the line is flat, what is further back does "
        "not help (Khandelwal et al. 2018).",
        lambda: [_contexts(task, trained, split)],
        "memory",
    )
    yield Picture(
        "saturation",
        "Saturated gates",
        f"A dot is a unit: how often {of} its gate is open (above 0.9) and shut (below 0.1). "
        "Forget and update gates at the lower right carry their unit's state on nearly always "
        "(Karpathy et al. 2015).",
        lambda: [_saturation(task, trained, split)],
        "memory",
    )


def _gradients(task: Task[Any], trained: TrainedNetwork[Any], split: str) -> Figure:
    """The networks that were asked for, or this one beside itself before its training."""
    beside = trained.beside or (_untrained(task, trained),)
    found = _measured(task, (trained, *beside), split, measure_gradients)
    return gradient_figure(
        {
            name: Reach(n.mean, n.median, n.low, n.high, dashed=not trained.beside and place == 1)
            for place, (name, n) in enumerate(found.items())
        }
    )


def _contexts(task: Task[Any], trained: TrainedNetwork[Any], split: str) -> Figure:
    found = _measured(task, (trained, *trained.beside), split, loss_by_context)
    losses = {name: (loss.contexts, loss.losses) for name, loss in found.items()}
    return context_figure(losses, NAMES[trained.corpus.vocabulary.unit])


def _saturation(task: Task[Any], trained: TrainedNetwork[Any], split: str) -> Figure:
    network = trained.network
    found = measure_saturation(network, trained.corpus.splits[split], task.reading)
    if not found:
        raise DataError("this cell has no gates between 0 and 1")
    layers = recurrent_of(network).num_layers
    names = [f"layer {s.layer}, {s.gate}" if layers > 1 else s.gate for s in found]
    return saturation_figure([(n, s.shut, s.open) for n, s in zip(names, found, strict=True)])


def _untrained(task: Task[Any], trained: TrainedNetwork[Any]) -> TrainedNetwork[Any]:
    """The network before its training."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(trained.seed)
        fresh: nn.Module = task.build_network()
    device = next(trained.network.parameters()).device
    return TrainedNetwork(fresh.to(device), trained.corpus, trained.seed, "untrained")


def _measured(
    task: Task[Any],
    networks: Sequence[TrainedNetwork[Any]],
    split: str,
    measure: Measure[Measured],
) -> dict[str, Measured]:
    """What is measured of each network where it looks back, under a name of its own.

    Raises:
        DataError: if there is nothing to look back at, or a network predicts nothing while it
            reads.
    """
    found: dict[str, Measured] = {}
    for one in networks:
        head = task.step_head(one.network)
        contexts = list(contexts_of(one.corpus.splits[split], task.reading))
        if not contexts:
            raise DataError("the text is too short to look back in it")
        name = one.name or "trained"
        others = sum(other == name or other.startswith(f"{name} (") for other in found)
        with looking(one.network):
            measured = measure(recurrent_of(one.network), head, contexts)
        found[f"{name} ({others + 1})" if others else name] = measured
    return found
