"""Text from a language model."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from itertools import repeat

import numpy as np
import torch

from charlab.data.tokens.vocabulary import Vocabulary
from charlab.decoding.batch_sampler import draw_hypotheses
from charlab.decoding.beam_search import beam_search
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.logits_filters import LogitsFilters
from charlab.decoding.model_protocol import StepModel, decoding
from charlab.decoding.numpy_sampler import draw_one
from charlab.decoding.prompt import Context, context_ids, read_context
from charlab.decoding.random_streams import RandomStreams
from charlab.decoding.readers import FoldedLanes, ModelReader
from charlab.decoding.results import Hypothesis, Sample
from charlab.decoding.stopping import StoppingCriteria, TextStream
from charlab.errors import ConfigError
from charlab.models.folded.weights import FoldedModel, can_fold

_LANES = 1024  # samples drawn at once: bounds memory, changes no text


def generate(
    model: StepModel,
    vocabulary: Vocabulary,
    settings: GenerationConfig,
    *,
    documents: bool,
    prompt: str = "",
    count: int = 1,
    conditions: Sequence[int] | None = None,
    labels: Sequence[str] = (),
    on_text: Callable[[str], None] | None = None,
) -> list[Sample]:
    """Generates texts.

    The model is in evaluation mode meanwhile and afterwards in the mode it was in. Global random
    states are neither read nor changed; sample i depends on the seed and on i, not on ``count``.

    Args:
        model, vocabulary, settings, documents, prompt, labels: see `Decoder`.
        count: how many texts.
        conditions: a condition id for each text, or None.
        on_text: called with each piece of the text after the prompt as soon as it is certain
            (count 1). Beam search knows nothing before its end and calls once.

    Returns:
        The texts in order of their numbers; beam search gives the most probable first (for each
        condition) and fewer than ``count`` only where fewer texts exist.

    Raises:
        UnknownCharacterError: if prompt or stop string hold a character that the model never
            saw, or a word (with ``unknown="mark"`` the stop string alone).
        ConfigError: if ``count`` does not fit, or nothing is left to generate.
        CheckpointError: if the model's outputs are not finite.
    """
    check_count(count, conditions)
    if on_text is not None and count != 1:
        raise ValueError(f"on_text streams one sample, count is {count}")
    decoder = Decoder(
        model, vocabulary, settings, documents=documents, prompt=prompt, labels=labels
    )
    if settings.beam_width is not None:
        return decoder.search(count, conditions, on_text)
    return decoder.draw(range(count), conditions, on_text=on_text)


def check_count(count: int, conditions: Sequence[int] | None = None) -> None:
    """Refuses what is no number of samples.

    Raises:
        ConfigError: if it is not at least 1.
        ValueError: if there is not one condition for each sample.
    """
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ConfigError(f"count= must be a whole number of at least 1, got {count!r}")
    if conditions is not None and len(conditions) != count:
        raise ValueError(f"{len(conditions)} conditions for {count} samples")


class Decoder:
    """One generation, checked and ready to draw.

    Args:
        model: a language model.
        vocabulary: that it was trained with.
        settings: how to draw.
        documents: True for a model of short documents: the text begins after the begin mark and
            the end mark ends it. False for a stream, which only length or stop string ends;
            without a prompt it begins after a line's end, or a space where the vocabulary has no
            line's end, or else its first token, which the text does not show.
        prompt: what the texts begin with, normalized as the corpus was.
        labels: names of the condition ids, for ``Sample.label``.
    """

    def __init__(
        self,
        model: StepModel,
        vocabulary: Vocabulary,
        settings: GenerationConfig,
        *,
        documents: bool,
        prompt: str = "",
        labels: Sequence[str] = (),
    ) -> None:
        self._model = model
        self._folded: FoldedModel | None = None
        self._vocabulary = vocabulary
        if settings.seed is None:
            settings = replace(settings, seed=secrets.randbits(64))
        self._settings = settings
        self._prompt = prompt
        self._labels = labels
        self._filters = LogitsFilters(settings, vocabulary, documents=documents, prompt=prompt)
        self._stopping = StoppingCriteria(settings, vocabulary, documents=documents)
        read = vocabulary.settled(prompt)
        self._shown = len(prompt) - len(read)
        self._ids = context_ids(vocabulary, read, documents=documents, unknown=settings.unknown)

    def draw(
        self,
        numbers: Sequence[int],
        conditions: Sequence[int] | None,
        *,
        attempt: int = 0,
        on_text: Callable[[str], None] | None = None,
    ) -> list[Sample]:
        """Draws the samples of these numbers.

        Args:
            numbers: which samples; with the seed they settle the random numbers.
            conditions: condition ids by the sample's number, or None.
            attempt: 0, or how often these samples were drawn before: other texts each time.
            on_text: as in ``generate``.
        """
        samples = []
        for first in range(0, len(numbers), _LANES):
            lanes = numbers[first : first + _LANES]
            own = None if conditions is None else [conditions[i] for i in lanes]
            stream = None
            if on_text is not None:
                stream = TextStream(on_text, self._vocabulary, self._stopping, self._shown)
            with decoding(self._model):
                context = self._contexts(len(lanes), own)
                on_id = None if stream is None else stream.push
                hypotheses = self._hypotheses(context, lanes, attempt, on_id)
            if stream is not None:
                stream.close(len(hypotheses[0].kept(self._vocabulary)))
            samples += self._samples(hypotheses, own)
        return samples

    def _hypotheses(
        self,
        context: Context,
        numbers: Sequence[int],
        attempt: int,
        on_id: Callable[[int], None] | None,
    ) -> list[Hypothesis]:
        """On a CPU from folded weights; any other model, and on any device, through its steps."""
        random_streams = RandomStreams(self._settings.seed or 0, numbers, attempt)
        rules = (self._filters, self._stopping, random_streams, on_id)
        if not can_fold(self._model):
            return draw_hypotheses(ModelReader(self._model, context), *rules)
        if self._folded is None:
            self._folded = FoldedModel(self._model)
        if len(numbers) == 1:
            return [draw_one(self._folded, context, *rules)]
        return draw_hypotheses(FoldedLanes(self._folded, context), *rules)

    def search(
        self,
        count: int,
        conditions: Sequence[int] | None,
        on_text: Callable[[str], None] | None = None,
    ) -> list[Sample]:
        """Searches for the most probable texts of each condition.

        Raises:
            ConfigError: if more texts are wanted of a condition than the beam is wide.
        """
        wanted = Counter(conditions if conditions is not None else [None] * count)
        width = self._settings.beam_width or 1
        if max(wanted.values()) > width:
            raise ConfigError(f"count={count} is above beam_width={width}: widen the beam")
        samples = []
        for condition, number in wanted.items():
            given = None if condition is None else [condition] * number
            with decoding(self._model):
                reader = ModelReader(self._model, self._contexts(1, given and given[:1]))
                rules = (self._filters, self._stopping)
                found = beam_search(reader, *rules, width=width, count=number)
            samples += self._samples(found, given)
        if on_text is not None and samples and samples[0].characters:
            on_text(samples[0].continuation)
        return samples

    def _contexts(self, lanes: int, conditions: Sequence[int] | None) -> Context:
        """The prompt, read once for each different condition and then given to every lane."""
        distinct, index = np.unique(conditions or [0] * lanes, return_inverse=True)
        known = None if conditions is None else distinct.tolist()
        read = read_context(self._model, self._ids, known)
        return read.lanes(torch.from_numpy(index).to(read.logits.device))

    def _samples(
        self, hypotheses: list[Hypothesis], conditions: Sequence[int] | None
    ) -> list[Sample]:
        """Hypotheses as samples; a beam may have found fewer than there are conditions."""
        labels: Iterable[str | None] = repeat(None)
        if conditions is not None and self._labels:
            labels = [self._labels[condition] for condition in conditions]
        pairs = zip(hypotheses, labels, strict=False)
        return [h.to_sample(self._vocabulary, self._prompt, label) for h, label in pairs]
