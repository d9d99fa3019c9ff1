"""``evaluate.py``: exact metrics of a run on a split, or of the average of several."""

import sys
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from torch import Tensor

from charlab.api import Ensemble, Evaluation, InferenceModel, TrainedModel
from charlab.commands import load_ensemble
from charlab.config.cli_options import EvaluateArguments
from charlab.data.batches.batch import Batch, BatchForm
from charlab.data.batches.stream import StreamBatches
from charlab.errors import ConfigError
from charlab.evaluation.dynamic import DynamicEvaluation
from charlab.evaluation.metrics import token_metrics
from charlab.models.state import State
from charlab.system.files import json_bytes, open_output
from charlab.system.style import line, styled
from charlab.system.tables import Column, lay_out
from charlab.system.terminal import remark, screen_width, show

Metrics = dict[str, float | int]


def evaluate(given: Sequence[EvaluateArguments]) -> int:
    """Prints the metrics of a split; of a classifier also those of each label.

    Args:
        given: the command's words, for each run; of several the average is measured, and each.

    Raises:
        CharlabError: if the run or its data are unfit, or the split has no part of the data.
    """
    arguments = given[0]
    if arguments.batch_characters < 1:
        raise ConfigError(f"batch_characters= must be at least 1, got {arguments.batch_characters}")
    _require_dynamic(arguments, runs=len(given))
    model, as_classifier = load_ensemble(given), arguments.measured_as is not None
    task, _ = model.measured_as(as_classifier)
    if arguments.figure is not None and not task.figure_name:
        raise ConfigError(f"figure= draws a confusion matrix, and task={model.task} has none")
    measuring: dict[str, Any] = {
        "as_classifier": as_classifier,
        "positions": arguments.batch_characters,
    }
    measured = model.measure(arguments.split, **measuring)
    if isinstance(model, TrainedModel) and arguments.dynamic_lr is not None:
        measured.metrics.update(_dynamic_metrics(arguments, model))
    _show_metrics(model, arguments.split, measured.metrics)
    show(*task.describe_meter(measured.meter))
    if isinstance(model, Ensemble):
        members = [each.metrics for each in model.measure_members(arguments.split, **measuring)]
        _show_members(measured, members)
        measured.metrics.update(_of_members(model, members))
    _write_files(arguments, measured)
    return 0


def _show_metrics(model: InferenceModel, split: str, metrics: Metrics) -> None:
    members = model.members if isinstance(model, Ensemble) else ()
    if not sys.stdout.isatty():  # whoever reads the figures has not seen whose they are
        for each in members or [model]:
            remark(f"run: {each.title}")
    show(line(styled(model.title, "path"), f", {split} part:"))
    for number, member in enumerate(members, start=1):
        show(line(f"  run {number}: ", styled(member.title, "path"), f" ({_kind(member)})"))
    width = max(map(len, metrics))
    for name, value in metrics.items():
        figure = f"{value:.6f}" if isinstance(value, float) else f"{value:,}"
        show(line(f"  {name:<{width}}  ", styled(figure, "value")))


def _kind(member: TrainedModel) -> str:
    return f"{member.task}, {member.name}"


def _show_members(measured: Evaluation, members: Sequence[Metrics]) -> None:
    """The figures of the average beside those of each member alone, a row each."""
    known = {metric.name for metric in measured.task.options.metrics}
    rows = [measured.metrics, *members]
    runs = ["average", *(f"run {number}" for number in range(1, len(rows)))]
    columns = [Column("", [f"  {run}" for run in runs], to_right=False)]
    columns += [
        Column(name.partition("/")[2], [f"{row[name]:.6f}" for row in rows])
        for name in measured.metrics
        if name.partition("/")[2] in known
    ]
    show("", *lay_out(columns, screen_width()).lines)


def _require_dynamic(arguments: EvaluateArguments, runs: int) -> None:
    """Refuses settings of dynamic evaluation that cannot be, before a network is loaded."""
    if arguments.dynamic_lr is None:
        return
    if runs > 1:
        raise ConfigError(f"dynamic_lr= is for one run, got {runs}: leave the others out")
    if arguments.measured_as is not None:
        raise ConfigError("as= tells labels and dynamic_lr= predicts text: leave one of them out")
    if arguments.dynamic_lr <= 0:
        raise ConfigError(f"dynamic_lr= must be above 0, got {arguments.dynamic_lr:g}")
    if not 0 <= arguments.dynamic_decay <= 1:
        raise ConfigError(f"dynamic_decay= must be from 0 to 1, got {arguments.dynamic_decay:g}")
    if arguments.dynamic_length < 1:
        raise ConfigError(f"dynamic_length= must be at least 1, got {arguments.dynamic_length}")


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
        encoded = model.require_split(split).splits[split]
        length = min(arguments.dynamic_length, encoded.characters - 1)
        return StreamBatches(encoded, batch_size=1, seq_len=length, device=model.device).epoch(0)

    mean = DynamicEvaluation(arguments.dynamic_lr or 0.0, arguments.dynamic_decay).measure(
        model.network, loss, islice(one_lane("train"), _GRADIENTS), one_lane(arguments.split)
    )
    values = token_metrics(mean, model.vocabulary.unit)
    return {f"{arguments.split}/dynamic_{name}": value for name, value in values.items()}


def _of_members(model: Ensemble, members: Sequence[Metrics]) -> dict[str, Any]:
    """Each member's figures for a file: "members/1/test/loss", and which run it is."""
    pairs = enumerate(zip(model.members, members, strict=True), start=1)
    return {
        f"members/{number}/{name}": value
        for number, (member, metrics) in pairs
        for name, value in {"run": member.title, **metrics}.items()
    }


def _write_files(arguments: EvaluateArguments, measured: Evaluation) -> None:
    if arguments.output is not None:
        with open_output(arguments.output) as file:
            file.write(json_bytes(measured.metrics))
    if arguments.figure is not None:
        from charlab.figures import to_png  # matplotlib takes half a second

        picture = to_png(measured.task.meter_figure(measured.meter, f"{arguments.split} part"))
        with open_output(arguments.figure, "figure") as file:
            file.write(picture)
