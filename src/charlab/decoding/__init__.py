"""How text is generated from a character-level language model, and how new it is.

Takes a model (``StepModel``) and a vocabulary and knows nothing of training. Names are imported on
first use: settings can be checked before torch is loaded.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from charlab.decoding.decoder import generate
    from charlab.decoding.novel import NovelSamples, generate_novel
    from charlab.decoding.novelty import NoveltyReport, SequenceNovelty
    from charlab.decoding.protocol import StepModel
    from charlab.decoding.sample import Sample
    from charlab.decoding.scoring import Score, score
    from charlab.decoding.settings import DecodingSettings
    from charlab.decoding.spans import CopiedSpan, SpanNovelty

__all__ = [
    "CopiedSpan",
    "DecodingSettings",
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
    "CopiedSpan": "spans",
    "DecodingSettings": "settings",
    "NovelSamples": "novel",
    "NoveltyReport": "novelty",
    "Sample": "sample",
    "Score": "scoring",
    "SequenceNovelty": "novelty",
    "SpanNovelty": "spans",
    "StepModel": "protocol",
    "generate": "decoder",
    "generate_novel": "novel",
    "score": "scoring",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
