"""A trained language model that is asked for texts: what ``sample.py`` shows."""

from collections.abc import Callable, Sequence

import numpy as np

from charlab.data.documents.normalize import normalize_label
from charlab.data.queries import Asking
from charlab.decoding.decoder import Decoder, check_count, generate
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.model_protocol import StepModel
from charlab.decoding.results import Sample
from charlab.decoding.scoring import Score, score
from charlab.decoding.stepper import Stepper
from charlab.errors import ConfigError, nearest
from charlab.evaluation.novelty import SequenceNovelty


class TextGenerator:
    """Takes prompts, labels and settings in a user's spelling.

    Args:
        network: a language model.
        asking: reads texts as its training read its own.
        documents: whether it was trained on short documents (else: on a stream).
        labels: those that it is conditioned on, in order; () if on none.
        label_counts: training documents of each label.
    """

    def __init__(
        self,
        network: StepModel,
        asking: Asking,
        *,
        documents: bool,
        labels: tuple[str, ...] = (),
        label_counts: Sequence[int] = (),
    ) -> None:
        self.asking = asking
        self.documents = documents
        self.labels = labels
        self._network = network
        self._label_counts = label_counts

    def generate(
        self,
        prompt: str,
        settings: GenerationConfig,
        *,
        count: int = 1,
        label: str | None = None,
        on_text: Callable[[str], None] | None = None,
    ) -> list[Sample]:
        """Generates texts; see :meth:`charlab.api.TrainedModel.generate`."""
        check_count(count)
        settings = settings.spelled(self.asking.normalize)
        return generate(
            self._network,
            self.asking.vocabulary,
            settings,
            prompt=self.asking.known(prompt, "prompt=", settings.unknown),
            count=count,
            conditions=self.conditions(label, count, settings.seed),
            labels=self.labels,
            documents=self.documents,
            on_text=on_text,
        )

    def generate_novel(
        self,
        prompt: str,
        settings: GenerationConfig,
        novelty: SequenceNovelty,
        *,
        count: int,
        label: str | None = None,
        max_attempts: int = 50,
    ) -> tuple[list[Sample], int]:
        """Generates documents, and each that stands in the training data anew until it does not.

        A sample that is novel at once is the one that `generate` gives under the same seed.

        Args:
            prompt, settings, count, label: as of `generate`.
            novelty: knows the training data.
            max_attempts: how often each sample is drawn at most.

        Returns:
            The novel ones: fewer than ``count`` where attempts did not suffice; and how many were
            drawn in all.

        Raises:
            ConfigError: if the settings give the same text at every attempt.
        """
        check_count(count)
        _refuse_certain(settings)
        settings = settings.spelled(self.asking.normalize)
        conditions = self.conditions(label, count, settings.seed)
        prompt = self.asking.known(prompt, "prompt=", settings.unknown)
        vocabulary = self.asking.vocabulary
        decoder = Decoder(
            self._network, vocabulary, settings, documents=True, prompt=prompt, labels=self.labels
        )
        accepted: dict[int, Sample] = {}
        pending, drawn = list(range(count)), 0
        for attempt in range(max_attempts):
            samples = decoder.draw(pending, conditions, attempt=attempt)
            drawn += len(pending)
            pairs = zip(pending, samples, strict=True)
            accepted |= {i: sample for i, sample in pairs if not novelty.is_known(sample.text)}
            pending = [i for i in pending if i not in accepted]
            if not pending:
                break
        return [accepted[i] for i in sorted(accepted)], drawn

    def score(self, text: str, *, label: str | None, unknown: str) -> Score:
        """How probable a text is; see :meth:`charlab.api.TrainedModel.score`."""
        if self.labels and label is None:
            raise ConfigError("this network generates by label: say label= to score a text")
        condition = self._condition(label)
        unknown = GenerationConfig(unknown=unknown).unknown  # refuses what is neither
        normalized = self.asking.known(text, "text=", unknown)
        return score(
            self._network,
            self.asking.vocabulary,
            self.asking.whole(normalized) or normalized,
            documents=self.documents,
            condition=condition,
            unknown=unknown,
        )

    def stepper(self, label: str | None = None) -> Stepper:
        """The network one step at a time; see :meth:`charlab.api.TrainedModel.stepper`."""
        if self.labels and label is None:
            raise ConfigError(
                "this network generates by label: choose one and step through that, "
                f"stepper(label={self.labels[0]!r}).step(…)"
            )
        condition = self._condition(label)
        return Stepper(
            self._network, self.asking.vocabulary, documents=self.documents, condition=condition
        )

    def _condition(self, label: str | None) -> int | None:
        conditions = self.conditions(label, 1, 0)
        return conditions[0] if conditions else None

    def conditions(self, label: str | None, count: int, seed: int | None) -> list[int] | None:
        """The condition of each of ``count`` samples; None for a network without conditions.

        Args:
            label: that of all samples, in any spelling; None draws labels as in training.
            count: of the samples.
            seed: decides which labels are drawn.

        Raises:
            ConfigError: if the label is unknown, or the network has none.
        """
        if not self.labels:
            if label is not None:
                raise ConfigError(f"label={label!r}: this network does not generate by label")
            return None
        if label is None:
            return draw_labels(self._label_counts, count, seed)
        if not isinstance(label, str):
            raise ConfigError(f"label= must be text, got {label!r}")
        if label not in self.labels:  # perhaps in another spelling
            spellings = {normalize_label(known): known for known in self.labels}
            label = spellings.get(normalize_label(label), label)
        if label not in self.labels:
            raise ConfigError(f"unknown label {label!r}: {nearest(label, list(self.labels))}")
        return [self.labels.index(label)] * count


def draw_labels(label_counts: Sequence[int], count: int, seed: int | None) -> list[int]:
    """Labels as frequent as in the training data, ``count`` indices; the same for the same seed."""
    shares = np.asarray(label_counts, dtype=np.float64)
    generator = np.random.default_rng(seed)
    return [int(i) for i in generator.choice(len(shares), size=count, p=shares / shares.sum())]


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
