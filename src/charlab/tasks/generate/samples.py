"""The samples that a generation run shows at its validations and at its end."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch

from charlab.data.corpus import Corpus
from charlab.decoding import GenerationConfig, Sample, SequenceNovelty, SpanNovelty
from charlab.decoding.conditioning import sample_texts
from charlab.evaluation.reference_texts import document_texts, name_opening, opening_text
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

    @torch.no_grad()
    def _draw(self, most: int) -> list[Sample]:
        wanted, task = self._task.options.samples, self._task
        settings = GenerationConfig(
            length=wanted.length, temperature=wanted.temperature, seed=self._trained.seed
        )
        return sample_texts(
            self._trained.network,
            task.data.vocabulary,
            settings,
            documents=self._documents,
            count=min(wanted.count, most),
            labels=task.condition_labels,
            label_counts=task.data.label_counts,
        )


def describe_samples(corpus: Corpus, samples: Sequence[Sample]) -> list[str]:
    """Samples as lines, with their novelty."""
    train = corpus.splits["train"]
    if corpus.layout == "sequences":
        known = SequenceNovelty(document_texts(train, corpus.vocabulary))
        width = max(len(with_label(sample)) for sample in samples)
        lines = []
        for sample in samples:
            mark = "  (in the training data)" if known.is_known(sample.text) else ""
            lines.append(f"  {with_label(sample):<{width if mark else 0}}{mark}")
        return [*lines, f"  {known.report([sample.text for sample in samples])}"]
    novelty = SpanNovelty(opening_text(train, corpus.vocabulary))
    where = name_opening(train, corpus.vocabulary)
    lines = []
    for number, sample in enumerate(samples, start=1):
        span = novelty.longest_copied_span(sample.continuation)
        lines += [f"--- {number} ---", sample.text]
        lines.append(f"(longest span copied from {where}: {span.length} characters)")
    return lines


def with_label(sample: Sample) -> str:
    """A sample's text, its label before it if it has one."""
    return f"{sample.label}: {sample.text}" if sample.label else sample.text
