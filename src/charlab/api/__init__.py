"""Inference from Python: a trained network, or an ensemble of several."""

from charlab.api.ensemble import Ensemble, ensemble
from charlab.api.inference import InferenceModel
from charlab.api.results import Evaluation, Ranking
from charlab.api.trained_model import TrainedModel, load_model

__all__ = [
    "Ensemble",
    "Evaluation",
    "InferenceModel",
    "Ranking",
    "TrainedModel",
    "ensemble",
    "load_model",
]
