"""Checked options with other values, set by hand: to compose them takes a tenth of a second."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import yaml

from charlab.config.schema import RunOptions

_BY_HAND = ("dataset.", "init.", "model.", "task.", "trainer.")


def changed(options: Any, values: Mapping[str, Any]) -> Any:
    """The same options with some values: ``{"dataset.path": "a.txt"}``; they are not checked."""
    for key, value in values.items():
        name, _, rest = key.partition(".")
        part = changed(getattr(options, name), {rest: value}) if rest else value
        options = dataclasses.replace(options, **{name: part})
    return options


def options_of(compose: Callable[..., RunOptions], *words: str) -> RunOptions:
    """What words mean: choices (``model=gru``) are composed, single values are set by hand."""
    by_hand = dict(word.split("=", 1) for word in words if word.startswith(_BY_HAND))
    composed = compose(*(word for word in words if not word.startswith(_BY_HAND)))
    options: RunOptions = changed(composed, {k: yaml.safe_load(v) for k, v in by_hand.items()})
    return options
