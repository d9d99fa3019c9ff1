"""The schema of a run's configuration: what its code promises of its settings."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest
import torch
from omegaconf import OmegaConf
from torch import nn

from charlab.builders.corpus import resolve
from charlab.config import RunOptions, schema
from charlab.config.schema import LoggerOptions, MlflowOptions, is_incidental, is_of_body
from charlab.config.targets import OptimizerTarget, SchedulerTarget, Target
from charlab.config.validation import build
from charlab.data.corpus import Corpus
from charlab.data.facts import facts_of
from charlab.tasks import TASKS
from charlab.testing.model_contract import randomize

SCHEMAS = [
    found
    for found in vars(schema).values()
    if dataclasses.is_dataclass(found) and found.__module__ == schema.__name__
]


@pytest.mark.parametrize("options", SCHEMAS)
def test_no_setting_has_a_default_that_a_file_could_forget(options: Any) -> None:
    for field in dataclasses.fields(options):
        assert field.default is dataclasses.MISSING, field.name
        assert field.default_factory is dataclasses.MISSING, field.name


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["task=transduce", "dataset=dates", "model=gru", "optimizer=sgd"],
        ['dataset.path=it\'s: ${seed}, "é" #1', "trainer.max_minutes=0.5"],
        ["optimizer._target_=torch.optim.RAdam", "callbacks.a._target_=my.Bell", "logger=csv"],
    ],
)
def test_settings_are_shown_as_yaml_that_makes_them_again(
    words: list[str], compose_options: Callable[..., RunOptions]
) -> None:
    options = compose_options(*words)
    plain: Any = OmegaConf.to_container(OmegaConf.create(str(options)))
    assert build(RunOptions, plain) == options


@pytest.mark.parametrize(
    ("changes", "has"),
    [
        ({}, False),
        ({"callbacks": {}}, False),
        ({"optimizer": OptimizerTarget("torch.optim.RAdam", {})}, True),
        ({"scheduler": SchedulerTarget("torch.optim.lr_scheduler.ConstantLR", {})}, True),
        ({"callbacks": {"a": Target("my.Bell", {})}}, True),
    ],
)
def test_whether_a_class_is_named(
    changes: dict[str, Any], has: bool, compose_options: Callable[..., RunOptions]
) -> None:
    assert dataclasses.replace(compose_options(), **changes).has_targets is has


def test_loggers_are_named_in_their_order() -> None:
    none = LoggerOptions(tensorboard=None, csv=None, wandb=None, mlflow=None)
    assert none.names == []
    both = dataclasses.replace(
        none, tensorboard=schema.TensorBoardOptions(), mlflow=MlflowOptions(None, "e")
    )
    assert both.names == ["tensorboard", "mlflow"]


@pytest.mark.parametrize(
    ("key", "incidental"),
    [
        ("output_dir", True),
        ("logger", True),
        ("logger.wandb.project", True),
        ("trainer.log_every", True),
        ("trainer.max_epochs", False),
        ("trainer.log_every_step", False),
        ("seed", False),
        ("dataset.output_dir", False),
    ],
)
def test_whether_a_setting_leaves_a_run_s_results_alone(key: str, incidental: bool) -> None:
    assert is_incidental(key) is incidental


CHANGES: dict[str, Any] = {
    "hidden_size": 5,
    "num_layers": 3,
    "embedding_size": 0,
    "tied_embeddings": True,
    "layer_norm": True,
    "residual": True,
    "dropout": 0.5,
    "dropout_kind": "locked",
    "input_dropout": 0.5,
    "output_dropout": 0.5,
    "embedding_dropout": 0.5,
    "weight_dropout": 0.5,
    "kernel": "reference",
    "forget_bias": 3.0,
    "nonlinearity": "relu",
}


@pytest.mark.parametrize("model", ["vanilla", "lstm", "gru"])
def test_of_the_body_is_what_trained_weights_depend_on(
    model: str, compose_options: Callable[..., RunOptions], make_corpus: Callable[..., Corpus]
) -> None:
    corpus = make_corpus([(f"a{n}b", None) for n in range(20)], layout="sequences")
    small = ("model.hidden_size=4", "model.embedding_size=4", "model.num_layers=2")
    base = compose_options("dataset.layout=sequences", f"model={model}", *small)
    ids = torch.tensor([[2, 3, 4, 2]])

    def network(options: RunOptions) -> nn.Module:
        task: Any = TASKS["generate"](resolve(options, corpus), facts_of(corpus))
        made: nn.Module = task.build_network().eval()
        return made

    torch.manual_seed(0)
    trained = network(base)
    randomize(trained)
    known = {field.name for field in dataclasses.fields(base.model)}
    assert known - CHANGES.keys() == {"name", "bidirectional"}  # a generator reads no future
    for key in known & CHANGES.keys():
        changed = dataclasses.replace(base.model, **{key: CHANGES[key]})
        other = network(dataclasses.replace(base, model=changed))
        try:
            other.load_state_dict(trained.state_dict())
        except RuntimeError:
            same = False
        else:
            with torch.no_grad():
                same = torch.allclose(other(ids)[0], trained(ids)[0], atol=1e-6)
        if key != "forget_bias":  # how the body's weights begin
            assert is_of_body(f"model.{key}") is not same, key
            assert is_of_body(f"+model.{key}") is not same, key
    assert is_of_body("model")
    assert not is_of_body("dataset.hidden_size")
