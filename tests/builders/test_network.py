"""A checkpoint's network: its task, its weights, and the memory that training it needs."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from charlab.builders.network import (
    count_parameters,
    load_weights,
    require_memory,
    restore_network,
    task_of,
)
from charlab.config.schema import RunOptions
from charlab.data.facts import DataFacts
from charlab.data.tokens import make_vocabulary
from charlab.errors import CheckpointError, ConfigError
from charlab.runs.checkpoint import Checkpoint
from charlab.tasks import TASKS
from charlab.tasks.task import Task
from tests.support.changed import options_of
from tests.support.played import trained_model
from tests.support.settled import settled

Compose = Callable[..., RunOptions]
PATH = Path("runs/a.ckpt")
CPU = torch.device("cpu")
DATA = DataFacts(
    make_vocabulary("char", tuple("abcdé")),
    ("New", "新しい"),
    (3, 4),
    ("N", "V"),
    make_vocabulary("char", ("x", "y")),
)


@pytest.fixture
def good(compose_options: Compose) -> Checkpoint:
    return trained_model(compose_options, "generate", "lstm").checkpoint


def with_options(checkpoint: Checkpoint, part: str, **values: Any) -> Checkpoint:
    """The same with other settings of a part, as no run has written them."""
    changed = dataclasses.replace(getattr(checkpoint.options, part), **values)
    options = dataclasses.replace(checkpoint.options, **{part: changed})
    return dataclasses.replace(checkpoint, options=options)


def task_with(compose: Compose, *words: str) -> Task[Any]:
    small = "model.hidden_size=5", "model.embedding_size=3"
    options = options_of(compose, *settled(words), *small, *words)
    made: Task[Any] = TASKS[options.task.name](options, DATA)
    return made


# The task


@pytest.mark.parametrize(
    ("part", "values", "message"),
    [
        ("dataset", {"layout": "auto"}, "dataset.layout=auto was left open"),
        ("task", {"condition_on_label": None}, "task.condition_on_label=None was left open"),
        ("model", {"bidirectional": True}, "model.bidirectional=true"),
        ("trainer", {"max_epochs": None}, "nothing would end this run"),
    ],
)
def test_a_configuration_that_no_run_has_is_refused(
    good: Checkpoint, part: str, values: dict[str, Any], message: str
) -> None:
    assert task_of(good).run == good.options
    with pytest.raises(CheckpointError, match=message) as caught:
        task_of(with_options(good, part, **values))
    (line,) = caught.value.lines
    assert line.startswith("the checkpoint's configuration cannot be: ")


# The weights


def test_a_restored_network_has_the_weights_and_evaluates(good: Checkpoint) -> None:
    network = restore_network(good, PATH)
    assert not network.training
    assert all(parameter.requires_grad for parameter in network.parameters())
    state = network.state_dict()
    assert state.keys() == good.network.keys()
    assert all(weight.equal(good.network[name]) for name, weight in state.items())


def test_weights_that_do_not_fit(good: Checkpoint, compose_options: Compose) -> None:
    name = next(iter(good.network))
    classifier = trained_model(compose_options, "classify", "lstm").options
    wrong: list[dict[str, Any]] = [
        {"network": {}},
        {"network": {**good.network, "extra": torch.zeros(2)}},
        {"network": {**good.network, name: torch.zeros(2, 3)}},
        {"network": {**good.network, name: good.network[name].double()}},
        {"network": {**good.network, name: "weights"}},
        {"network": [1, 2]},
        {"symbols": tuple("ab")},
        {"options": trained_model(compose_options, "generate", "gru").options},
        {"options": classifier},
        {"options": classifier, "labels": ("one",), "label_counts": (1,)},
    ]
    checkpoints = [dataclasses.replace(good, **entries) for entries in wrong]
    # No run has been like these; sizes that the weights do not have cost neither memory nor time.
    for values in ({"bidirectional": True}, {"hidden_size": 10**6}, {"num_layers": 10**9}):
        checkpoints.append(with_options(good, "model", **values))
    for checkpoint in checkpoints:
        with pytest.raises(CheckpointError) as caught:
            restore_network(checkpoint, PATH)
        wanted = "runs/a.ckpt: the weights do not fit the configuration in it"
        assert caught.value.lines == (wanted,)


def test_of_weights_that_are_refused_none_is_taken_over() -> None:
    network = nn.Linear(2, 3)
    before = {name: weight.clone() for name, weight in network.state_dict().items()}
    zeros = {"weight": torch.zeros(3, 2), "bias": torch.zeros(3)}
    for weights, message in (
        ({**zeros, "bias": torch.zeros(4)}, r"bias is \(4,\) of torch.float32, not \(3,\)"),
        ({**zeros, "bias": zeros["bias"].half()}, r"bias is \(3,\) of torch.float16"),
        ({"weight": zeros["weight"]}, "the weights are not those of the network"),
        (list(zeros.items()), "the weights are not those of the network"),
    ):
        with pytest.raises(CheckpointError, match=message):
            load_weights(network, weights)  # type: ignore[arg-type]
        assert all(weight.equal(before[name]) for name, weight in network.state_dict().items())
    load_weights(network, zeros)
    assert not any(weight.any() for weight in network.state_dict().values())


def test_what_is_frozen_or_shared_is_not_counted_again() -> None:
    network = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4, bias=False), nn.BatchNorm1d(4))
    assert count_parameters(network) == 16 + 4 + 16 + 4 + 4  # and no running means
    network[1].weight = network[0].weight
    assert count_parameters(network) == 16 + 4 + 4 + 4
    network[0].bias.requires_grad_(False)
    assert count_parameters(network) == 16 + 4 + 4
    assert count_parameters(nn.Identity()) == 0


# Memory


@pytest.mark.parametrize(
    "words",
    [
        ["task=generate", "model.num_layers=1"],
        ["task=generate", "model.num_layers=4", "task.condition_on_label=true"],
        ["task=generate", "model.tied_embeddings=true", "model.num_layers=3", "model=gru"],
        ["task=classify", "model.bidirectional=true", "model.num_layers=3"],
        ["task=tag", "model.num_layers=2", "model.layer_norm=true"],
        ["task=transduce", "model.bidirectional=true", "model.num_layers=5"],
        ["task=generate", "optimizer=sgd", "optimizer.momentum=0.9"],
        ["task=generate", "optimizer=sgd", "optimizer.momentum=0"],
        ["task=generate", "optimizer._target_=torch.optim.SGD", "optimizer.lr=0.1"],
    ],
    ids=" ".join,
)
def test_memory_for_what_training_holds_at_least_is_enough_and_less_is_not(
    compose_options: Compose, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    task = task_with(compose_options, *words)
    network = task.build_network()
    copies = 2  # weights and gradients
    if "optimizer.momentum=0.9" in words:
        copies += 1
    elif not any(word.startswith("optimizer") for word in words):
        copies += 2  # Adam's two moments
    model = task.run.model
    numbers = copies * sum(p.numel() for p in network.parameters())
    numbers += 70 * model.num_layers * model.hidden_size
    for there, fits in ((4 * numbers, True), (4 * numbers - 1, False)):
        monkeypatch.setattr("charlab.builders.network.total_memory", lambda _, there=there: there)
        if fits:
            require_memory(task, positions=70, device=CPU)
            continue
        with pytest.raises(ConfigError, match=r"would need at least .* GiB .* lower model"):
            require_memory(task, positions=70, device=CPU)


def test_what_no_machine_could_hold_is_refused_before_it_is_made(compose_options: Compose) -> None:
    for size in ("model.hidden_size=100000000", "model.hidden_size=9000000000000000000"):
        task = task_with(compose_options, size, "model.num_layers=1000000")
        with pytest.raises(ConfigError, match="training would need at least") as caught:
            require_memory(task, positions=1, device=CPU)
        assert len(caught.value.lines) == 1
