"""How text is generated from a character-level language model, and how new it is.

Takes a model (``StepModel``) and a vocabulary and knows nothing of training. Names are imported on
first use: settings can be checked before torch is loaded.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charlab.decoding.decoder import generate
    from charlab.decoding.generation_config import GenerationConfig
    from charlab.decoding.model_protocol import StepModel
    from charlab.decoding.novel_only import NovelSamples, generate_novel
    from charlab.decoding.results import Sample
    from charlab.decoding.scoring import Score, score
    from charlab.evaluation.copied_spans import CopiedSpan, SpanNovelty
    from charlab.evaluation.novelty import NoveltyReport, SequenceNovelty

__all__ = [
    "CopiedSpan",
    "GenerationConfig",
    "NovelSamples",
    "NoveltyReport",
    "Sample",
    "Score",
    "SequenceNovelty",
    "SpanNovelty",
    "StepModel",
    "generate",
    "generate_novel",
    "score",
]

_HOMES = {
    "CopiedSpan": "charlab.evaluation.copied_spans",
    "GenerationConfig": "charlab.decoding.generation_config",
    "NovelSamples": "charlab.decoding.novel_only",
    "NoveltyReport": "charlab.evaluation.novelty",
    "Sample": "charlab.decoding.results",
    "Score": "charlab.decoding.scoring",
    "SequenceNovelty": "charlab.evaluation.novelty",
    "SpanNovelty": "charlab.evaluation.copied_spans",
    "StepModel": "charlab.decoding.model_protocol",
    "generate": "charlab.decoding.decoder",
    "generate_novel": "charlab.decoding.novel_only",
    "score": "charlab.decoding.scoring",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
