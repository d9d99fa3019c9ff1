"""The recurrent networks: characters in, features out; state in, state out.

A new model is a subclass of `RecurrentModel` under ``@models.register("name")``, in a module of a
folder of the user's own; docs/adding-a-model.md.
"""

from typing import Any

from charlab.models.classifier import Classifier
from charlab.models.language_model import LanguageModel
from charlab.models.pooling import POOLINGS
from charlab.models.recurrent import RecurrentModel
from charlab.models.state import State, detach_state, reset_lanes, select_lanes
from charlab.models.torch_modules import from_torch, to_torch
from charlab.registry import Registry, user_folders

__all__ = [
    "POOLINGS",
    "Classifier",
    "LanguageModel",
    "RecurrentModel",
    "State",
    "build_model",
    "detach_state",
    "from_torch",
    "models",
    "reset_lanes",
    "select_lanes",
    "to_torch",
]

__path__ += user_folders("model")

models: Registry[type[RecurrentModel]] = Registry("model", "charlab.models")


def build_model(name: str, **options: Any) -> RecurrentModel:
    """Builds a model by its registered name.

    Args:
        name: "vanilla", "lstm", "gru" or that of a new one.
        options: what its constructor takes.

    Raises:
        ConfigError: if there is no model of that name.
        ValueError: if an option is out of range.
        TypeError: if the model knows no such option.
    """
    return models[name](**options)
