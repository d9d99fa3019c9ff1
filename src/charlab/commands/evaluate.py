"""``evaluate.py``: exact figures of a run on a split."""

from charlab.api import TrainedModel, load_model
from charlab.config.door_options import EvaluateWords
from charlab.data.original import split_text
from charlab.data.splits import SPLITS
from charlab.errors import ConfigError, DataError
from charlab.figures import to_png
from charlab.files import json_bytes, open_output
from charlab.measuring import Meter, measure
from charlab.registry import nearest
from charlab.terminal import remark, show


def evaluate(words: EvaluateWords) -> int:
    """Prints the figures of a split; of a classifier also those of each label.

    Raises:
        CharlabError: if the run or its data are unfit, or the split has no part of the data.
    """
    if words.split not in SPLITS:
        raise ConfigError(f"split={words.split}: {nearest(words.split, list(SPLITS))}")
    if words.batch_characters < 1:
        raise ConfigError(f"batch_characters= must be at least 1, got {words.batch_characters}")
    model = load_model(
        words.run,
        accelerator=words.accelerator,
        output_dir=words.output_dir,
        command="evaluate.py",
        data=words.data,
    )
    if words.figure is not None and not model.trained_for.has_figure:
        raise ConfigError(f"figure= draws a confusion matrix, and task={model.task} has none")
    figures, meter = evaluate_model(model, words.split, positions=words.batch_characters)
    remark(f"run: {model.path}")
    show(f"{model.path}, {words.split} part:")
    for name, value in figures.items():
        show(f"  {name:<24} {value:.6f}" if isinstance(value, float) else f"  {name:<24} {value}")
    show(*model.trained_for.describe_meter(meter))
    _write_files(words, model, figures, meter)
    return 0


def evaluate_model(
    model: TrainedModel, split: str, *, positions: int
) -> tuple[dict[str, float | int], Meter]:
    """Exact figures of a split, by their names in ``metrics.json``, and the meter that took them.

    Raises:
        DataError: if the split has no part of the data.
        CharlabError: if the data are not those of the training any more.
    """
    corpus = model.corpus
    if split not in corpus.splits:
        raise DataError(
            f"split={split}: the run's dataset.split.fractions leave that part empty; there is "
            f"{', '.join(corpus.splits)}"
        )
    meter = model.trained_for.new_meter(model.network)
    batches = model.trained_for.evaluation_batches(
        corpus.splits[split], device=model.device, positions=positions
    )
    values = measure(model.network, meter, batches, split_text(corpus, split))
    figures: dict[str, float | int] = {f"{split}/{name}": v for name, v in values.items()}
    figures[f"{split}/unknown_share"] = corpus.report.unknown_share[split]
    figures[f"{split}/documents"] = corpus.report.split_documents[split]
    figures[f"{split}/characters"] = corpus.report.split_characters[split]
    return figures, meter


def _write_files(
    words: EvaluateWords, model: TrainedModel, figures: dict[str, float | int], meter: Meter
) -> None:
    if words.output is not None:
        with open_output(words.output) as file:
            file.write(json_bytes(figures))
    if words.figure is not None:
        picture = to_png(model.trained_for.meter_figure(meter))
        with open_output(words.figure, "figure") as file:
            file.write(picture)
