"""``sample.py``: texts from a trained network."""

from collections.abc import Callable, Sequence

from charlab.commands import load_for
from charlab.config.cli_options import SampleArguments
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.results import Sample, describe_novelty
from charlab.errors import CharlabError, ConfigError
from charlab.evaluation.novelty import training_documents
from charlab.runs import folder
from charlab.system.terminal import as_shown, remark, write

_TOKEN = {"char": "character", "byte": "byte", "word": "word"}


def sample(arguments: SampleArguments, settings: GenerationConfig) -> int:
    """Prints samples on standard output and remarks about them on standard error.

    Raises:
        CharlabError: if the run, the prompt or a setting is unfit.
    """
    command = _Sampling(arguments, settings)
    if arguments.novel_only:
        command.print_documents(command.novel_samples())
    elif arguments.count == 1 and arguments.beam_width is None:
        command.stream()
    elif command.generator.documents:
        command.print_documents(command.draw())
    else:
        command.print_texts(command.draw())
    return 0


class _Sampling:
    """The command with its words and the network that it asks."""

    def __init__(self, arguments: SampleArguments, settings: GenerationConfig) -> None:
        self.arguments = arguments
        self.model = load_for(arguments)
        self.generator = self.model.generator
        self._settings = settings

    def draw(self, on_text: Callable[[str], None] | None = None) -> list[Sample]:
        """Samples; see :meth:`TextGenerator.generate`."""
        count, label = self.arguments.count, self.arguments.label
        return self.generator.generate(
            self.arguments.prompt, self._settings, count=count, label=label, on_text=on_text
        )

    def novel_samples(self) -> list[Sample]:
        """Documents that do not stand in the training data."""
        count, label = self.arguments.count, self.arguments.label
        self.generator.conditions(label, count, self._settings.seed)  # refuses an unknown label
        if not self.generator.documents:
            raise ConfigError(
                "novel_only=true is for short documents such as names; of a long text the longest "
                "copied span is measured instead"
            )
        known = training_documents(self.model.corpus)
        samples, drawn = self.generator.generate_novel(
            self.arguments.prompt, self._settings, known, count=count, label=label
        )
        remark(f"{drawn} drawn for {len(samples)} novel ones")
        if len(samples) < count:
            remark(f"only {len(samples)} of {count}: the model knows few novel texts here")
        return samples

    def stream(self) -> None:
        """Prints one sample as it is generated, whole characters at a time."""
        arguments, generator = self.arguments, self.generator
        conditions = generator.conditions(arguments.label, 1, self._settings.seed)
        label = generator.labels[conditions[0]] if conditions else None
        before = [f"{label}: " if label is not None and arguments.label is None else ""]
        before.append(self.model.normalize(arguments.prompt))

        def go_on(text: str) -> None:
            """Writes; the first time what stands before, so that an error comes before any text."""
            if before:
                remark(f"run: {self.model.path}")
            write("".join(before) + text)
            before.clear()

        (result,) = self.draw(go_on)
        go_on("\n")
        remark(self._probability(result))
        novelty = self._novelty([result])
        if novelty is not None:
            remark(novelty[0][0] or "not in the training data")

    def print_documents(self, samples: list[Sample]) -> None:
        """Prints short texts, one a line."""
        remark(f"run: {self.model.path}")
        marks, summary = self._novelty(samples) or ([""] * len(samples), "")
        show_label = self.arguments.label is None and bool(self.generator.labels)
        texts = [as_shown(f"{s.label}: " * show_label + (s.text or "(empty)")) for s in samples]
        width = min(40, max((len(text) for text in texts), default=0))
        for text, sample_, mark in zip(texts, samples, marks, strict=True):
            tail = f"  ({mark})" if mark else ""
            write(f"{text:<{width}}  {sample_.log_probability:8.2f} nats{tail}\n")
        if summary:
            remark(summary)

    def print_texts(self, samples: list[Sample]) -> None:
        """Prints long texts, each below a line about it."""
        remark(f"run: {self.model.path}")
        marks, _ = self._novelty(samples) or ([""] * len(samples), "")
        for number, (sample_, mark) in enumerate(zip(samples, marks, strict=True), start=1):
            tail = f"; {mark}" if mark else ""
            write(f"--- {number} ({self._probability(sample_)}{tail}) ---\n{sample_.text}\n")

    def _probability(self, result: Sample) -> str:
        per_token = -result.log_probability / max(1, result.predictions)
        return (
            f"log-probability {result.log_probability:.2f} nats, "
            f"{per_token:.3f} a {_TOKEN[self.model.vocabulary.unit]} in the mean"
        )

    def _novelty(self, samples: Sequence[Sample]) -> tuple[list[str], str] | None:
        """What of each stands in the training data, and a summary; None where they are not."""
        own_run = (
            self.model.options.dataset.path is None
            or bool(self.arguments.data)
            or not folder.is_bare_checkpoint(self.arguments.run)
        )
        if not (own_run if self.arguments.novelty is None else self.arguments.novelty):
            return None  # what a stranger's checkpoint names is not read unasked
        try:
            corpus = self.model.corpus
        except CharlabError as error:
            remark(f"novelty is not measured: {error}")
            return None
        return describe_novelty(corpus, samples)
