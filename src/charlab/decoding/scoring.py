"""How probable a given text is."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from charlab.data.tokens.vocabulary import EOS, Vocabulary
from charlab.decoding.model_protocol import StepModel, decoding, to_cpu
from charlab.decoding.prompt import encode_known, read_chunks
from charlab.errors import DataError
from charlab.evaluation.bits_per_character import OriginalText, text_of
from charlab.evaluation.metrics import perplexity


@dataclass(frozen=True, repr=False)
class Score:
    """Log-probability of a text.

    Attributes:
        per_symbol: log-probability in nats of each prediction, (predictions,): of a document
            every token (character, byte or word) and the end mark, of a stream every token but
            the first.
        original: the text behind the tokens.
    """

    per_symbol: NDArray[np.float64]
    original: OriginalText

    def __repr__(self) -> str:
        return (
            f"Score(log_probability={self.log_probability:.2f}, perplexity={self.perplexity:.4g}, "
            f"predictions={self.predictions})"
        )

    @property
    def predictions(self) -> int:
        """Tokens predicted, the end mark of a document among them."""
        return len(self.per_symbol)

    @property
    def log_probability(self) -> float:
        """Nats, of the whole text."""
        return float(self.per_symbol.sum())

    @property
    def loss(self) -> float:
        """Nats per predicted token."""
        return -self.log_probability / self.predictions

    @property
    def perplexity(self) -> float:
        """``exp(loss)``."""
        return perplexity(self.loss)

    @property
    def bits_per_symbol(self) -> float:
        """``loss / ln 2``."""
        return self.loss / math.log(2)

    @property
    def bits_per_original_char(self) -> float:
        """All bits, unknown tokens spelled out, over the characters of the text.

        Whatever the unit, it means the same: see `charlab.evaluation.bits_per_character`.
        """
        return self.original.bits_per_char(-self.log_probability)


def score(
    model: StepModel,
    vocabulary: Vocabulary,
    text: str,
    *,
    documents: bool,
    condition: int | None = None,
    unknown: str = "error",
) -> Score:
    """Log-probability of a text, token by token.

    Args:
        model: a language model.
        vocabulary: that it was trained with.
        text: normalized as the corpus was.
        documents: True: the text is one document, from begin mark to end mark. False: a piece of
            a stream, whose first token is given and not predicted.
        condition: a condition id, or None.
        unknown: what tokens that the model never saw are: an "error" or the unknown "mark".

    Raises:
        UnknownCharacterError: if there are any and ``unknown`` is "error".
        DataError: if a stream's text is too short to predict anything.
        CheckpointError: if the model's outputs are not finite.
    """
    ids = encode_known(vocabulary, text, unknown, "text=")
    if documents:
        ids = np.concatenate([[EOS], ids, [EOS]])
    elif len(ids) < 2:
        raise DataError(f"text= needs at least two {vocabulary.plural} to be scored, got {text!r}")
    pieces = []
    done = 1  # tokens that are given or have been predicted
    with decoding(model):
        lane = None
        if condition is not None:
            lane = torch.tensor([condition], device=model.init_state(1)[0].device)
        for logits, _ in read_chunks(model, ids[:-1], lane):
            _, nats = to_cpu(logits[0])  # (t, V)
            targets = torch.from_numpy(ids[done : done + len(nats)])
            pieces.append(nats.gather(1, targets[:, None]).squeeze(1).numpy())
            done += len(nats)
    return Score(np.concatenate(pieces), text_of(text, vocabulary, document=documents))
