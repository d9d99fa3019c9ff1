"""Which pictures there are of a run: those of every task's runs, and the task's own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure

from charlab.data.corpus import Corpus
from charlab.data.tokens.vocabulary import NAMES
from charlab.evaluation.dataset_statistics import bigram_table, inspect_corpus
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.figures.data import bigram_figure, label_figure, length_figure
from charlab.figures.picture import Part, Picture
from charlab.figures.run_curves import run_curves_figure
from charlab.figures.unfolded import unfolded_figure
from charlab.gallery.curves import curves_of, title_of
from charlab.gallery.embeddings import embedding_pictures
from charlab.gallery.memory import memory_pictures
from charlab.gallery.page import Heading
from charlab.gallery.unfolded import example_of
from charlab.gallery.units import UnitPictures
from charlab.inspection.activations import Unit
from charlab.inspection.unfolding import unfold
from charlab.models.recurrent import RecurrentModel
from charlab.runs.history import History
from charlab.tasks.task import Task


@dataclass(frozen=True)
class Subject:
    """What is looked at.

    Attributes:
        task: what the network is trained to do.
        trained: the network and its data; untrained where there is no history.
        history: what its training measured; None: it was not trained.
        best_step: the optimizer step of the best checkpoint; None: not known.
        unit: which unit colours a text; None: those that follow something best.
    """

    task: Task[Any]
    trained: TrainedNetwork[Any]
    history: History | None = None
    best_step: int | None = None
    unit: Unit | None = None

    @property
    def title(self) -> str:
        """What was trained on what."""
        return title_of(self.task)

    def heading(self, split: str, metrics: Mapping[str, float], command: str) -> Heading:
        """What stands above its page: which networks, how good the first is, what is looked at.

        Args:
            split: which part is looked at.
            metrics: of the validation part, by their tags.
            command: what makes the page again.
        """
        if self.history is None:
            return Heading(self.title, [("network", "not trained")], command)
        trained, dataset = self.trained, self.task.run.dataset
        tags = [f"val/{metric.name}" for metric in self.task.options.metrics]
        known = [(tag, f"{metrics[tag]:.4f}") for tag in tags if tag in metrics]
        given = "a text of yours" if trained.text is not None else f"the {split} part"
        facts = [
            ("network", ", ".join(one.name for one in (trained, *trained.beside))),
            ("data", f"{dataset.name}, by {dataset.unit}"),
            ("parameters", f"{sum(p.numel() for p in trained.network.parameters()):,}"),
            *known[:3],
            ("looked at", given),
        ]
        return Heading(self.title, facts, command)


def pictures_of(subject: Subject, split: str) -> Iterator[Picture]:
    """All pictures of a run, none of them drawn yet; of an untrained network what needs no run.

    Args:
        subject: what is looked at.
        split: which held-out part is looked at.
    """
    if subject.history is not None:
        yield from _curves(subject, subject.history)
        yield from subject.task.pictures(subject.trained, split)
        yield from _inside(subject, split)
        yield from embedding_pictures(subject.task, subject.trained, split)
    yield Picture(
        "unfolded",
        "The network unfolded",
        "The network as it is composed, unrolled over the steps of an example of the train part. "
        "Every step of a layer has the same weights. Numbers at arrows are the sizes of what "
        "passes there, of one text; at the right stand the shapes of a batch: B texts, T (or U) "
        "steps.",
        lambda: [_unfolded(subject)],
        "network",
        quick=True,
    )
    yield from data_pictures(subject.trained.corpus)


def _unfolded(subject: Subject) -> Figure:
    example = example_of(subject.task, subject.trained.corpus)
    return unfolded_figure(unfold(subject.trained.network), example, subject.title)


def _inside(subject: Subject, split: str) -> Iterator[Picture]:
    """What happens inside; of a task of one's own only where there is a recurrent model."""
    if any(isinstance(module, RecurrentModel) for module in subject.trained.network.modules()):
        yield from UnitPictures(subject.task, subject.trained, split, subject.unit)
        yield from memory_pictures(subject.task, subject.trained, split)


def _curves(subject: Subject, history: History) -> Iterator[Picture]:
    task = subject.task
    names = list(dict.fromkeys(("loss", *task.options.curves)))
    curves = curves_of(task, history, subject.best_step, names)
    if curves:
        measured = " and ".join(curve.metric for curve in curves)
        yield Picture(
            "curves",
            "Learning curves",
            f"{measured.capitalize()} over epochs: of training the mean over the steps since the "
            "point before, with dropout on; of the validation part exact. The ring is the best "
            "checkpoint, which the other pictures are of.",
            lambda: [run_curves_figure(curves, subject.title)],
            "training",
            quick=True,
        )


def data_pictures(corpus: Corpus) -> Iterator[Picture]:
    """What ``inspect_data.py`` shows of a dataset, too."""

    def picture(name: str, title: str, words: str, draw: Callable[[], Sequence[Part]]) -> Picture:
        return Picture(name, title, words, draw, "data")

    unit = NAMES[corpus.vocabulary.unit]
    one = unit.removesuffix("s")
    yield picture(
        "bigrams",
        "What follows what",
        f"Each row is a {one} of the train part, and its cells are the shares of what follows it: "
        "a model that sees nothing but the last one cannot know more.",
        lambda: [bigram_figure(*bigram_table(corpus))],
    )
    yield picture(
        "lengths",
        "How long documents are",
        f"Documents (or pieces of a stream) by their length in {unit}, of all parts.",
        lambda: [length_figure(inspect_corpus(corpus).lengths, unit)],
    )
    if corpus.labels:
        yield picture(
            "labels",
            "Labels",
            "Documents of each label, of all parts.",
            lambda: [label_figure(inspect_corpus(corpus).labels)],
        )
