"""The ``sweep`` group's typed schema against its files."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from charlab.config.sweep_schema import ENGINES, PRUNERS, SAMPLERS, SweepOptions, read_options
from charlab.errors import ConfigError


@cache
def composed(conf: Path, choice: str) -> Any:
    with initialize_config_dir(str(conf), version_base="1.3"):
        return compose("train", [f"sweep={choice}"])


def options(conf: Path, *words: str, choice: str = "optuna") -> SweepOptions:
    """The settings of a sweep's file, some of them as typed."""
    settings = {"sweep": OmegaConf.to_container(composed(conf, choice).sweep, resolve=True)}
    return read_options(OmegaConf.merge(settings, OmegaConf.from_dotlist(list(words))))


def test_every_file_fits_the_schema(conf: Path) -> None:
    choices = sorted(path.stem for path in (conf / "sweep").glob("*.yaml"))
    assert choices == ["grid", "optuna", "ray", "slurm"]
    for choice in choices:
        found = options(conf, choice=choice)
        assert found.engine.name == {"optuna": "local", "grid": "local"}.get(choice, choice)
        assert type(found.engine) is ENGINES[found.engine.name]


def test_the_defaults(conf: Path) -> None:
    found = options(conf)
    assert (found.name, found.n_trials, found.workers) == (None, 30, 1)
    assert (found.sampler, found.pruner, found.objective) == ("tpe", "auto", "val/loss")
    assert set(found.space) == {
        "optimizer.lr",
        "model.hidden_size",
        "model.num_layers",
        "dataset.seq_len",
    }


@pytest.mark.parametrize("word", [f"sampler={name}" for name in SAMPLERS])
def test_samplers(word: str, conf: Path) -> None:
    assert options(conf, f"sweep.{word}").sampler == word.partition("=")[2]


def test_pruners(conf: Path) -> None:
    for name in ("auto", *PRUNERS):
        assert options(conf, f"sweep.pruner={name}").pruner == name


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("sweep.n_trials=0", "sweep.n_trials must be at least 1, got 0"),
        ("sweep.workers=0", "sweep.workers must be from 1 to 10000, got 0"),
        ("sweep.workers=1000000000000", "sweep.workers must be from 1 to 10000"),
        ("sweep.finalist_seeds=1e12", "sweep.finalist_seeds must be from 1 to 1000"),
        ("sweep.max_minutes=0", "sweep.max_minutes must be above 0, got 0"),
        ("sweep.duplicates=skip", "sweep.duplicates must be one of reuse, redraw, train"),
        ("sweep.retry_failed=perhaps", "sweep.retry_failed must be true or false"),
        ("sweep.enqueue=lr", "sweep.enqueue must be a list, got 'lr'"),
        ("sweep.enqueue=[1]", "sweep.enqueue must be a group of settings, got 1"),
        ("sweep.n_trials=many", "sweep.n_trials must be a whole number, got 'many'"),
        ("sweep.direction=down", "sweep.direction must be one of auto, minimize, maximize"),
        ("sweep.percentile=101", "sweep.percentile must be from 0 to 100, got 101"),
        ("sweep.reduction_factor=1", "sweep.reduction_factor must be at least 2, got 1"),
        ("sweep.name=a/b", "sweep.name must be a folder's name (in UTF-8, no slash, not empty)"),
        ("sweep.name=''", "sweep.name must be a folder's name (in UTF-8, no slash, not empty)"),
        ("sweep.seed=-1", "sweep.seed must be from 0 to 2147483647, got -1"),
        ("sweep.engine.name=kubernetes", "sweep.engine.name"),
        ("sweep.n_trails=3", "did you mean 'sweep.n_trials'?"),
    ],
)
def test_what_is_refused(word: str, message: str, conf: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        options(conf, word)
    assert message in str(raised.value)
