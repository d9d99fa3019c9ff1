"""charlab: a laboratory for character-level recurrent networks.

``charlab.load("outputs/…")`` gives a trained network with ``generate``, ``classify``, ``score``.
"""

from typing import TYPE_CHECKING, Any

from charlab.system.lazy_imports import defer

if TYPE_CHECKING:
    from charlab.api import TrainedModel
    from charlab.api import load_model as load

__all__ = ["TrainedModel", "load"]

defer()  # wherever Lightning is imported from later, this module was before


def __getattr__(name: str) -> Any:
    """Imports torch only when a network is asked for."""
    if name == "load":
        from charlab.api import load_model

        return load_model
    if name == "TrainedModel":
        from charlab.api import TrainedModel

        return TrainedModel
    raise AttributeError(f"module 'charlab' has no attribute {name!r}")
