"""charlab: a laboratory for character-level recurrent networks.

``charlab.load("outputs/…")`` gives a trained network with ``generate``, ``classify``, ``score``.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from charlab.api import TrainedModel
    from charlab.api import load_model as load

__all__ = ["TrainedModel", "load"]


def __getattr__(name: str) -> Any:
    """Imports torch only when a network is asked for."""
    if name == "load":
        from charlab.api import load_model

        return load_model
    if name == "TrainedModel":
        from charlab.api import TrainedModel

        return TrainedModel
    raise AttributeError(f"module 'charlab' has no attribute {name!r}")
