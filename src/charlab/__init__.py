"""charlab: a laboratory for character-level recurrent networks.

``charlab.train(["model=gru"])`` trains one and ``charlab.load("outputs/…")`` gives it again, with
``generate``, ``classify``, ``score``, and ``network``, the plain module; ``charlab.compose`` gives
the settings alone. ``charlab.load(…).save("x.safetensors")`` makes one file of it, and
``charlab.ensemble([…])`` averages what several networks say.
``charlab.from_torch`` and ``charlab.to_torch`` go from PyTorch's modules to charlab's recurrent
models and back. What a user can mend is raised as a ``charlab.CharlabError``.
"""

from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from charlab.api import Ensemble, TrainedModel, ensemble
    from charlab.api import load_model as load
    from charlab.commands.train import compose, train
    from charlab.errors import CharlabError
    from charlab.models import from_torch, to_torch

    __version__: str

__all__ = [
    "CharlabError",
    "Ensemble",
    "TrainedModel",
    "__version__",
    "compose",
    "ensemble",
    "from_torch",
    "load",
    "to_torch",
    "train",
]

_PLACES = {
    "CharlabError": "charlab.errors:CharlabError",
    "Ensemble": "charlab.api:Ensemble",
    "TrainedModel": "charlab.api:TrainedModel",
    "compose": "charlab.commands.train:compose",
    "ensemble": "charlab.api:ensemble",
    "from_torch": "charlab.models:from_torch",
    "load": "charlab.api:load_model",
    "to_torch": "charlab.models:to_torch",
    "train": "charlab.commands.train:train",
}


def __getattr__(name: str) -> Any:
    """Imports torch only when a network is asked for."""
    if name == "__version__":
        from importlib.metadata import version

        return version("charlab")
    if name not in _PLACES:
        raise AttributeError(f"module 'charlab' has no attribute {name!r}")
    from charlab.system.startup import let_threads_sleep

    let_threads_sleep()
    return resolve_name(_PLACES[name])


def __dir__() -> list[str]:
    return [*__all__, *(name for name in globals() if name.startswith("__"))]
