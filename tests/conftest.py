"""What tests of every room may ask for: composed options, small corpora."""

# First of all, before anything imports torch, also in the processes that tests start: a worker
# of the suite per core, so one thread for each; and threads that wait for others are not to spin.
# ruff: noqa: E402
import os

from charlab.system.startup import prepare

prepare()
os.environ.setdefault("OMP_NUM_THREADS", "1")

import copy
import functools
import gc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any
from unittest.mock import patch

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.override_parser.overrides_parser import OverridesParser
from hypothesis import settings
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from charlab.config import RunOptions
from charlab.config.hydra_app import check
from charlab.config.overrides import protect
from charlab.data.corpus import Corpus, build_corpus
from charlab.data.documents.document import Document

# A busy machine is no failure: no example has a deadline.
settings.register_profile("charlab", deadline=None)
settings.load_profile("charlab")

pytest_plugins = ["tests.fixtures.commands", "tests.fixtures.toy_models"]

CONF = Path(__file__).parent.parent / "conf"

_load, _loaded = OmegaConf.load, dict[str | bytes, Any]()


def _load_once(file: str | Path | IO[Any]) -> Any:
    """What a file of a configuration holds; the same text is parsed once.

    Some sixteen files make a configuration, and PyYAML takes a quarter of the time for them.
    """
    if isinstance(file, str | Path):
        return _load(file)
    place, text = file.tell(), file.read()
    if text not in _loaded:
        file.seek(place)  # an error is to name the file
        _loaded[text] = _load(file)
    return copy.deepcopy(_loaded[text])


@pytest.fixture(scope="session", autouse=True)
def _files_are_parsed_once() -> Iterator[None]:
    with patch.object(OmegaConf, "load", _load_once):
        yield


def pytest_collection_finish() -> None:
    """What is imported stays: from now on the search for garbage leaves it aside, and is rare."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@functools.cache
def _compose(overrides: tuple[str, ...]) -> RunOptions:
    words = protect(["trainer.figures=never", *overrides])  # drawing takes longer than a training
    settings = [word for word in words if _is_setting(word)]
    config = copy.deepcopy(_base(tuple(word for word in words if word not in settings)))
    try:
        for override in OverridesParser.create().parse_overrides(settings):
            OmegaConf.update(config, override.key_or_group, override.value())
    except OmegaConfBaseException:  # Hydra has its own words for it
        return check(_base(tuple(words)))
    return check(config)


@functools.cache
def _base(words: tuple[str, ...]) -> DictConfig:
    """What Hydra composes, in 0.12 s: what is chosen of its groups, once for all settings."""
    with initialize_config_dir(str(CONF), version_base="1.3"):
        return compose("train", [*words])


def _is_setting(word: str) -> bool:
    """Whether an override gives one value and chooses no file."""
    key = word.partition("=")[0]
    return key.replace(".", "").replace("_", "").isalnum() and not (CONF / key).is_dir()


@pytest.fixture(scope="session")
def conf() -> Path:
    """The folder of what can be composed."""
    return CONF


@pytest.fixture(scope="session")
def compose_options() -> Callable[..., RunOptions]:
    """``compose_options("model=gru", "seed=3")``: checked options, as train.py composes them."""
    return lambda *overrides: _compose(overrides)


@pytest.fixture(scope="session")
def make_corpus() -> Callable[..., Corpus]:
    """``make_corpus([("Ada", "given"), …], layout="sequences")``: a corpus of a few texts."""

    def make(
        texts: Iterable[tuple[str, str | None]],
        *,
        layout: str = "auto",
        fractions: tuple[float, float, float] = (0.6, 0.2, 0.2),
    ) -> Corpus:
        documents = [Document(text, label) for text, label in texts]
        return build_corpus(
            documents, normalize="nfc", layout=layout, fractions=fractions, split_seed=0
        )

    return make
