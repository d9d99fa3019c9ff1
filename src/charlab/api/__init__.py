"""A trained network in a program's hands, or several whose answers are averaged."""

from charlab.api.asked import Asked, Measured, Ranking
from charlab.api.ensemble import Ensemble, ensemble
from charlab.api.trained_model import TrainedModel, load_model

__all__ = ["Asked", "Ensemble", "Measured", "Ranking", "TrainedModel", "ensemble", "load_model"]
