"""The samples that a generation run shows at its validations and at its end."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from charlab.data.corpus import Corpus
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.results import Sample
from charlab.evaluation.novelty import describe_novelty
from charlab.models.language_model import LanguageModel
from charlab.tasks.task import TrainedNetwork

if TYPE_CHECKING:
    from charlab.tasks.generate.task import GenerateTask


class RunSamples:
    """Draws samples of a network as it is; the same for the same weights and seed.

    Args:
        task: says how many, how long and for which labels.
        trained: the network and its data.
    """

    def __init__(self, task: "GenerateTask", trained: TrainedNetwork[LanguageModel]) -> None:
        self._task = task
        self._trained = trained
        self._documents = trained.corpus.layout == "sequences"

    def short(self) -> list[str]:
        """A few of them, for a look after each validation."""
        most = 8 if self._documents else 1
        return [with_label(sample) for sample in self._draw(most)]

    def described(self) -> list[str]:
        """All of them as lines, with their novelty."""
        wanted: int = self._task.options.samples.count
        samples = self._draw(wanted if self._documents else 3)
        return describe_samples(self._trained.corpus, samples)

    def _draw(self, most: int) -> list[Sample]:
        wanted = self._task.options.samples
        if not wanted.count:
            return []
        settings = GenerationConfig(
            length=wanted.length, temperature=wanted.temperature, seed=self._trained.seed
        )
        generator = self._task.generator(self._trained.network)
        return generator.generate("", settings, count=min(wanted.count, most))


def describe_samples(corpus: Corpus, samples: Sequence[Sample]) -> list[str]:
    """Samples as lines, with their novelty."""
    marks, summary = describe_novelty(
        corpus, [s.text for s in samples], [s.continuation for s in samples]
    )
    lines = []
    if corpus.layout == "sequences":
        width = max(len(with_label(sample)) for sample in samples)
        for sample, mark in zip(samples, marks, strict=True):
            tail = f"  ({mark})" if mark else ""
            lines.append(f"  {with_label(sample):<{width if mark else 0}}{tail}")
        return [*lines, f"  {summary}"]
    for number, (sample, mark) in enumerate(zip(samples, marks, strict=True), start=1):
        lines += [f"--- {number} ---", sample.text, f"({mark})"]
    return lines


def with_label(sample: Sample) -> str:
    """A sample's text, its label before it if it has one."""
    return f"{sample.label}: {sample.text}" if sample.label else sample.text
