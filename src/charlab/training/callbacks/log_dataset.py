"""What loggers show of a run's data: the metrics and pictures of ``inspect_data.py``."""

from collections.abc import Iterator
from pathlib import Path

import pytorch_lightning as pl
from matplotlib.figure import Figure

from charlab.data.corpus import Corpus
from charlab.data.tokens.vocabulary import NAMES
from charlab.evaluation.dataset_statistics import Inspection, bigram_table, inspect_corpus
from charlab.figures import for_card, to_image
from charlab.figures.data import bigram_figure, label_figure, length_figure
from charlab.system.signals import Stopped
from charlab.training.loggers.run_loggers import RunLoggers

_TOKENS, _LABELS = 20, 16  # whose names can be read on a card
_GROUP = "your data"  # TensorBoard sorts by name: this comes after "train" and "val"


class LogDataset(pl.Callback):
    """Shows a new run's data once: after its first validation, so that training need not wait.

    At the end where no validation came, also of a run that was interrupted.

    Args:
        folder: the dataset's, which all its runs share.
        wanted: whether this run shows its data; a resumed one has, and a sweep's trials share
            theirs.
    """

    def __init__(self, loggers: RunLoggers, corpus: Corpus, folder: Path, *, wanted: bool) -> None:
        self._loggers = loggers
        self._corpus = corpus
        self._folder = folder
        self._wanted = wanted

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """After each validation."""
        self._show()

    def on_fit_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        """After training."""
        self._show()

    def on_exception(
        self, trainer: pl.Trainer, pl_module: pl.LightningModule, exception: BaseException
    ) -> None:
        """Where training breaks off."""
        if isinstance(exception, Stopped):
            self._show()

    def _show(self) -> None:
        if self._wanted:
            self._wanted = False
            self._loggers.dataset(self._folder, lambda loggers: show_data(loggers, self._corpus))


def show_data(loggers: RunLoggers, corpus: Corpus) -> None:
    """Shows what a corpus is made of: numbers as a text, and pictures that fit a card."""
    inspection = inspect_corpus(corpus)
    loggers.text(_GROUP, "\n".join(_lines(corpus, inspection)), 0)
    pictures = {
        "bigrams": bigram_figure(*bigram_table(corpus, most=_TOKENS)),
        "lengths": length_figure(inspection.lengths, NAMES[corpus.vocabulary.unit]),
    }
    if inspection.labels:
        pictures["labels"] = _label_card(inspection)
    for name, figure in pictures.items():
        loggers.image(f"{_GROUP}/{name}", to_image(for_card(figure)), 0)


def _label_card(inspection: Inspection) -> Figure:
    ranked = sorted(inspection.labels, key=lambda item: (-item[1], item[0]))
    figure = label_figure(ranked[:_LABELS])
    if len(ranked) > _LABELS:
        figure.axes[0].set_ylabel(f"label ({len(ranked) - _LABELS} more have fewer)")
    return figure


def _lines(corpus: Corpus, inspection: Inspection) -> Iterator[str]:
    report, unit = corpus.report, NAMES[corpus.vocabulary.unit]
    yield f"{report.documents:,} documents, {report.characters:,} characters, {corpus.layout}"
    for name in corpus.splits:
        documents, tokens = report.split_documents[name], report.split_characters[name]
        yield f"{name:<8} {documents:>12,} documents {tokens:>14,} {unit}"
    yield f"entropy of the train part in bits per {unit.removesuffix('s')}:"
    for order, bits in inspection.entropies.bits.items():
        yield f"{order:<8} {bits:.4f} (perplexity {2**bits:.2f})"
    if inspection.labels:
        yield f"{len(inspection.labels)} labels"
