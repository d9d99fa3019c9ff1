"""What the configuration knows of a task before anything heavy is imported: options and metrics."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Self

from charlab.config.constraints import Rule, one_of
from charlab.registry import OptionsOf

if TYPE_CHECKING:
    from charlab.config.schema import RunOptions
    from charlab.data.corpus import Corpus
    from charlab.data.tokens.ragged import EncodedSplit


SAMPLE, PREDICT = "sample.py", "predict.py"  # the commands that ask a trained network


@dataclass(frozen=True)
class Metric:
    """A number that says how well a network does.

    Attributes:
        name: without a split's prefix ("loss").
        higher_is_better: whether it is to rise.
        monitored: whether the validation's may decide which checkpoint is the best one.
        on_progress_line: whether it is shown while a run trains.
        about: what it measures, in words for reports; "" if the name says it.
    """

    name: str
    higher_is_better: bool = False
    monitored: bool = True
    on_progress_line: bool = False
    about: str = ""


@dataclass(frozen=True)
class Baseline:
    """A simple model's value of a metric, which a network has to beat to be worth its training.

    Attributes:
        name: under which a run's metrics hold it, without a split's prefix ("trigram_perplexity").
        metric: the network's metric that it is compared with ("perplexity").
        model: what the simple model is, in words.
    """

    name: str
    metric: str
    model: str


COMMON_PICTURES = {
    "curves": "loss and the task's metrics over epochs",
    "unfolded": "the network unrolled over time, with shapes; also of a configuration",
    "units": "which units follow which property of the text",
    "unit": "a text coloured by units (unit=LAYER:GATE:NUMBER for one of them)",
    "memory": "gradients through time, of several runs on one axis",
    "context": "the loss by how much text the network is given",
    "saturation": "how often gates are open and shut",
    "bigrams": "what follows what in the data",
    "lengths": "how long documents are",
    "labels": "how many documents have which label",
}
"""What a gallery shows of every task's runs, by name."""


@dataclass(frozen=True)
class TaskOptions:
    """What every task has. A task adds a subclass called ``Options`` with settings of its own.

    Attributes:
        name: the task's, that of its module.
        monitor: the metric that decides which checkpoint is the best one ("val/loss").
        metrics: all that a split is measured by, in the order in which they are said.
        baselines: simple models that the metrics are read beside, the most telling one first.
        curves: those that ``curves.png`` shows over epochs, of training and validation.
        predicts_label: whether it is the label of a document: each then needs documents of its own.
        fields: what a document needs besides its text: "tags", "target"; other fields are left
            aside.
        units: what a token of the text may be (``dataset.unit``).
        asked_by: the command that puts questions to its networks: ``SAMPLE`` or ``PREDICT``; None:
            they are only evaluated.
        verb: what its networks then do, for messages ("classify").
        pictures: what a gallery shows besides :data:`COMMON_PICTURES`: names, and what one sees.
    """

    name: str
    monitor: str

    metrics: ClassVar[tuple[Metric, ...]] = (Metric("loss", on_progress_line=True),)
    baselines: ClassVar[tuple[Baseline, ...]] = ()
    curves: ClassVar[tuple[str, ...]] = ("loss",)
    predicts_label: ClassVar[bool] = False
    fields: ClassVar[tuple[str, ...]] = ()
    units: ClassVar[tuple[str, ...]] = ("char", "byte", "word")
    asked_by: ClassVar[str | None] = None
    verb: ClassVar[str] = ""
    pictures: ClassVar[Mapping[str, str]] = {}

    def check(self, run: "RunOptions") -> None:
        """Refuses settings of a run that do not go with this task, before any data are read.

        Raises:
            ConfigError: if there are some.
        """

    def resolve(self, run: "RunOptions", corpus: "Corpus") -> Self:
        """Decides what null left to the data, and refuses data that the task cannot be learnt from.

        Raises:
            ConfigError, DataError: if the data do not fit.
        """
        return self

    def characters_per_epoch(self, train: "EncodedSplit", layout: str) -> int:
        """Token ids of a training split that count as trained on in an epoch."""
        return train.characters


def monitored(metrics: Iterable[Metric]) -> Rule:
    """The rule of a ``monitor`` setting: a validation's metric of these."""
    return one_of(*(f"val/{metric.name}" for metric in metrics if metric.monitored))


TASK_OPTIONS: OptionsOf[TaskOptions] = OptionsOf("task", "charlab.tasks", TaskOptions)
"""By the task's name: the schema of its options."""


def tasks_asked_by(command: str) -> list[str]:
    """Names of the tasks whose networks a command puts questions to; [] if it does to none."""
    return [name for name, options in TASK_OPTIONS.items() if options.asked_by == command]


RUN_METRICS = (
    Metric("model/parameters", about="numbers that the network learns"),
    Metric("time/train_seconds", about="seconds of training, validations left out"),
    Metric("time/elapsed_seconds", about="seconds of training, validations included"),
    Metric(
        "speed/train_chars_per_second",
        higher_is_better=True,
        about="characters trained on in a second",
    ),
)
"""What every run has besides what its task measures, by full tags."""


def metric_of(tag: str) -> Metric | None:
    """The metric behind a tag ("best/val/accuracy", "speed/…"); None if no task knows it."""
    for metric in RUN_METRICS:
        if metric.name == tag:
            return metric
    name = tag.rpartition("/")[2]
    known = (metric for options in TASK_OPTIONS.values() for metric in options.metrics)
    return next((metric for metric in known if metric.name == name), None)


def about(tag: str, task: str | None) -> str:
    """What a metric measures, in words; "" if nobody says.

    Args:
        tag: its full tag.
        task: whose metric it is; None: it is not known, and all tasks that have it must agree.
    """
    known = [options for name, options in TASK_OPTIONS.items() if task in (None, name)]
    metrics = [metric for options in known for metric in options.metrics]
    found = {metric.about for metric in metrics if tag.rpartition("/")[2] == metric.name}
    found |= {metric.about for metric in RUN_METRICS if metric.name == tag}
    return found.pop() if len(found) == 1 else ""


def higher_is_better(tag: str) -> bool:
    """Whether a metric is to rise ("val/accuracy") or to fall ("val/loss", and what is unknown)."""
    metric = metric_of(tag)
    return metric is not None and metric.higher_is_better


def known_pictures() -> dict[str, str]:
    """All pictures of a gallery by name, with what one sees and of which tasks."""
    known, tasks = dict(COMMON_PICTURES), dict[str, list[str]]()
    for name, options in TASK_OPTIONS.items():
        for picture, words in options.pictures.items():
            known.setdefault(picture, words)
            tasks.setdefault(picture, []).append(name)
    return {
        name: f"{words} ({', '.join(tasks[name])})" if name in tasks else words
        for name, words in known.items()
    }
