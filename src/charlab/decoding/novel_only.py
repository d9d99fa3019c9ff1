"""Only texts that are not in the training data."""

from collections.abc import Sequence
from dataclasses import dataclass

from charlab.data.tokens.vocabulary import Vocabulary
from charlab.decoding.decoder import Decoder, check_count
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.model_protocol import StepModel
from charlab.decoding.results import Sample
from charlab.errors import ConfigError
from charlab.evaluation.novelty import SequenceNovelty


@dataclass(frozen=True)
class NovelSamples:
    """Samples that passed.

    Attributes:
        samples: the novel ones, in order of their numbers.
        wanted: how many were asked for.
        drawn: how many were drawn in all; the rest were copies.
    """

    samples: list[Sample]
    wanted: int
    drawn: int

    @property
    def complete(self) -> bool:
        """Whether there are as many as asked for."""
        return len(self.samples) == self.wanted


def generate_novel(
    model: StepModel,
    vocabulary: Vocabulary,
    settings: GenerationConfig,
    novelty: SequenceNovelty,
    *,
    prompt: str = "",
    count: int = 1,
    conditions: Sequence[int] | None = None,
    labels: Sequence[str] = (),
    max_attempts: int = 50,
) -> NovelSamples:
    """Generates documents, and each that stands in the training data anew until it does not.

    The arguments are those of ``generate``. A sample that is novel at once is the one that
    ``generate`` gives under the same seed and number.

    Args:
        max_attempts: how often each sample is drawn at most.

    Raises:
        ConfigError: if the settings give the same text at every attempt.
        UnknownCharacterError, CheckpointError: as ``generate``.
    """
    check_count(count, conditions)
    _refuse_certain(settings)
    decoder = Decoder(
        model, vocabulary, settings, documents=True, prompt=prompt, labels=labels, start=None
    )
    accepted: dict[int, Sample] = {}
    pending = list(range(count))
    drawn = 0
    for attempt in range(max_attempts):
        samples = decoder.draw(pending, conditions, attempt=attempt)
        for number, sample in zip(pending, samples, strict=True):
            if not novelty.is_known(sample.text):
                accepted[number] = sample
        drawn += len(pending)
        pending = [i for i in pending if i not in accepted]
        if not pending:
            break
    return NovelSamples([accepted[i] for i in sorted(accepted)], wanted=count, drawn=drawn)


def _refuse_certain(settings: GenerationConfig) -> None:
    for key, certain in {
        "temperature": settings.temperature == 0,
        "top_k": settings.top_k == 1,
        "beam_width": settings.beam_width is not None,
    }.items():
        if certain:
            raise ConfigError(
                f"novel_only= draws again until a text is new, but {key}={getattr(settings, key)} "
                "gives the same text each time: leave one out"
            )
