"""charlab: a laboratory for character-level recurrent networks.

``charlab.train(["model=gru"])`` trains one and ``charlab.load("outputs/…")`` gives it again, with
``generate``, ``classify``, ``score``, and ``network``, the plain module; ``charlab.compose`` gives
the settings alone. ``charlab.from_torch`` and ``charlab.to_torch`` go from PyTorch's modules to
charlab's recurrent models and back.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from charlab.api import TrainedModel
    from charlab.api import load_model as load
    from charlab.commands.train import compose, train
    from charlab.models import from_torch, to_torch

    __version__: str

__all__ = ["TrainedModel", "__version__", "compose", "from_torch", "load", "to_torch", "train"]


def __getattr__(name: str) -> Any:
    """Imports torch only when a network is asked for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("charlab")
    if name in ("load", "TrainedModel"):
        from charlab import api

        return api.load_model if name == "load" else api.TrainedModel
    if name in ("compose", "train"):
        from charlab.commands import train as module

        return getattr(module, name)
    if name in ("from_torch", "to_torch"):
        from charlab import models

        return getattr(models, name)
    raise AttributeError(f"module 'charlab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
