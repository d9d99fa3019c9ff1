"""The record that passes from data to a task, and how flat ids lie on a device.

Shapes: B rows of a batch, T time steps, N ids in a flat array.
"""

from dataclasses import dataclass
from enum import Enum

import numpy as np
import numpy.typing as npt
from torch import Tensor

from charlab.data.tokens.ragged import EncodedSplit, cut_windows
from charlab.data.tokens.vocabulary import Unsigned


class BatchForm(Enum):
    """What a task predicts from its batches; with the layout it decides how they are made."""

    NEXT = "next"  # every next token
    CONDITIONAL = "conditional"  # every next token, given the document's label
    LABEL = "label"  # the document's label
    TAGS = "tags"  # the tags of tokens
    PAIRS = "pairs"  # every next token of the target, given the text


def rows_of(
    encoded: EncodedSplit, *, layout: str, form: BatchForm, seq_len: int
) -> EncodedSplit | None:
    """What is to be a row of its own: documents, or windows of them; None for a stream's lanes.

    Raises:
        ValueError: if the layout is unknown, or a stream is to be conditional or of pairs.
    """
    if layout == "sequences":
        return encoded
    if layout != "stream":
        raise ValueError(f"layout must be 'sequences' or 'stream', got {layout!r}")
    if form is BatchForm.CONDITIONAL:
        raise ValueError("a stream has no labels to condition generation on")
    if form is BatchForm.PAIRS:
        raise ValueError("a stream has no targets: a text is turned into its target as a whole")
    return None if form is BatchForm.NEXT else cut_windows(encoded, seq_len)


IGNORE = -100  # what torch's cross-entropy leaves out unless told otherwise


@dataclass(frozen=True)
class Shard:
    """Which share of every batch a process takes.

    Attributes:
        index: its number, from 0.
        count: shares in all.
    """

    index: int = 0
    count: int = 1

    def bounds(self, length: int) -> tuple[int, int]:
        """Where its contiguous share of so many things begins and ends."""
        return length * self.index // self.count, length * (self.index + 1) // self.count


ALL = Shard()  # of one process


@dataclass(frozen=True)
class Whole:
    """What all processes' shares of a batch hold together.

    Attributes:
        characters: as of the batch.
        predictions: as of the batch.
        labels: of all examples to classify, (n,) int64, on the training device; None: other forms.
    """

    characters: int
    predictions: int
    labels: Tensor | None = None


@dataclass(frozen=True)
class Batch:
    """One step's worth of text, on the training device.

    Counts are numbers of the host, so that counting never waits for the device.

    Attributes:
        ids: tokens read, (B, T) int64.
        targets: what to predict, int64: (B, T) the token after each, or each one's tag; (B,) a
            label; (B, U) the target's tokens and its end mark. ``IGNORE`` marks what is neither
            predicted nor counted.
        lengths: valid positions of each row, (B,) int64; None if every row is full.
        fresh: rows whose state starts anew, (B,) bool; None if none does.
        labels: what generation is conditioned on, (B,) int64; None if on nothing.
        characters: tokens that count as trained on: predicted ones (next tokens), read ones (labels
            and tags), both (pairs).
        predictions: what is predicted: next tokens, labels, tags.
        whole: what this is a share of, where several processes train together; else None.
        given: of pairs, the mark and the target's tokens, of which each is given to predict the
            next, (B, U) int64; None: other forms.
        clean_ids: as ``ids``, before noise; None: there is no noise.
    """

    ids: Tensor
    targets: Tensor
    lengths: Tensor | None
    fresh: Tensor | None
    labels: Tensor | None
    characters: int
    predictions: int
    whole: Whole | None = None
    given: Tensor | None = None
    clean_ids: Tensor | None = None

    @property
    def text(self) -> Tensor:
        """The tokens as they stand in the data, (B, T), also where others are read for noise."""
        return self.ids if self.clean_ids is None else self.clean_ids

    @property
    def of_all(self) -> "Batch | Whole":
        """What counts all processes' shares together."""
        return self if self.whole is None else self.whole


def smallest_tensor(ids: Unsigned) -> Unsigned | npt.NDArray[np.signedinteger]:
    """The same ids in the smallest type that torch can do everything with.

    uint16 and uint32 tensors lack gather, take and more, so int16 and int32 stand in for them:
    ids below 2**15 need no more than two bytes either way.
    """
    if ids.dtype == np.uint8:
        return ids
    largest = int(ids.max(initial=0))
    return ids.astype(np.int16) if largest < 2**15 else ids.astype(np.int32)
