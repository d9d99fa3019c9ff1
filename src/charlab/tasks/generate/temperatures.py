"""Samples of a language model at several temperatures, and what tells them apart."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.results import Sample
from charlab.evaluation.copied_spans import SpanNovelty
from charlab.evaluation.metrics import perplexity
from charlab.evaluation.novelty import training_documents
from charlab.evaluation.reference_texts import opening_text
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.figures.picture import Part
from charlab.figures.temperature import Drawn, samples_table, temperature_figure
from charlab.models.language_model import LanguageModel

if TYPE_CHECKING:
    from charlab.tasks.generate.task import GenerateTask

TEMPERATURES = (0.2, 0.5, 0.8, 1.0, 1.5)
_COUNT, _LENGTH = 100, 100  # of documents
_FEW, _LONG = 3, 300  # of a stream
_SHOWN = 8  # documents of each temperature
_GRAM = 3  # characters that are counted as one where texts are long


def temperature_parts(
    task: "GenerateTask", trained: TrainedNetwork[LanguageModel]
) -> Sequence[Part]:
    """A figure of what changes with the temperature, and the samples side by side."""
    columns = [_draw(task, trained, temperature) for temperature in TEMPERATURES]
    documents = trained.corpus.layout == "sequences"
    if documents:
        known = training_documents(trained.corpus)
        shares = [known.shares([s.text for s in own]) for own in columns]
        names = ("novel: not in the training data", "distinct: no two alike")
    else:
        spans = SpanNovelty(opening_text(trained.corpus.splits["train"], trained.corpus.vocabulary))
        shares = [
            (
                sum(1 - spans.longest_copied_span(s.text).length / max(1, len(s.text)) for s in own)
                / len(own),
                distinct_share([s.text for s in own], _GRAM),
            )
            for own in columns
        ]
        names = (
            "novel: 1 − longest copied span / length",
            f"distinct: of all {_GRAM} characters in a row",
        )
    drawn = [
        Drawn(temperature, [s.labelled for s in own], *both, perplexity_of(own))
        for temperature, own, both in zip(TEMPERATURES, columns, shares, strict=True)
    ]
    return [temperature_figure(drawn, *names), samples_table(drawn, _SHOWN)]


def _draw(
    task: "GenerateTask", trained: TrainedNetwork[LanguageModel], temperature: float
) -> list[Sample]:
    documents = trained.corpus.layout == "sequences"
    length = _LENGTH if documents else _LONG
    settings = GenerationConfig(length=length, temperature=temperature, seed=trained.seed)
    generator = task.generator(trained.network)
    return generator.generate("", settings, count=_COUNT if documents else _FEW)


def perplexity_of(samples: Sequence[Sample]) -> float:
    """The model's own perplexity of what was drawn, at temperature 1, over all predictions."""
    nats = -sum(sample.log_probability for sample in samples)
    return perplexity(nats / max(1, sum(sample.predictions for sample in samples)))


def distinct_share(texts: Sequence[str], size: int) -> float:
    """Distinct spans of so many characters over all there are (distinct-n: Li et al. 2016)."""
    grams = [text[i : i + size] for text in texts for i in range(len(text) - size + 1)]
    return len(set(grams)) / max(1, len(grams))
