"""A network and texts that it is asked about: what ``predict.py`` shows."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from torch import Tensor, nn

from charlab.data.batches.batch import Batch, BatchForm
from charlab.data.batches.evaluation import evaluation_batches
from charlab.data.corpus import encode_documents
from charlab.data.documents.document import Document
from charlab.data.queries import Asking
from charlab.data.tokens.ragged import EncodedSplit
from charlab.errors import DataError

Answer = TypeVar("Answer")


class Predictor(ABC, Generic[Answer]):
    """Says of each text what a trained network makes of it. A task says what an answer is.

    Args:
        network: trained, in evaluation mode.
        asking: reads texts as the network's training read its own.

    Attributes:
        beam_width: beginnings of an answer that are carried on; None: answers are not searched for.
    """

    beam_width: int | None = None

    def __init__(self, network: nn.Module, asking: Asking) -> None:
        self.network: Any = network
        self.asking = asking

    @abstractmethod
    def answers(self, texts: EncodedSplit, read: Sequence[str]) -> list[Answer]:
        """The answer for each of some texts, none of them empty.

        Args:
            texts: their tokens.
            read: the same as they are spelled.
        """

    @abstractmethod
    def columns(self, top: int) -> list[str]:
        """The names of what `cells` gives, where so many alternatives are to be shown."""

    @abstractmethod
    def cells(self, answer: Answer, top: int) -> list[object]:
        """An answer as a row of a table."""

    def record(self, answer: Answer, top: int) -> dict[str, object]:
        """An answer as a JSON object's members."""
        return dict(zip(self.columns(top), self.cells(answer, top), strict=True))

    @abstractmethod
    def line(self, answer: Answer, top: int) -> str:
        """An answer as it stands behind its text on a screen."""

    def predict(self, texts: Sequence[str]) -> list[Answer]:
        """The answer for each text.

        Raises:
            ConfigError: if one is no text.
            DataError: if a text is empty (after what training does to its own).
        """
        spelled = []
        for number, text in enumerate(texts, start=1):
            read = self.asking.whole(text)
            if not read:
                raise DataError(
                    f"text {number} ({text!r:.60}) is empty to this model: there is nothing to "
                    "answer"
                )
            spelled.append(read)
        documents = list(map(Document, spelled))
        return self.answers(encode_documents(documents, self.asking.vocabulary), spelled)

    def batches(self, texts: EncodedSplit) -> Iterator[tuple[Tensor, Batch]]:
        """The texts in padded batches, each with the places that its rows have among them, (B,)."""
        numbered = EncodedSplit(texts.ids, texts.offsets, np.arange(texts.documents))
        for batch in evaluation_batches(
            numbered,
            layout="sequences",
            form=BatchForm.LABEL,
            seq_len=1,
            device=next(self.network.parameters()).device,
        ):  # sorted by length; the label says which text a row is
            yield batch.targets.cpu(), batch
