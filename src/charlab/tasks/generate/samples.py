"""The samples that a generation run shows at its validations and at its end."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from charlab.data.corpus import Corpus
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.results import Sample, describe_novelty
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.models.language_model import LanguageModel

_SMOKE_COUNT, _SMOKE_LENGTH = 3, 40

if TYPE_CHECKING:
    from charlab.tasks.generate.task import GenerateTask


def draw_samples(
    task: "GenerateTask", trained: TrainedNetwork[LanguageModel], most: int
) -> list[Sample]:
    """Samples of a network as it is; the same for the same weights and seed.

    Args:
        task: says how many, how long and for which labels.
        trained: the network and its data.
        most: how many at most.
    """
    wanted = task.options.samples
    if not wanted.count:
        return []
    length = wanted.length
    if task.run.debug and not task.run.trainer.overfit:  # a smoke test has learnt nothing yet
        most, length = min(most, _SMOKE_COUNT), min(length, _SMOKE_LENGTH)
    settings = GenerationConfig(length=length, temperature=wanted.temperature, seed=trained.seed)
    generator = task.generator(trained.network)
    return generator.generate("", settings, count=min(wanted.count, most))


def describe_samples(corpus: Corpus, samples: Sequence[Sample]) -> list[str]:
    """Samples as lines, with their novelty."""
    marks, summary = describe_novelty(corpus, samples)
    lines = []
    if corpus.layout == "sequences":
        width = max(len(sample.labelled) for sample in samples)
        for sample, mark in zip(samples, marks, strict=True):
            lines.append(
                f"  {sample.labelled:<{width}}  ({mark})" if mark else f"  {sample.labelled}"
            )
        return [*lines, f"  {summary}"]
    for number, (sample, mark) in enumerate(zip(samples, marks, strict=True), start=1):
        lines += [f"--- {number} ---", sample.text, f"({mark})"]
    return lines
