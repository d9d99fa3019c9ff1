"""What TensorBoard shows of a run's data: the figures and pictures of ``inspect_data.py``."""

from charlab.callbacks.curves import Curves
from charlab.data.corpus import Corpus
from charlab.data.inspection import bigram_table, inspect_corpus
from charlab.data.texts import NAMES
from charlab.figures import to_image
from charlab.figures.data import bigram_figure, label_figure, length_figure


def show_data(curves: Curves, corpus: Corpus) -> None:
    """Writes a corpus's entropies (of its training part) and pictures as a run's first points."""
    inspection = inspect_corpus(corpus)
    entropies = inspection.entropies.bits
    curves.scalars({f"data/{order}_entropy": bits for order, bits in entropies.items()}, 0)
    pictures = {
        "data/bigrams": bigram_figure(*bigram_table(corpus)),
        "data/lengths": length_figure(inspection.lengths, NAMES[corpus.vocabulary.unit]),
    }
    if inspection.labels:
        pictures["data/labels"] = label_figure(inspection.labels)
    for tag, figure in pictures.items():
        curves.image(tag, to_image(figure), 0)
