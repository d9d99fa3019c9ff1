"""charlab: a laboratory for character-level recurrent networks.

``charlab.train(["model=gru"])`` trains one and ``charlab.load("outputs/…")`` gives it again, with
``generate``, ``classify``, ``score``; ``charlab.compose`` gives the settings alone.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from charlab.api import TrainedModel
    from charlab.api import load_model as load
    from charlab.commands.train import compose, train

    __version__: str

__all__ = ["TrainedModel", "__version__", "compose", "load", "train"]


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
    raise AttributeError(f"module 'charlab' has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*globals(), *__all__]
