"""What ``sample.py`` draws by one variant of its settings, and what is said of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from charlab.api import TrainedModel
from charlab.config.cli_options import SampleArguments
from charlab.data.corpus import Corpus
from charlab.decoding.generation_config import GenerationConfig
from charlab.decoding.results import Sample, describe_novelty
from charlab.errors import CharlabError, ConfigError
from charlab.evaluation.novelty import training_documents
from charlab.runs import folder
from charlab.system.terminal import remark

_TOKEN = {"char": "character", "byte": "byte", "word": "word"}


class Drawing:
    """One variant of the command's settings, and the network that it asks.

    Args:
        arguments: the command's words.
        settings: how to draw.
        model: the network.
        chosen: of the settings with several values this variant's; {} where there is one variant.
    """

    def __init__(
        self,
        arguments: SampleArguments,
        settings: GenerationConfig,
        model: TrainedModel,
        chosen: Mapping[str, str],
    ) -> None:
        self.arguments = arguments
        self.settings = settings
        self.model = model
        self.chosen = chosen
        self.generator = model.generator

    @property
    def title(self) -> str:
        """The settings that tell it from the other variants."""
        return ", ".join(f"{key}={value}" for key, value in self.chosen.items())

    @property
    def shows_label(self) -> bool:
        """Whether labels are drawn, so that each sample has to say its own."""
        return self.arguments.label is None and bool(self.generator.labels)

    def draw(self, on_text: Callable[[str], None] | None = None) -> list[Sample]:
        """Samples; see :meth:`TextGenerator.generate`."""
        if self.arguments.novel_only:
            return self._draw_novel()
        count, label = self.arguments.count, self.arguments.label
        return self.generator.generate(
            self.arguments.prompt, self.settings, count=count, label=label, on_text=on_text
        )

    def _draw_novel(self) -> list[Sample]:
        """Documents that do not stand in the training data."""
        count, label = self.arguments.count, self.arguments.label
        if not self.generator.documents:
            raise ConfigError(
                "novel_only=true is for short documents such as names; of a long text the longest "
                "copied span is measured instead"
            )
        samples, drawn = self.generator.generate_novel(
            self.arguments.prompt,
            self.settings,
            training_documents(self.model.corpus),
            count=count,
            label=label,
        )
        which = f"{self.title}: " if self.title else ""
        remark(f"{which}{drawn} drawn for {len(samples)} novel ones")
        if len(samples) < count:
            remark(f"{which}only {len(samples)} of {count}: the model knows few novel texts here")
        return samples

    def probability(self, sample: Sample) -> str:
        """How probable a sample is, in words."""
        per_token = -sample.log_probability / max(1, sample.predictions)
        return (
            f"log-probability {sample.log_probability:.2f} nats, "
            f"{per_token:.3f} a {_TOKEN[self.model.vocabulary.unit]} in the mean"
        )

    def facts(self, samples: Sequence[Sample], novelty: tuple[list[str], str] | None) -> list[str]:
        """What is said of all samples of a variant, in a few words each.

        Args:
            samples: what was drawn.
            novelty: theirs, as `novelty` gives it.
        """
        nats = -sum(sample.log_probability for sample in samples)
        rate = nats / max(1, sum(sample.predictions for sample in samples))
        found = [f"{rate:.2f} nats/{self.model.vocabulary.unit}"]
        if novelty is not None and self.generator.documents:
            found.append(f"{novelty[0].count('')} of {len(samples)} novel")
            found.append(f"{len({sample.text for sample in samples})} distinct")
        elif novelty is not None and len(samples) == 1:
            found += novelty[0]
        return found

    def novelty(self, samples: Sequence[Sample]) -> tuple[list[str], str] | None:
        """What of each stands in the training data, and a summary; None where they are not."""
        own_run = (
            self.model.options.dataset.path is None
            or bool(self.arguments.data)
            or not folder.is_bare_checkpoint(self.arguments.run)
        )
        if not (own_run if self.arguments.novelty is None else self.arguments.novelty):
            return None  # what a stranger's checkpoint names is not read unasked
        corpus = _corpus_of(self.model)
        return None if corpus is None else describe_novelty(corpus, samples)

    def records(self) -> Iterator[dict[str, Any]]:
        """Its samples with all that drew them, for a file."""
        samples = self.draw()
        novelty = self.novelty(samples)
        drawn_by = {
            key: getattr(self.settings, key)
            for key in ("temperature", "top_k", "top_p", "beam_width", "seed")
        }
        for i, sample in enumerate(samples):
            yield {
                "run": str(self.model.path),
                **drawn_by,
                "label": sample.label,
                "number": i + 1,
                "prompt": sample.prompt,
                "text": sample.text,
                "log_probability": sample.log_probability,
                "predictions": sample.predictions,
                "finished": sample.finished,
                "novelty": None if novelty is None else novelty[0][i],
            }


@cache
def _corpus_of(model: TrainedModel) -> Corpus | None:
    """A run's data; None where they cannot be read, which is said once."""
    try:
        return model.corpus
    except CharlabError as error:
        remark(f"novelty is not measured: {error}")
        return None
