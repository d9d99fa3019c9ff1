"""A network and texts that it is asked about: what ``predict.py`` shows."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
from rich.text import Text
from torch import nn

from charlab.data.batches.batch import Batch
from charlab.data.batches.evaluation import BUDGET, numbered_batches
from charlab.data.corpus import encode_documents
from charlab.data.documents.document import Document
from charlab.data.queries import Asking
from charlab.data.tokens.ragged import EncodedSplit
from charlab.errors import ConfigError, DataError
from charlab.system.notebook import html_table
from charlab.system.style import styled, visible

Answer = TypeVar("Answer")
_ALTERNATIVES = 3  # that are shown of an answer


class Predictor(ABC, Generic[Answer]):
    """Says of each text what a trained network makes of it. A task says what an answer is.

    Args:
        network: trained, in evaluation mode.
        asking: reads texts as the network's training read its own.

    Attributes:
        beam_width: beginnings of an answer that are carried on; None: answers are not searched for.
        most: alternatives of an answer that are wanted; None: all. More may be given.
    """

    beam_width: int | None = None
    most: int | None = None

    def __init__(self, network: nn.Module, asking: Asking) -> None:
        self.network: Any = network
        self.asking = asking

    def search_with(self, beam_width: int) -> None:
        """Carries so many beginnings of an answer on.

        Raises:
            ConfigError: if answers are not searched for, or the width cannot be.
        """
        raise ConfigError("beam_width= is for networks that write texts: leave it out")

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

    def in_colour(self, text: str, answer: Answer, top: int) -> Text:
        """A text with its answer on a terminal that has colours."""
        return Text.assemble(visible(text), "\t", styled(self.line(answer, top), "value"))

    def attention_figure(self, texts: Sequence[str]) -> Any:
        """The picture (a matplotlib figure) of where the network looks while it answers.

        Args:
            texts: the first that are neither empty nor too long to be shown have a panel each.

        Raises:
            ConfigError: if it looks nowhere, or no text can be shown.
        """
        raise ConfigError(
            "attention= is for networks that look back at a text while they write another "
            "(task=transduce): leave it out"
        )

    def legend(self) -> Text | None:
        """What the colours of `in_colour` mean; None: nothing of their own."""
        return None

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
        return self.predict_read(spelled)

    def predict_read(self, spelled: Sequence[str]) -> list[Answer]:
        """The same for texts that were read by :attr:`asking`, none of them empty."""
        documents = list(map(Document, spelled))
        return self.answers(encode_documents(documents, self.asking.vocabulary), spelled)

    def batches(self, texts: EncodedSplit) -> Iterator[tuple[npt.NDArray[np.int64], Batch]]:
        """The texts in padded batches, each with the places that its rows have among them, (B,).

        The wider a search, the fewer texts are in a batch.
        """
        yield from numbered_batches(
            texts,
            device=next(self.network.parameters()).device,
            budget=max(1, BUDGET // (self.beam_width or 1)),
        )


Ranked = list[tuple[str, float]]  # answers with their probabilities, the likeliest first


class RankedPredictor(Predictor[Ranked]):
    """One whose answers are names or texts with their probabilities, the likeliest first."""

    kind: str
    """What such a name or text is called ("label")."""

    @abstractmethod
    def alternatives(self, top: int) -> int:
        """How many are shown where so many are asked for."""

    def columns(self, top: int) -> list[str]:
        """Kind and probability, kind_2 and probability_2, …"""
        ranks = ["", *(f"_{n}" for n in range(2, self.alternatives(top) + 1))]
        return [f"{name}{n}" for n in ranks for name in (self.kind, "probability")]

    def cells(self, answer: Ranked, top: int) -> list[object]:
        """Names and probabilities in turn; empty cells where fewer were found."""
        shown = self.alternatives(top)
        cells: list[object] = [cell for name, p in answer[:shown] for cell in (name, f"{p:.6f}")]
        return cells + [""] * (2 * shown - len(cells))

    def record(self, answer: Ranked, top: int) -> dict[str, object]:
        """Names with their probabilities."""
        return {f"{self.kind}s": [{self.kind: name, "probability": p} for name, p in answer[:top]]}

    def line(self, answer: Ranked, top: int) -> str:
        """The same in one line."""
        return "  ".join(f"{name} {value:.3f}" for name, value in answer[:top])


class Answers(list[Answer]):
    """The answers to some texts, in their order; a table in a notebook.

    Args:
        predictor: what gave them.
        texts: what was asked about.
        answers: one to each.

    Attributes:
        texts: the same.
    """

    def __init__(
        self, predictor: Predictor[Answer], texts: Sequence[str], answers: Iterable[Answer]
    ) -> None:
        super().__init__(answers)
        self._predictor = predictor
        self.texts = texts

    def __repr__(self) -> str:
        pairs = zip(self.texts, self, strict=False)  # a list may be added to
        return "\n".join(
            f"{visible(text)}: {self._predictor.line(answer, _ALTERNATIVES)}"
            for text, answer in pairs
        )

    def _repr_html_(self) -> str:
        rows = (
            [visible(text), *self._predictor.cells(answer, _ALTERNATIVES)]
            for text, answer in zip(self.texts, self, strict=False)
        )
        return html_table(["text", *self._predictor.columns(_ALTERNATIVES)], rows)
