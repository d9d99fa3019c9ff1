"""What TensorBoard shows of a run's data: the metrics and pictures of ``inspect_data.py``."""

import pytorch_lightning as pl

from charlab.data.corpus import Corpus
from charlab.data.tokens.vocabulary import NAMES
from charlab.evaluation.dataset_statistics import bigram_table, inspect_corpus
from charlab.system.signals import Stopped
from charlab.training.callbacks.tensorboard import TensorBoardWriter


class LogDataset(pl.Callback):
    """Shows a new run's data once: after its first validation, so that training need not wait.

    At the end where no validation came, also of a run that was interrupted.

    Args:
        wanted: whether this run shows its data; a resumed one has, and a sweep's trials share
            theirs.
    """

    def __init__(self, writer: TensorBoardWriter, corpus: Corpus, *, wanted: bool) -> None:
        self._writer = writer
        self._corpus = corpus
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
            show_data(self._writer, self._corpus)


def show_data(writer: TensorBoardWriter, corpus: Corpus) -> None:
    """Writes a corpus's entropies (of its training part) and pictures as a run's first points."""
    from charlab.figures import spare, to_image  # matplotlib takes half a second
    from charlab.figures.data import bigram_figure, label_figure, length_figure

    inspection = inspect_corpus(corpus)
    entropies = inspection.entropies.bits
    writer.scalars({f"data/{order}_entropy": bits for order, bits in entropies.items()}, 0)
    bigrams = bigram_table(corpus)
    with spare("the pictures of the data"):
        pictures = {
            "data/bigrams": bigram_figure(*bigrams),
            "data/lengths": length_figure(inspection.lengths, NAMES[corpus.vocabulary.unit]),
        }
        if inspection.labels:
            pictures["data/labels"] = label_figure(inspection.labels)
        for tag, figure in pictures.items():
            writer.image(tag, to_image(figure), 0)
