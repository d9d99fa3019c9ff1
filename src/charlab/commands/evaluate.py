"""``evaluate.py``: exact metrics of a run on a split."""

import sys

from charlab.api import TrainedModel
from charlab.commands import load_for
from charlab.config.cli_options import EvaluateArguments
from charlab.errors import ConfigError
from charlab.evaluation.bits_per_character import split_text
from charlab.evaluation.evaluate import Meter, measure
from charlab.system.files import json_bytes, open_output
from charlab.system.style import line, styled
from charlab.system.terminal import remark, show


def evaluate(arguments: EvaluateArguments) -> int:
    """Prints the metrics of a split; of a classifier also those of each label.

    Raises:
        CharlabError: if the run or its data are unfit, or the split has no part of the data.
    """
    if arguments.batch_characters < 1:
        raise ConfigError(f"batch_characters= must be at least 1, got {arguments.batch_characters}")
    model = load_for(arguments)
    if arguments.figure is not None and not model.trained_for.figure_name:
        raise ConfigError(f"figure= draws a confusion matrix, and task={model.task} has none")
    metrics, meter = evaluate_model(model, arguments.split, positions=arguments.batch_characters)
    if not sys.stdout.isatty():  # whoever reads the figures has not seen whose they are
        remark(f"run: {model.path}")
    show(line(styled(model.path, "path"), f", {arguments.split} part:"))
    width = max(map(len, metrics))
    for name, value in metrics.items():
        figure = f"{value:.6f}" if isinstance(value, float) else f"{value:,}"
        show(line(f"  {name:<{width}}  ", styled(figure, "value")))
    show(*model.trained_for.describe_meter(meter))
    _write_files(arguments, model, metrics, meter)
    return 0


def evaluate_model(
    model: TrainedModel, split: str, *, positions: int
) -> tuple[dict[str, float | int], Meter]:
    """Exact metrics of a split, by their names in ``metrics.json``, and the meter that took them.

    Raises:
        DataError: if the split has no part of the data.
        CharlabError: if the data are not those of the training any more.
    """
    corpus = model.require_split(split)
    meter = model.trained_for.new_meter(model.network)
    batches = model.trained_for.evaluation_batches(
        corpus.splits[split], device=model.device, positions=positions
    )
    values = measure(model.network, meter, batches, split_text(corpus, split))
    metrics: dict[str, float | int] = {f"{split}/{name}": v for name, v in values.items()}
    metrics[f"{split}/unknown_share"] = corpus.report.unknown_share[split]
    metrics[f"{split}/documents"] = corpus.report.split_documents[split]
    metrics[f"{split}/characters"] = corpus.report.split_characters[split]
    return metrics, meter


def _write_files(
    arguments: EvaluateArguments, model: TrainedModel, metrics: dict[str, float | int], meter: Meter
) -> None:
    if arguments.output is not None:
        with open_output(arguments.output) as file:
            file.write(json_bytes(metrics))
    if arguments.figure is not None:
        from charlab.figures import to_png  # matplotlib takes half a second

        picture = to_png(model.trained_for.meter_figure(meter, f"{arguments.split} part"))
        with open_output(arguments.figure, "figure") as file:
            file.write(picture)
