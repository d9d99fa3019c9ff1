"""What a generation gives back, and the same while it is still in the making."""

from collections.abc import Sequence
from dataclasses import dataclass

from charlab.data.corpus import Corpus
from charlab.data.tokens.vocabulary import Vocabulary
from charlab.evaluation.copied_spans import SpanNovelty
from charlab.evaluation.novelty import training_documents
from charlab.evaluation.reference_texts import name_opening, opening_text
from charlab.system.words import counted


@dataclass(frozen=True)
class Sample:
    """One generated text.

    Attributes:
        text: prompt and what followed it, without end mark and stop string.
        prompt: the prompt as it was given.
        log_probability: nats, of all that was drawn after the prompt (the end mark or the stop
            string too, if one ended the sample), under the unfiltered model at temperature 1.
        characters: characters of the text after the prompt.
        predictions: how many tokens (characters, bytes or words) ``log_probability`` adds up:
            those of the text, what ended the sample, and the bytes of a character that the
            length cut off.
        finished: whether the end mark or the stop string ended it, and not the length.
        label: what the sample was conditioned on.
    """

    text: str
    prompt: str
    log_probability: float
    characters: int
    predictions: int
    finished: bool
    label: str | None = None

    @property
    def continuation(self) -> str:
        """The text after the prompt."""
        return self.text[len(self.prompt) :]

    @property
    def labelled(self) -> str:
        """The text, its label before it if it has one."""
        return f"{self.label}: {self.text}" if self.label else self.text


@dataclass
class Hypothesis:
    """A sample in the making.

    Attributes:
        ids: what was drawn after the prompt.
        log_probability: its log-probability in nats.
        cut: how many of the last ids ended the sample (end mark, stop string); 0: it goes on.
    """

    ids: list[int]
    log_probability: float = 0.0
    cut: int = 0

    def kept(self, vocabulary: Vocabulary) -> Sequence[int]:
        """The ids of the text: without what ended it and without a character cut off."""
        ids = self.ids[: len(self.ids) - self.cut]
        return ids[: vocabulary.whole(ids)]

    def to_sample(self, vocabulary: Vocabulary, prompt: str, label: str | None) -> Sample:
        """The finished form; what ended the hypothesis is no part of its text."""
        text = vocabulary.settled(prompt) + vocabulary.decode(self.kept(vocabulary))
        text = text if text.startswith(prompt) else prompt  # its space went with a stop string
        return Sample(
            text=text,
            prompt=prompt,
            log_probability=self.log_probability,
            characters=len(text) - len(prompt),
            predictions=len(self.ids),
            finished=self.cut > 0,
            label=label,
        )


def describe_novelty(corpus: Corpus, samples: Sequence[Sample]) -> tuple[list[str], str]:
    """What of each sample stands in the training data, in words, and a summary.

    Of short documents whether they do, of others what they copy after their prompts.
    """
    if corpus.layout == "sequences":
        known = training_documents(corpus)
        marks = ["in the training data" if known.is_known(s.text) else "" for s in samples]
        return marks, known.describe([s.text for s in samples])
    train = corpus.splits["train"]
    spans = SpanNovelty(opening_text(train, corpus.vocabulary))
    where = name_opening(train, corpus.vocabulary)
    longest = [spans.longest_copied_span(s.continuation).length for s in samples]
    return [f"longest span copied from {where}: {counted(n, 'character')}" for n in longest], ""
