"""Reading what stands before the first generated token."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from charlab.data.tokens.vocabulary import EOS, Vocabulary
from charlab.decoding.model_protocol import StepModel
from charlab.models.state import State, select_lanes

_CHUNK = 4096  # tokens read at once: bounds the memory that logits (1, T, V) take


class Context(NamedTuple):
    """How far B samples have come.

    Attributes:
        logits: of the next token, (B, V).
        state: after the last token read, parts (L, B, H).
        condition: condition ids (B,), or None.
    """

    logits: Tensor
    state: State
    condition: Tensor | None

    def lanes(self, index: Tensor) -> "Context":
        """The contexts of the lanes ``index``, (N,) int64 on the model's device."""
        condition = None if self.condition is None else self.condition[index]
        return Context(self.logits[index], select_lanes(self.state, index), condition)


def encode_known(vocabulary: Vocabulary, text: str, unknown: str, what: str) -> NDArray[np.int64]:
    """Ids of a text.

    Raises:
        UnknownCharacterError: if ``unknown`` is "error" and the model never saw a token.
    """
    if unknown == "error":
        vocabulary.require_known(text, what)
    return vocabulary.encode(text)


def default_start(vocabulary: Vocabulary) -> str:
    """What a stream without a prompt begins after: a line's end, or a space, or any token.

    A recurrent network answers to a token; these say least about what follows.
    """
    preferred = [c for c in "\n " if len(vocabulary.encode(c)) and not vocabulary.unknown(c)]
    return (preferred or list(vocabulary.tokens))[0]


def context_ids(
    vocabulary: Vocabulary, prompt: str, *, documents: bool, unknown: str
) -> NDArray[np.int64]:
    """What the model reads before it writes: a document's begin mark, then the prompt.

    A stream without a prompt begins after ``default_start``.

    Raises:
        UnknownCharacterError: if the prompt holds tokens that the model never saw.
    """
    if not documents and not prompt:
        prompt = default_start(vocabulary)
    ids = encode_known(vocabulary, prompt, unknown, "prompt=")
    return np.concatenate([[EOS], ids]) if documents else ids


def read_chunks(
    model: StepModel, ids: NDArray[np.int64], condition: Tensor | None, lanes: int = 1
) -> Iterator[tuple[Tensor, State]]:
    """Runs the same ids (T,) through every lane in pieces; yields logits (lanes, t, V) and state.

    The condition, (lanes,), is the same at every token.
    """
    state = model.init_state(lanes)
    device = state[0].device
    for begin in range(0, len(ids), _CHUNK):
        chunk = torch.from_numpy(ids[begin : begin + _CHUNK]).to(device)
        logits, state = model.forward(chunk.expand(lanes, -1), state, condition=condition)
        yield logits, state


def read_context(model: StepModel, ids: NDArray[np.int64], conditions: list[int] | None) -> Context:
    """Reads the ids (T,) under each of the conditions.

    Returns:
        One lane per condition, or a single one without conditions.
    """
    condition = None
    lanes = 1
    if conditions is not None:
        lanes = len(conditions)
        condition = torch.tensor(conditions, device=model.init_state(1)[0].device)
    for logits, state in read_chunks(model, ids, condition, lanes):  # noqa: B007
        pass
    return Context(logits[:, -1], state, condition)
