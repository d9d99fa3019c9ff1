"""Settings that came after runs and studies were first stored, and what was done before them."""

from collections.abc import Iterable, Mapping
from typing import Any

from charlab.config.fields import flat

_LATER: dict[str, dict[str, Any]] = {
    "model": {
        "tied_embeddings": False,
        "dropout_kind": "plain",
        "input_dropout": 0.0,
        "output_dropout": None,
        "embedding_dropout": 0.0,
        "weight_dropout": 0.0,
        "layer_norm": False,
        "residual": False,
    },
    "trainer": {
        "devices": 1,
        "nodes": 1,
        "strategy": "auto",
        "accumulate": 1,
        "figures": "auto",
        "ema_decay": None,
        "activation_penalty": 0.0,
        "temporal_penalty": 0.0,
    },
    "dataset": {
        "tag_column": None,
        "target_column": None,
        "target_unit": "char",
        "held_out": [],
        "romanized": False,
        "distance": None,
        "random_offset": False,
        "random_lengths": False,
        "noise": 0.0,
        "noise_by": "random",
    },
    "init": {"run": None, "freeze_epochs": 0, "body_lr": 1.0},
}


_LATER_OF_TASKS: dict[str, dict[str, Any]] = {
    "generate": {"label_smoothing": 0.0},
    "tag": {"label_smoothing": 0.0},
    "classify": {"language_weight": 0.0},
}


def with_later_model(composed: Mapping[str, Any]) -> dict[str, Any]:
    """A composed configuration whose model is of a file from before there were some settings."""
    model = composed.get("model")
    if not isinstance(model, Mapping):
        return dict(composed)
    return {**composed, "model": {**_LATER["model"], **model}}


def with_later(stored: Mapping[str, Any]) -> dict[str, Any]:
    """A stored run's configuration with the settings that it may lack."""
    stored = {"logger": {"tensorboard": {}}, **stored}
    completed = {group: {**later, **stored.get(group, {})} for group, later in _LATER.items()}
    if isinstance(task := stored.get("task"), Mapping):
        completed["task"] = {**_LATER_OF_TASKS.get(str(task.get("name")), {}), **task}
    return {**stored, **completed}


def flat_with_later(base: Mapping[str, Any], searched: Iterable[str]) -> dict[str, Any]:
    """The same of a stored sweep's settings ("model.hidden_size").

    Args:
        base: those that all trials share.
        searched: keys and groups that are searched, and no part of these.
    """
    later = {**_LATER, "task": _LATER_OF_TASKS.get(str(base.get("task.name")), {})}
    prefixes = tuple(f"{key.lstrip('+')}." for key in searched)
    own = {key: value for key, value in flat(later) if not f"{key}.".startswith(prefixes)}
    return {**own, **base}
