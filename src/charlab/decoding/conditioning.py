"""Samples of a trained network, as runs and commands show them."""

from collections.abc import Sequence

import numpy as np

from charlab.data.tokens.vocabulary import Vocabulary
from charlab.decoding import GenerationConfig, Sample, generate
from charlab.decoding.model_protocol import StepModel


def draw_labels(label_counts: Sequence[int], count: int, seed: int | None) -> list[int]:
    """Labels as frequent as in the training data, ``count`` indices; the same for the same seed."""
    shares = np.asarray(label_counts, dtype=np.float64)
    generator = np.random.default_rng(seed)
    return [int(i) for i in generator.choice(len(shares), size=count, p=shares / shares.sum())]


def sample_texts(
    network: StepModel,
    vocabulary: Vocabulary,
    settings: GenerationConfig,
    *,
    documents: bool,
    count: int,
    labels: tuple[str, ...] = (),
    label_counts: Sequence[int] = (),
) -> list[Sample]:
    """Samples with labels drawn as in the training data, where the network is conditioned on them.

    Args:
        network: a language model.
        vocabulary: its own.
        settings: how to draw; the seed also decides the labels.
        documents: whether the network was trained on short documents.
        count: how many; a run may want none.
        labels: names of the conditions; () for a network that has none.
        label_counts: training documents of each label.
    """
    if count == 0:
        return []
    conditions = draw_labels(label_counts, count, settings.seed or 0) if labels else None
    return generate(
        network,
        vocabulary,
        settings,
        count=count,
        conditions=conditions,
        labels=labels,
        documents=documents,
    )
