"""Loggers whose packages are not installed are refused with the command that installs them."""

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from charlab.config import RunOptions
from charlab.config.loggers import require_loggers
from charlab.config.schema import CsvOptions, LoggerOptions, MlflowOptions, WandbOptions
from charlab.errors import ConfigError

ALL = LoggerOptions(
    tensorboard=None,
    csv=CsvOptions(),
    wandb=WandbOptions(project="p", entity=None, offline=True),
    mlflow=MlflowOptions(tracking_uri=None, experiment="e"),
)


def test_each_package_that_is_missing_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("wandb", "mlflow"):
        monkeypatch.setitem(sys.modules, name, None)  # as if it were not installed
    with pytest.raises(ConfigError) as caught:
        require_loggers(ALL)
    assert [line.partition("'")[2] for line in caught.value.lines] == [
        "charlab[wandb]' (in a clone: pip install '.[wandb]')",
        "charlab[mlflow]' (in a clone: pip install '.[mlflow]')",
    ]
    with pytest.raises(ConfigError, match=r"^logger=wandb needs a package that is not installed"):
        require_loggers(dataclasses.replace(ALL, mlflow=None))


def test_a_folder_of_logged_runs_is_no_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "wandb", raising=False)
    logger = dataclasses.replace(ALL, mlflow=None)
    (tmp_path / "wandb").mkdir()
    with pytest.raises(ConfigError, match="logger=wandb"):
        require_loggers(logger)
    (tmp_path / "wandb" / "__init__.py").touch()
    require_loggers(logger)


def test_what_comes_with_charlab_is_always_there(
    compose_options: Callable[..., RunOptions], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("wandb", "mlflow"):
        monkeypatch.setitem(sys.modules, name, None)
    require_loggers(compose_options("logger=csv").logger)
    require_loggers(dataclasses.replace(ALL, csv=None, wandb=None, mlflow=None))
