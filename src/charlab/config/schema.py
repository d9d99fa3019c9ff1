"""The typed schema of a training run's configuration. Imports nothing heavy.

The values, their defaults and their comments stand in ``conf/``; here stand types and ranges.
A field has no default, so that a key missing from a YAML file is found at once.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from charlab.config.constraints import (
    FREE_TEXT,
    ByName,
    above,
    at_least,
    between,
    each,
    folder_name,
    fraction_below_one,
    one_of,
    place,
    steps_or_share,
)
from charlab.config.targets import OptimizerTarget, SchedulerTarget, Target
from charlab.config.task_options import TASK_OPTIONS, TaskOptions
from charlab.config.validation import to_plain
from charlab.registry import OptionsOf


@dataclass(frozen=True)
class SplitOptions:
    """How documents (or positions of a stream) are dealt out to train, val and test."""

    fractions: tuple[float, float, float]
    seed: int


@dataclass(frozen=True)
class DatasetOptions:
    """Where text comes from and how it becomes batches."""

    name: Annotated[str, FREE_TEXT, folder_name()]
    source: str
    path: Annotated[str | None, FREE_TEXT]
    val_path: Annotated[str | None, FREE_TEXT]
    test_path: Annotated[str | None, FREE_TEXT]
    encoding: str
    text_column: Annotated[str | None, FREE_TEXT]
    label_column: Annotated[str | None, FREE_TEXT]
    tag_column: Annotated[str | None, FREE_TEXT]
    target_column: Annotated[str | None, FREE_TEXT]
    url: Annotated[str | None, FREE_TEXT]
    unit: Annotated[str, one_of("char", "byte", "word", "symbol")]
    target_unit: Annotated[str, one_of("char", "byte", "word", "symbol")]
    min_count: Annotated[int | None, at_least(1)]
    normalize: str
    limit: Annotated[int | None, at_least(1)]
    distinct: bool
    romanized: bool | None
    distance: Annotated[int | None, at_least(1)]
    held_out: tuple[str, ...]
    layout: Annotated[str, one_of("auto", "sequences", "stream")]
    seq_len: Annotated[int, at_least(1)]
    batch_size: Annotated[int, at_least(1)]
    random_offset: bool
    random_lengths: bool
    noise: Annotated[float, fraction_below_one()]
    noise_by: Annotated[str, one_of("random", "unknown")]
    split: SplitOptions


@dataclass(frozen=True)
class ModelOptions:
    """What every recurrent model has. A model with more settings adds a subclass."""

    name: str
    hidden_size: Annotated[int, at_least(1)]
    num_layers: Annotated[int, at_least(1)]
    embedding_size: Annotated[int, at_least(0)]
    tied_embeddings: bool
    dropout: Annotated[float, fraction_below_one()]
    dropout_kind: Annotated[str, one_of("plain", "locked")]
    input_dropout: Annotated[float, fraction_below_one()]
    output_dropout: Annotated[float | None, fraction_below_one()]
    embedding_dropout: Annotated[float, fraction_below_one()]
    weight_dropout: Annotated[float, fraction_below_one()]
    layer_norm: bool
    residual: bool
    bidirectional: bool
    kernel: Annotated[str, one_of("fused", "reference")]


@dataclass(frozen=True)
class VanillaOptions(ModelOptions):
    """The Elman network."""

    nonlinearity: Annotated[str, one_of("tanh", "relu")]


@dataclass(frozen=True)
class LSTMOptions(ModelOptions):
    """Long short-term memory."""

    forget_bias: float


@dataclass(frozen=True)
class GRUOptions(ModelOptions):
    """The gated recurrent unit."""


MODELS = OptionsOf(
    "model",
    "charlab.models",
    ModelOptions,
    known={"vanilla": VanillaOptions, "lstm": LSTMOptions, "gru": GRUOptions},
)


@dataclass(frozen=True)
class AdamOptions:
    """Adam and AdamW."""

    name: str
    lr: Annotated[float, above(0)]
    betas: Annotated[tuple[float, float], each(fraction_below_one())]
    weight_decay: Annotated[float, at_least(0)]


@dataclass(frozen=True)
class SGDOptions:
    """Stochastic gradient descent with momentum."""

    name: str
    lr: Annotated[float, above(0)]
    momentum: Annotated[float, fraction_below_one()]
    weight_decay: Annotated[float, at_least(0)]


OPTIMIZERS: dict[str, type] = {"adamw": AdamOptions, "adam": AdamOptions, "sgd": SGDOptions}


@dataclass(frozen=True)
class SchedulerOptions:
    """The learning rate over a run's progress, from 0 (start) to 1 (the limit that ends it)."""

    name: str
    warmup: Annotated[float, fraction_below_one()]
    final: Annotated[float, between(0, 1)]


SCHEDULERS: dict[str, type] = dict.fromkeys(("cosine", "linear", "constant"), SchedulerOptions)


# Lightning's strategies whose processes hold the whole network each: a checkpoint needs it whole.
STRATEGIES = ("auto", "ddp", "ddp_find_unused_parameters_false", "ddp_find_unused_parameters_true")


@dataclass(frozen=True)
class TrainerOptions:
    """How long, on what and with which comforts a run trains."""

    max_epochs: Annotated[int | None, at_least(1)]
    max_steps: Annotated[int | None, at_least(1)]
    max_minutes: Annotated[float | None, above(0)]
    accelerator: Annotated[str, one_of("auto", "cpu", "cuda", "mps")]
    devices: Annotated[int, at_least(1)]
    nodes: Annotated[int, at_least(1)]
    strategy: Annotated[str, one_of(*STRATEGIES)]
    precision: Annotated[str, one_of("auto", "float32", "bf16")]
    accumulate: Annotated[int, at_least(1)]
    gradient_clip: Annotated[float | None, above(0)]
    ema_decay: Annotated[float | None, fraction_below_one()]
    activation_penalty: Annotated[float, at_least(0)]
    temporal_penalty: Annotated[float, at_least(0)]
    validate_every: Annotated[float | None, steps_or_share()]
    patience: Annotated[int | None, at_least(1)]
    checkpoint_minutes: Annotated[float, above(0)]
    log_every: Annotated[int, at_least(1)]
    overfit: bool
    progress: Annotated[str, one_of("auto", "bar", "lines", "none")]
    figures: Annotated[str, one_of("auto", "always", "never")]


@dataclass(frozen=True)
class InitOptions:
    """Whose weights a run begins with, and how carefully they are changed (fine-tuning).

    The body is what reads the text: embedding and recurrence. A head on it is always trained.

    Attributes:
        run: a run's folder, a checkpoint in it, or "latest"; None: fresh weights.
        freeze_epochs: the first epochs in which what was taken over of the body stays as it is.
        body_lr: what the body's learning rate is multiplied by (Howard & Ruder 2018,
            arXiv:1801.06146: discriminative fine-tuning).
    """

    run: Annotated[str | None, FREE_TEXT]
    freeze_epochs: Annotated[int, at_least(0)]
    body_lr: Annotated[float, between(0, 1)]


@dataclass(frozen=True)
class TensorBoardOptions:
    """TensorBoard's event files."""


@dataclass(frozen=True)
class CsvOptions:
    """A table of the curves."""


@dataclass(frozen=True)
class WandbOptions:
    """Weights & Biases."""

    project: Annotated[str, FREE_TEXT]
    entity: Annotated[str | None, FREE_TEXT]
    offline: bool


@dataclass(frozen=True)
class MlflowOptions:
    """MLflow."""

    tracking_uri: Annotated[str | None, FREE_TEXT]
    experiment: Annotated[str, FREE_TEXT]


@dataclass(frozen=True)
class LoggerOptions:
    """What a run's curves, samples and pictures go to: each of these that is not null."""

    tensorboard: TensorBoardOptions | None
    csv: CsvOptions | None
    wandb: WandbOptions | None
    mlflow: MlflowOptions | None

    @property
    def names(self) -> list[str]:
        """Those that are there."""
        return [name for name, options in vars(self).items() if options is not None]


@dataclass(frozen=True)
class RunOptions:
    """Everything that makes a training run: the whole composed configuration."""

    dataset: DatasetOptions
    model: Annotated[ModelOptions, ByName(MODELS)]
    task: Annotated[TaskOptions, ByName(TASK_OPTIONS)]
    init: InitOptions
    optimizer: Annotated[
        AdamOptions | SGDOptions | OptimizerTarget, ByName(OPTIMIZERS, OptimizerTarget)
    ]
    scheduler: Annotated[SchedulerOptions | SchedulerTarget, ByName(SCHEDULERS, SchedulerTarget)]
    trainer: TrainerOptions
    callbacks: dict[str, Target]
    logger: LoggerOptions
    seed: Annotated[int, between(0, 2**32 - 1)]
    output_dir: Annotated[str, FREE_TEXT, place()]
    debug: bool

    def __str__(self) -> str:
        """The settings as YAML."""
        from omegaconf import OmegaConf

        return OmegaConf.to_yaml(to_plain(self)).rstrip()

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """What IPython and notebooks show."""
        printer.text(str(self))

    @property
    def has_targets(self) -> bool:
        """Whether anything in it is named by ``_target_``."""
        return bool(self.callbacks) or any(
            isinstance(part, Target) for part in (self.optimizer, self.scheduler)
        )


# Settings that change neither what is learned nor how it is measured; those of loggers are others.
_INCIDENTAL = (
    "output_dir",
    "trainer.progress",
    "trainer.figures",
    "trainer.checkpoint_minutes",
    "trainer.log_every",
)


def is_incidental(key: str) -> bool:
    """Whether a setting is without influence on a run's results."""
    return key in _INCIDENTAL or key.partition(".")[0] == "logger"


def is_of_body(key: str) -> bool:
    """Whether a setting belongs to the shape of a trained network, which ``init=`` brings."""
    group, _, name = key.lstrip("+").partition(".")
    return group == "model" and "dropout" not in name and name != "kernel"
