"""The typed schema of a training run's configuration. Imports nothing heavy.

The values, their defaults and their comments stand in ``conf/``; here stand types and ranges.
A field has no default, so that a key missing from a YAML file is found at once.
"""

from dataclasses import dataclass

from charlab.config.rules import (
    above,
    at_least,
    between,
    chosen_by_name,
    fraction_below_one,
    free_text,
    must,
    one_of,
)


@dataclass(frozen=True)
class SplitOptions:
    """How documents (or positions of a stream) are dealt out to train, val and test."""

    fractions: tuple[float, float, float]
    seed: int


@dataclass(frozen=True)
class DatasetOptions:
    """Where text comes from and how it becomes batches."""

    name: str = free_text()
    source: str
    path: str | None = free_text()
    encoding: str
    normalize: str
    layout: str = must(one_of("auto", "sequences", "stream"))
    seq_len: int = must(at_least(1))
    batch_size: int = must(at_least(1))
    split: SplitOptions


@dataclass(frozen=True)
class ModelOptions:
    """What every recurrent model has. A model with more options adds a subclass."""

    name: str
    hidden_size: int = must(at_least(1))
    num_layers: int = must(at_least(1))
    embedding_size: int = must(at_least(0))
    dropout: float = must(fraction_below_one())
    bidirectional: bool
    kernel: str = must(one_of("fused", "reference"))


@dataclass(frozen=True)
class VanillaOptions(ModelOptions):
    """The Elman network."""

    nonlinearity: str = must(one_of("tanh", "relu"))


@dataclass(frozen=True)
class LSTMOptions(ModelOptions):
    """Long short-term memory."""

    forget_bias: float


@dataclass(frozen=True)
class GRUOptions(ModelOptions):
    """The gated recurrent unit."""


MODELS: dict[str, type] = {"vanilla": VanillaOptions, "lstm": LSTMOptions, "gru": GRUOptions}


@dataclass(frozen=True)
class SampleOptions:
    """What a generation run writes at its validations and at its end."""

    count: int = must(at_least(0))
    length: int = must(at_least(1))
    temperature: float = must(at_least(0))


@dataclass(frozen=True)
class GenerateOptions:
    """Predicting every next character."""

    name: str
    monitor: str = must(one_of("val/loss", "val/perplexity", "val/bits_per_char", "val/accuracy"))
    condition_on_label: bool | None
    samples: SampleOptions


@dataclass(frozen=True)
class ClassifyOptions:
    """Predicting a text's label."""

    name: str
    monitor: str = must(one_of("val/loss", "val/accuracy", "val/macro_f1", "val/top3_accuracy"))
    pooling: str = must(one_of("last", "mean", "max", "mean_max"))
    class_weights: str = must(one_of("none", "mild", "balanced"))
    label_smoothing: float = must(fraction_below_one())


TASKS: dict[str, type] = {"generate": GenerateOptions, "classify": ClassifyOptions}


@dataclass(frozen=True)
class AdamOptions:
    """Adam and AdamW."""

    name: str
    lr: float = must(above(0))
    betas: tuple[float, float]
    weight_decay: float = must(at_least(0))


@dataclass(frozen=True)
class SGDOptions:
    """Stochastic gradient descent with momentum."""

    name: str
    lr: float = must(above(0))
    momentum: float = must(fraction_below_one())
    weight_decay: float = must(at_least(0))


OPTIMIZERS: dict[str, type] = {"adamw": AdamOptions, "adam": AdamOptions, "sgd": SGDOptions}


@dataclass(frozen=True)
class SchedulerOptions:
    """The learning rate over a run's progress, from 0 (start) to 1 (the limit that ends it)."""

    name: str
    warmup: float = must(fraction_below_one())
    final: float = must(between(0, 1))


SCHEDULERS: dict[str, type] = {
    "cosine": SchedulerOptions,
    "linear": SchedulerOptions,
    "constant": SchedulerOptions,
}


@dataclass(frozen=True)
class TrainerOptions:
    """How long, on what and with which comforts a run trains."""

    max_epochs: int | None = must(at_least(1))
    max_steps: int | None = must(at_least(1))
    max_minutes: float | None = must(above(0))
    accelerator: str = must(one_of("auto", "cpu", "cuda", "mps"))
    precision: str = must(one_of("auto", "float32", "bf16"))
    gradient_clip: float | None = must(above(0))
    validate_every: int | None = must(at_least(1))
    patience: int | None = must(at_least(1))
    checkpoint_minutes: float = must(above(0))
    log_every: int = must(at_least(1))
    overfit: bool
    progress: str = must(one_of("auto", "bar", "lines", "none"))


@dataclass(frozen=True)
class RunOptions:
    """Everything that makes a training run: the whole composed configuration."""

    dataset: DatasetOptions
    model: ModelOptions = chosen_by_name(MODELS)
    task: GenerateOptions | ClassifyOptions = chosen_by_name(TASKS)
    optimizer: AdamOptions | SGDOptions = chosen_by_name(OPTIMIZERS)
    scheduler: SchedulerOptions = chosen_by_name(SCHEDULERS)
    trainer: TrainerOptions
    seed: int = must(between(0, 2**32 - 1))
    output_dir: str = free_text()
    debug: bool
