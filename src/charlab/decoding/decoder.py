"""Text from a language model."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import torch

from charlab.data.tokens.vocabulary import Vocabulary
from charlab.decoding.batch_sampler import ModelReader, draw_hypotheses
from charlab.decoding.beam_search import beam_search
from charlab.decoding.folded_sampler import draw_folded
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.logits_filters import LogitsFilters
from charlab.decoding.model_protocol import StepModel, decoding
from charlab.decoding.prompt import Context, context_ids, read_context
from charlab.decoding.random_streams import RandomStreams, fresh_seed
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
    start: str | None = None,
    on_text: Callable[[str], None] | None = None,
) -> list[Sample]:
    """Generates texts.

    The model is in evaluation mode meanwhile and afterwards in the mode it was in. Global random
    states are neither read nor changed; sample i depends on the seed and on i, not on ``count``.

    Args:
        model: a language model.
        vocabulary: that it was trained with.
        settings: how to draw.
        documents: True for a model of short documents: the text begins after the begin mark and
            the end mark ends it. False for a stream, which only length or stop string ends.
        prompt: what the texts begin with, normalized as the corpus was.
        count: how many texts.
        conditions: a condition id for each text, or None.
        labels: names of the condition ids, for ``Sample.label``.
        start: for streams, what the model reads before the prompt and the text does not show. By
            default nothing before a prompt; without one a line's end, or a space where the
            vocabulary has no line's end, or else its first token.
        on_text: called with each piece of the text after the prompt as soon as it is certain
            (count 1). Beam search knows nothing before its end and calls once.

    Returns:
        The texts in order of their numbers; beam search gives the most probable first (for each
        condition) and fewer than ``count`` only where fewer texts exist.

    Raises:
        UnknownCharacterError: if prompt, start or stop string hold a character that the model
            never saw, or a word (with ``unknown="mark"`` the stop string alone).
        ConfigError: if ``count`` does not fit, or nothing is left to generate.
        CheckpointError: if the model's outputs are not finite.
    """
    check_count(count, conditions)
    if on_text is not None and count != 1:
        raise ValueError(f"on_text streams one sample, count is {count}")
    decoder = Decoder(
        model, vocabulary, settings, documents=documents, prompt=prompt, labels=labels, start=start
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
    """One generation, checked and ready to draw; ``generate`` says what the arguments are."""

    def __init__(
        self,
        model: StepModel,
        vocabulary: Vocabulary,
        settings: GenerationConfig,
        *,
        documents: bool,
        prompt: str = "",
        labels: Sequence[str] = (),
        start: str | None = None,
    ) -> None:
        self._model = model
        self._folded: FoldedModel | None = None
        self._vocabulary = vocabulary
        if settings.seed is None:
            settings = replace(settings, seed=fresh_seed())
        self._settings = settings
        self._prompt = prompt
        self._labels = labels
        self._filters = LogitsFilters(settings, vocabulary, documents=documents, prompt=prompt)
        self._stopping = StoppingCriteria(settings, vocabulary, documents=documents)
        read = vocabulary.settled(prompt)
        self._shown = len(prompt) - len(read)
        self._ids = context_ids(
            vocabulary, read, documents=documents, start=start, unknown=settings.unknown
        )

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
            part = None if conditions is None else [conditions[i] for i in lanes]
            samples += self._draw(lanes, part, attempt, on_text)
        return samples

    def _draw(
        self,
        numbers: Sequence[int],
        conditions: Sequence[int] | None,
        attempt: int,
        on_text: Callable[[str], None] | None,
    ) -> list[Sample]:
        """Draws samples in one batch; conditions by their place in it."""
        stream = None
        if on_text is not None:
            stream = TextStream(on_text, self._vocabulary, self._stopping, self._shown)
        on_id = None if stream is None else stream.push
        with decoding(self._model):
            context = self._contexts(len(numbers), conditions)
            hypotheses = self._hypotheses(context, numbers, attempt, on_id)
        if stream is not None:
            stream.close(len(hypotheses[0].kept(self._vocabulary)))
        return self._samples(hypotheses, conditions)

    def _hypotheses(
        self,
        context: Context,
        numbers: Sequence[int],
        attempt: int,
        on_id: Callable[[int], None] | None,
    ) -> list[Hypothesis]:
        """On a CPU from folded weights; any other model, and on any device, through its steps."""
        random_streams = RandomStreams(self._settings.seed or 0, numbers, attempt)
        if not can_fold(self._model):
            return draw_hypotheses(
                ModelReader(self._model, context),
                length=self._settings.length,
                filters=self._filters,
                stopping=self._stopping,
                random_streams=random_streams,
                on_id=on_id,
            )
        if self._folded is None:
            self._folded = FoldedModel(self._model)
        return draw_folded(
            self._folded,
            context,
            length=self._settings.length,
            filters=self._filters,
            stopping=self._stopping,
            random_streams=random_streams,
            on_id=on_id,
        )

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
        wanted: dict[int | None, int] = {}
        for condition in conditions if conditions is not None else [None] * count:
            wanted[condition] = wanted.get(condition, 0) + 1
        width = self._settings.beam_width or 1
        if max(wanted.values()) > width:
            raise ConfigError(f"count={count} is above beam_width={width}: widen the beam")
        samples = []
        for condition, number in wanted.items():
            found = self._search_one(width, number, condition)
            samples += self._samples(found, None if condition is None else [condition] * number)
        if on_text is not None and samples and samples[0].characters:
            on_text(samples[0].continuation)
        return samples

    def _search_one(self, width: int, count: int, condition: int | None) -> list[Hypothesis]:
        with decoding(self._model):
            return beam_search(
                self._model,
                self._contexts(1, None if condition is None else [condition]),
                width=width,
                count=count,
                length=self._settings.length,
                filters=self._filters,
                stopping=self._stopping,
            )

    def _contexts(self, lanes: int, conditions: Sequence[int] | None) -> Context:
        """The prompt, read once for each different condition and then given to every lane."""
        if conditions is None:
            read = read_context(self._model, self._ids, None)
            index = [0] * lanes
        else:
            distinct = sorted(set(conditions))
            read = read_context(self._model, self._ids, distinct)
            index = [distinct.index(condition) for condition in conditions]
        return read.lanes(torch.tensor(index, device=read.logits.device))

    def _samples(
        self, hypotheses: list[Hypothesis], conditions: Sequence[int] | None
    ) -> list[Sample]:
        """Drafts as samples; a beam may have found fewer than there are conditions."""
        samples = []
        for i, hypothesis in enumerate(hypotheses):
            label = self._labels[conditions[i]] if conditions is not None and self._labels else None
            samples.append(hypothesis.to_sample(self._vocabulary, self._prompt, label))
        return samples
