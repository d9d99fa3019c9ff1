"""Dropout in its kinds, and a cheaper way to throw its dice on a CPU."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

KINDS = ("plain", "locked")
_SIDES = 2**16  # a die for each value has so many sides


@dataclass(frozen=True)
class Dropout:
    """What a recurrent model silences in training, each a probability in [0, 1).

    Attributes:
        input_dropout: of the values that the first layer reads.
        dropout: of the values between two layers.
        output_dropout: of the features.
        embedding_dropout: of whole characters; see `drop_characters`.
        weight_dropout: of the recurrent weights, one mask for a whole forward pass: DropConnect
            (Wan et al. 2013) on the hidden-to-hidden matrices (Merity et al. 2018,
            arXiv:1708.02182).
        dropout_kind: "locked": inputs, layers and outputs have one mask for each row of a batch,
            the same at every position: variational dropout (Gal & Ghahramani 2016,
            arXiv:1512.05287); "plain": each position has its own (Zaremba et al. 2014,
            arXiv:1409.2329).

    Raises:
        ValueError: if a probability is out of range, or there is no such kind.
    """

    input_dropout: float
    dropout: float
    output_dropout: float
    embedding_dropout: float
    weight_dropout: float
    dropout_kind: str

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if name != "dropout_kind" and not 0.0 <= value < 1.0:
                raise ValueError(f"{name} must be in [0, 1), got {value}")
        if self.dropout_kind not in KINDS:
            choices = ", ".join(KINDS)
            raise ValueError(f"dropout_kind must be one of {choices}, got {self.dropout_kind!r}")

    @property
    def locked(self) -> bool:
        """Whether all positions of a row have the same mask."""
        return self.dropout_kind == "locked"


def drop(x: Tensor, probability: float, *, locked: bool = False) -> Tensor:
    """Zeroes values at random and scales the others up, so that the mean stays (Srivastava 2014).

    PyTorch draws 53 random bits for each value, one value after another, which on a CPU takes a
    quarter of a small network's training step. Sixteen bits are enough: the probability is rounded
    to a multiple of 2**-16, and the scale fits the rounded one. Elsewhere PyTorch's own is taken.

    Args:
        x: any shape; (B, T, D) if locked.
        probability: of zeroing a value, in [0, 1).
        locked: whether all positions of a row have the same mask.
    """
    if locked:
        return x * drop(x.new_ones((x.shape[0], 1, x.shape[2])), probability)
    if x.device.type != "cpu":
        return F.dropout(x, probability)
    zeroed = min(round(probability * _SIDES), _SIDES - 1)
    if not zeroed:
        return x
    count = x.numel()
    words = torch.empty(-(-count // 4), dtype=torch.int64).random_(-(2**63), None)
    dice = words.view(torch.int16)[:count].view(x.shape)  # -2**15 … 2**15 - 1
    kept = dice >= zeroed - _SIDES // 2
    return x * (kept.to(x.dtype) * (_SIDES / (_SIDES - zeroed)))


def drop_characters(x: Tensor, ids: Tensor, vocabulary_size: int, probability: float) -> Tensor:
    """Zeroes the embeddings of whole characters: wherever one stands in a row, or nowhere there.

    Embedding dropout (Gal & Ghahramani 2016, arXiv:1512.05287, section 4.2; Merity et al. 2018,
    arXiv:1708.02182). Each row of a batch leaves out characters of its own.

    Args:
        x: embeddings, (B, T, D).
        ids: their characters, (B, T) int64.
        vocabulary_size: V.
        probability: of leaving out a character, in [0, 1).
    """
    kept = drop(x.new_ones((len(ids), vocabulary_size)), probability)  # (B, V)
    return x * kept.gather(1, ids).unsqueeze(-1)
