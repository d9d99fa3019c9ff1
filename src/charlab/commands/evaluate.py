"""``evaluate.py``: exact metrics of a run on a split."""

import sys
from collections.abc import Iterator
from itertools import islice
from typing import Any

from torch import Tensor

from charlab.api import TrainedModel
from charlab.commands import load_for
from charlab.config.cli_options import EvaluateArguments
from charlab.data.batches.batch import Batch, BatchForm
from charlab.data.batches.stream import StreamBatches
from charlab.data.tokens.ragged import EncodedSplit
from charlab.errors import ConfigError
from charlab.evaluation.bits_per_character import split_text
from charlab.evaluation.dynamic import DynamicEvaluation
from charlab.evaluation.evaluate import Meter, measure
from charlab.evaluation.metrics import token_metrics
from charlab.models.state import State
from charlab.system.files import json_bytes, open_output
from charlab.system.style import line, styled
from charlab.system.terminal import remark, show
from charlab.tasks.task import Task


def evaluate(arguments: EvaluateArguments) -> int:
    """Prints the metrics of a split; of a classifier also those of each label.

    Raises:
        CharlabError: if the run or its data are unfit, or the split has no part of the data.
    """
    if arguments.batch_characters < 1:
        raise ConfigError(f"batch_characters= must be at least 1, got {arguments.batch_characters}")
    _require_dynamic(arguments)
    model = load_for(arguments)
    task, network = _measured(arguments, model)
    if arguments.figure is not None and not task.figure_name:
        raise ConfigError(f"figure= draws a confusion matrix, and task={model.task} has none")
    split = _split_of(model, arguments.split)
    meter, batches = (
        task.new_meter(network),
        task.evaluation_batches(split, device=model.device, positions=arguments.batch_characters),
    )
    metrics = _metrics(
        model,
        arguments.split,
        measure(network, meter, batches, split_text(model.corpus, arguments.split)),
    )
    if arguments.dynamic_lr is not None:
        metrics |= _dynamic_metrics(arguments, model)
    if not sys.stdout.isatty():  # whoever reads the figures has not seen whose they are
        remark(f"run: {model.path}")
    show(line(styled(model.path, "path"), f", {arguments.split} part:"))
    width = max(map(len, metrics))
    for name, value in metrics.items():
        figure = f"{value:.6f}" if isinstance(value, float) else f"{value:,}"
        show(line(f"  {name:<{width}}  ", styled(figure, "value")))
    show(*task.describe_meter(meter))
    _write_files(arguments, task, metrics, meter)
    return 0


def _require_dynamic(arguments: EvaluateArguments) -> None:
    """Refuses settings of dynamic evaluation that cannot be, before a network is loaded."""
    if arguments.dynamic_lr is None:
        return
    if arguments.measured_as is not None:
        raise ConfigError("as= tells labels and dynamic_lr= predicts text: leave one of them out")
    if arguments.dynamic_lr <= 0:
        raise ConfigError(f"dynamic_lr= must be above 0, got {arguments.dynamic_lr:g}")
    if not 0 <= arguments.dynamic_decay <= 1:
        raise ConfigError(f"dynamic_decay= must be from 0 to 1, got {arguments.dynamic_decay:g}")
    if arguments.dynamic_length < 1:
        raise ConfigError(f"dynamic_length= must be at least 1, got {arguments.dynamic_length}")


def _measured(arguments: EvaluateArguments, model: TrainedModel) -> tuple[Task[Any], Any]:
    """What is measured: the run's own task, or its network as a classifier."""
    if arguments.measured_as is None:
        return model.trained_for, model.network
    found = model.trained_for.as_classifier(model.network)
    if found is None:
        raise ConfigError(
            f"as=classify is for a run that generates by label (task.condition_on_label), and "
            f"{model.path} was trained with task={model.task}"
        )
    return found


def _split_of(model: TrainedModel, split: str) -> EncodedSplit:
    """A part of the run's data.

    Raises:
        DataError: if there is none.
        CharlabError: if the data are not those of the training any more.
    """
    return model.require_split(split).splits[split]


def _metrics(model: TrainedModel, split: str, values: dict[str, float]) -> dict[str, float | int]:
    """A split's metrics by their names in ``metrics.json``, and its size."""
    report = model.corpus.report
    return {
        **{f"{split}/{name}": value for name, value in values.items()},
        f"{split}/unknown_share": report.unknown_share[split],
        f"{split}/documents": report.split_documents[split],
        f"{split}/characters": report.split_characters[split],
    }


_GRADIENTS = 1000  # of the training text that tell how large they are


def _dynamic_metrics(arguments: EvaluateArguments, model: TrainedModel) -> dict[str, float]:
    """The figures of a network that goes on learning from what it has predicted.

    Raises:
        ConfigError: if it does not read one long text.
    """
    task, options = model.trained_for, model.options
    if options.dataset.layout != "stream" or task.batch_form is not BatchForm.NEXT:
        raise ConfigError(
            "dynamic_lr= is for runs that predict the next character of long text (layout "
            f"stream); {model.path} is of task={model.task}, layout {options.dataset.layout}"
        )

    def loss(batch: Batch, state: State | None) -> tuple[Tensor, float, State | None]:
        output = task.training_loss(model.network, batch, state, measure=False)
        return output.objective, float(output.loss), output.state

    def one_lane(split: str) -> Iterator[Batch]:
        encoded = _split_of(model, split)
        length = min(arguments.dynamic_length, encoded.characters - 1)
        return StreamBatches(encoded, batch_size=1, seq_len=length, device=model.device).epoch(0)

    mean = DynamicEvaluation(arguments.dynamic_lr or 0.0, arguments.dynamic_decay).measure(
        model.network, loss, islice(one_lane("train"), _GRADIENTS), one_lane(arguments.split)
    )
    values = token_metrics(mean, model.vocabulary.unit)
    return {f"{arguments.split}/dynamic_{name}": value for name, value in values.items()}


def _write_files(
    arguments: EvaluateArguments, task: Task[Any], metrics: dict[str, float | int], meter: Meter
) -> None:
    if arguments.output is not None:
        with open_output(arguments.output) as file:
            file.write(json_bytes(metrics))
    if arguments.figure is not None:
        from charlab.figures import to_png  # matplotlib takes half a second

        picture = to_png(task.meter_figure(meter, f"{arguments.split} part"))
        with open_output(arguments.figure, "figure") as file:
            file.write(picture)
