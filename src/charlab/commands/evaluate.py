"""``evaluate.py``: exact figures of a run on a split."""

import numpy as np
import numpy.typing as npt

from charlab.api import TrainedModel, load_model
from charlab.config.door_options import EvaluateWords
from charlab.data.original import split_text
from charlab.data.splits import SPLITS
from charlab.errors import ConfigError, DataError
from charlab.figures.confusion import confusion_figure
from charlab.files import user_path, write_json
from charlab.measuring import measure, measuring_batches
from charlab.metrics import METERS, ClassificationMeter
from charlab.registry import nearest
from charlab.terminal import note


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
    if words.figure is not None and model.task != "classify":
        raise ConfigError("figure= draws a confusion matrix: for runs with task=classify")
    figures, meter = evaluate_model(model, words.split, positions=words.batch_characters)
    note(f"run: {model.path}")
    print(f"{model.path}, {words.split} part:")
    for name, value in figures.items():
        print(f"  {name:<24} {value:.6f}" if isinstance(value, float) else f"  {name:<24} {value}")
    if isinstance(meter, ClassificationMeter):
        print(label_table(meter.confusion.numpy(), model.labels))
    _write_files(words, model, figures, meter)
    return 0


def evaluate_model(
    model: TrainedModel, split: str, *, positions: int
) -> tuple[dict[str, float | int], object]:
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
    meter = METERS[model.task](model.network, len(model.labels), model.vocabulary.unit)
    batches = measuring_batches(
        corpus, split, model.options, device=model.device, positions=positions
    )
    values = measure(model.network, meter, batches, split_text(corpus, split))
    figures: dict[str, float | int] = {f"{split}/{name}": v for name, v in values.items()}
    figures[f"{split}/unknown_share"] = corpus.report.unknown_share[split]
    figures[f"{split}/documents"] = corpus.report.split_documents[split]
    figures[f"{split}/characters"] = corpus.report.split_characters[split]
    return figures, meter


def label_table(confusion: npt.NDArray[np.int64], labels: tuple[str, ...]) -> str:
    """Examples, precision, recall and F1 of each label, the most frequent first."""
    width = max(len("label"), *(len(label) for label in labels))
    lines = [f"  {'label':<{width}}  examples  precision  recall     f1"]
    for i in np.argsort(-confusion.sum(axis=1), kind="stable"):
        right, true, predicted = confusion[i, i], confusion[i].sum(), confusion[:, i].sum()
        precision = f"{right / predicted:9.3f}" if predicted else f"{'-':>9}"
        recall = f"{right / true:6.3f}" if true else f"{'-':>6}"
        f1 = f"{2 * right / (true + predicted):5.3f}" if true + predicted else f"{'-':>5}"
        lines.append(f"  {labels[i]:<{width}}  {true:8d}  {precision}  {recall}  {f1}")
    return "\n".join(lines)


def _write_files(
    words: EvaluateWords, model: TrainedModel, figures: dict[str, float | int], meter: object
) -> None:
    try:
        if words.output is not None:
            write_json(user_path(words.output), figures)
        if words.figure is not None and isinstance(meter, ClassificationMeter):
            figure = confusion_figure(meter.confusion.numpy(), model.labels)
            figure.savefig(user_path(words.figure), format="png")
    except OSError as error:
        raise DataError(f"cannot write {error.filename}: {error.strerror}") from error
