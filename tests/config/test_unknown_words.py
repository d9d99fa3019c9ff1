"""What an unknown word may have been meant to be."""

import pytest

from charlab.config import RunOptions
from charlab.config.cli_args import parse_arguments
from charlab.config.cli_options import EvaluateArguments, PredictArguments, SampleArguments
from charlab.config.fields import choices_with, dotted_keys
from charlab.config.flags import sort_flags
from charlab.config.hydra_app import known_words
from charlab.config.unknown_words import nearest_choice, nearest_key, no_choice, unknown_key
from charlab.errors import ConfigError

KNOWN = [*known_words(), "resume"]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("temp", "task.samples.temperature"),
        ("lr", "optimizer.lr"),
        ("learning_rate", "optimizer.lr"),
        ("model.lr", "optimizer.lr"),
        ("optimiser.lr", "optimizer.lr"),
        ("hidden_size", "model.hidden_size"),
        ("hidden-size", "model.hidden_size"),
        ("MODEL.HIDDEN_SIZE", "model.hidden_size"),
        ("epochs", "trainer.max_epochs"),
        ("epoc", "trainer.max_epochs"),
        ("batch_size", "dataset.batch_size"),
        ("bs", "dataset.batch_size"),
        ("embed", "model.embedding_size"),
        ("n_layers", "model.num_layers"),
        ("grad_clip", "trainer.gradient_clip"),
        ("seq_length", "dataset.seq_len"),
        ("data.path", "dataset.path"),
        ("data", "dataset"),
        ("sed", "seed"),
        ("patience", "trainer.patience"),  # not the sweep's
        ("gpus", "trainer.devices"),  # not a cluster's
        ("gpu", "trainer.accelerator=cuda"),
        ("samples", "task.samples.count"),
        ("trials", "sweep.n_trials"),
        ("sweep.trials", "sweep.n_trials"),
        ("qqq", ""),
        ("foo", ""),
    ],
)
def test_settings(typed: str, meant: str) -> None:
    assert nearest_key(typed, KNOWN) == meant


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("--epochs 5", "trainer.max_epochs=5"),
        ("--lr=0.1", "optimizer.lr=0.1"),
        ("--cpu", "trainer.accelerator=cpu"),
        ("--fast_dev_run", "debug=smoke"),
        ("gru", "model=gru"),
        ("lstm epochs=3", "model=lstm"),
        ("model:gru", "model=gru"),
        ("--multirn", "--multirun"),
        ("--hlep", "--help"),
    ],
)
def test_words_of_train(line: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        sort_flags(line.split(), KNOWN)
    assert str(caught.value).endswith(f"did you mean {hint}?")


@pytest.mark.parametrize(
    ("schema", "line", "end"),
    [
        (SampleArguments, "temp=0.5", "did you mean 'temperature'?"),
        (SampleArguments, "num_samples=3", "did you mean 'count'?"),
        (SampleArguments, "max_length=3", "did you mean 'length'?"),
        (SampleArguments, "-n 5", "did you mean count=5?"),
        (SampleArguments, "model=x", "did you mean 'run'?"),
        (SampleArguments, "The", "did you mean prompt=The?"),
        (SampleArguments, "accelerator=gpu", "got 'gpu': did you mean 'cuda'?"),
        (SampleArguments, "unknown=marks", "got 'marks': did you mean 'mark'?"),
        (SampleArguments, "--versoin", "did you mean --version?"),
        (PredictArguments, "file=x", "did you mean 'input'?"),
        (PredictArguments, "Foo", "did you mean text=Foo?"),
        (EvaluateArguments, "split=validation", "got 'validation': did you mean 'val'?"),
    ],
)
def test_words_of_the_other_commands(schema: type, line: str, end: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_arguments(schema, line.split())
    assert str(caught.value).endswith(end)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("group", "word", "end"),
    [
        ("model", "ltsm", "did you mean 'lstm'?"),
        ("model", "LSTM", "did you mean 'lstm'?"),
        ("model", "rnn", "did you mean 'vanilla'?"),
        ("model", "transformer", "choose one of: gru, lstm, vanilla"),
        ("dataset", "shakespeare", "did you mean 'tiny_shakespeare'?"),
        ("dataset", "./a b.txt", "dataset=text 'dataset.path=./a b.txt'"),
    ],
)
def test_choices(group: str, word: str, end: str) -> None:
    choices = {"model": ["gru", "lstm", "vanilla"], "dataset": ["names", "tiny_shakespeare"]}
    assert no_choice(group, word, choices[group]).endswith(end)


def test_values() -> None:
    assert nearest_choice("chars", ("char", "byte", "word")) == "char"
    assert nearest_choice("fp16", ("auto", "float32", "bf16")) == "bf16"
    assert nearest_choice(3, ("auto", "cpu")) == ""


def test_what_another_choice_has() -> None:
    having = choices_with(RunOptions, "task.pooling")
    assert having == ["task=classify"]
    assert unknown_key("task.pooling", KNOWN, having).endswith("task=classify has it")


def test_the_nearest_key_is_named():
    known = list(dotted_keys(RunOptions, {}))
    for wrong, right in {
        "model.hiden_size": "model.hidden_size",
        "hidden_size": "model.hidden_size",
        "hiden_size": "model.hidden_size",
        "optimizer.seq_len": "dataset.seq_len",
        "model.lr": "optimizer.lr",
        "tranier.max_epochs": "trainer.max_epochs",
        "modle.name": "model.name",
        "task.samples.lenght": "task.samples.length",
        "sed": "seed",
        "epochs": "trainer.max_epochs",
        "temp": "task.samples.temperature",
        "hidden": "model.hidden_size",
        "optimizer.learning_rate": "optimizer.lr",
    }.items():
        assert unknown_key(wrong, known) == f"unknown setting {wrong!r}: did you mean {right!r}?"
    # Where nothing is near, what there is beside it, and no far-fetched guess.
    assert unknown_key("scheduler.foo", known).endswith(": scheduler has name, warmup, final")
    assert unknown_key("optimizer.alpha", known).endswith(
        ": optimizer has name, lr, betas, weight_decay, momentum"
    )
    assert unknown_key("qqq", known) == "unknown setting 'qqq': --help lists all there are"
    other = unknown_key("optimizer.momentum", known)
    assert other.endswith("the chosen optimizer has none, another choice has")
