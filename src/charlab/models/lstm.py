"""The LSTM."""

from functools import partial
from typing import Unpack

from torch import nn

from charlab.models import models
from charlab.models.cells import LSTMCell
from charlab.models.fused import fused_kernel
from charlab.models.recurrent import RecurrentModel, RecurrentOptions


@models.register("lstm")
class LSTMModel(RecurrentModel):
    """Long short-term memory (Hochreiter & Schmidhuber 1997); see `LSTMCell` for its equations.

    Args:
        forget_bias: the forget gate's bias at the start of training.
        options: as in `RecurrentModel`.

    Raises:
        ValueError: if an option is out of range.
    """

    def __init__(self, *, forget_bias: float = 1.0, **options: Unpack[RecurrentOptions]) -> None:
        super().__init__(LSTMCell(forget_bias), partial(fused_kernel, nn.LSTM), **options)
