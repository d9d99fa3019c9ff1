"""What a network gives: rankings of labels, a split's metrics, answers to several texts."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from charlab.data.corpus import Corpus
from charlab.data.queries import Unseen
from charlab.errors import ConfigError
from charlab.evaluation.bits_per_character import split_text
from charlab.evaluation.evaluate import Meter, measure
from charlab.evaluation.prediction import Answers, Predictor
from charlab.system.style import visible
from charlab.tasks.task import Task

_SHOWN = 3  # labels in a ranking's repr


class Ranking(list[tuple[str, float]]):
    """Labels with their probabilities, the likeliest first.

    Attributes:
        unseen: what of the text training never saw: its share and which tokens.
    """

    def __init__(self, pairs: Iterable[tuple[str, float]], unseen: Unseen) -> None:
        super().__init__(pairs)
        self.unseen = unseen

    def __repr__(self) -> str:
        shown = ", ".join(f"{visible(label)} {share:.3f}" for label, share in self[:_SHOWN])
        more = f", … ({len(self)} labels)" if len(self) > _SHOWN else ""
        return f"<{shown}{more}>"


class Evaluation(NamedTuple):
    """A split's metrics.

    Attributes:
        task: what the network was measured as.
        meter: what counted.
        metrics: by their names in ``metrics.json`` ("test/loss"), and the split's size.
    """

    task: Task[Any]
    meter: Meter
    metrics: dict[str, float | int]

    @classmethod
    def of(
        cls,
        task: Task[Any],
        network: Any,
        corpus: Corpus,
        split: str,
        *,
        device: torch.device,
        positions: int,
    ) -> "Evaluation":
        """Measures a network as a task's on a part of a corpus.

        Args:
            device: where the network is.
            positions: token ids of a batch.
        """
        meter = task.new_meter(network)
        batches = task.evaluation_batches(corpus.splits[split], device=device, positions=positions)
        values = measure(network, meter, batches, split_text(corpus, split))
        report = corpus.report
        metrics = {
            **{f"{split}/{name}": value for name, value in values.items()},
            f"{split}/unknown_share": report.unknown_share[split],
            f"{split}/documents": report.split_documents[split],
            f"{split}/characters": report.split_characters[split],
        }
        return cls(task, meter, metrics)


def answers(verb: str, predictor: Predictor[Any], texts: Sequence[str]) -> Answers[Any]:
    """A predictor's answers.

    Args:
        verb: how it is asked, for messages ("classify").
        predictor: what is asked.
        texts: what about.

    Raises:
        ConfigError: if these are not several texts.
        DataError: if a text is empty (after what training does to its own).
    """
    asked = listed(verb, "texts", texts)
    return Answers(predictor, asked, predictor.predict(asked))


def listed(verb: str, what: str, given: object, more: str = "") -> list[Any]:
    """What is to be several, as a list.

    Args:
        verb: what takes them, for messages ("classify").
        what: what they are ("texts").
        given: by the user.
        more: what stands behind the first one in a list.

    Raises:
        ConfigError: if it is a single one, or none.
    """
    if isinstance(given, str | Path):
        raise ConfigError(f"{verb} takes a list of {what}: {verb}([{given!r:.60}{more}])")
    if not isinstance(given, Iterable):
        raise ConfigError(f"{verb} takes a list of {what}, got {given!r:.60}")
    return list(given)
