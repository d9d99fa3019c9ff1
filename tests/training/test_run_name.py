"""What loggers call a run, and what they list of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from charlab.config import RunOptions
from charlab.training.run_name import RunName

RUN = Path("outputs/generate/names/gru/2026-01-02_03-04-05")
TRIAL = Path("outputs/sweeps/first/3")


@pytest.mark.parametrize(
    ("words", "label"),
    [
        ([], ""),
        (["model=gru", "task=generate", "trainer.max_epochs=2", "output_dir=x"], ""),
        (["model.hidden_size=64", "seed=2"], "hidden_size=64,seed=2"),
        (["optimizer=sgd", "optimizer.lr=0.0123456"], "optimizer=sgd,lr=0.01235"),
        (["dataset.path='/home/a b/c.txt'", "logger.wandb.project=p", "seed=2"], "seed=2"),
        (["dataset.split.fractions=[0.8,0.1,0.1]"], "fractions=-0.8,0.1,0.1-"),
        (["init.run='/home/a b/2026-01-02'", "init.body_lr=0.5"], "init=2026-01-02,body_lr=0.5"),
        (["experiment=gru_text", "debug=../x"], "experiment=gru_text,debug=..-x"),
        ([f"model.a{n}=1{n:09}" for n in range(9)], "a0=1000000000,a1=1000000001,"
         "a2=1000000002,a3=1000000003,and_5_more"),
    ],
)  # fmt: skip
def test_a_label_says_what_was_changed(
    compose_options: Callable[..., RunOptions], words: list[str], label: str
) -> None:
    assert RunName(compose_options(), RUN, words).label == label


def test_a_run_lists_what_people_vary_first_and_what_was_changed(
    compose_options: Callable[..., RunOptions],
) -> None:
    words = ["model=gru", "optimizer.weight_decay=0.1", "seed=2", "trainer.progress=none"]
    name = RunName(compose_options(*words), RUN, words)
    assert list(name.settings()) == [
        "model.name", "task.name", "dataset.name", "optimizer.lr", "model.hidden_size",
        "model.num_layers", "model.dropout", "dataset.seq_len", "dataset.batch_size", "seed",
        "optimizer.weight_decay",
    ]  # fmt: skip
    assert name.title == "generate names gru weight_decay=0.1,seed=2"
    assert name.sweep is None
    assert name.all_settings()["trainer.max_epochs"] == 6


def test_a_trial_lists_what_is_searched(compose_options: Callable[..., RunOptions]) -> None:
    searched = ["model.hidden_size=64", "optimizer.lr=0.0031415926"]
    words = ["dataset.limit=100", *searched]
    name = RunName(compose_options(*words), TRIAL, words, searched)
    assert name.settings() == {"model.hidden_size": 64, "optimizer.lr": 0.0031415926}
    assert name.title == "first 3 hidden_size=64,lr=0.003142"
    assert name.sweep == "first"
