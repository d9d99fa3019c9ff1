"""The GRU."""

from functools import partial
from typing import Unpack

from torch import nn

from charlab.models import models
from charlab.models.cells import GRUCell
from charlab.models.fused import fused_kernel
from charlab.models.recurrent import RecurrentModel, RecurrentOptions


@models.register("gru")
class GRUModel(RecurrentModel):
    """Gated recurrent unit (Cho et al. 2014); see `GRUCell` for its equations.

    Args:
        options: as in `RecurrentModel`.

    Raises:
        ValueError: if an option is out of range.
    """

    def __init__(self, **options: Unpack[RecurrentOptions]) -> None:
        super().__init__(GRUCell(), partial(fused_kernel, nn.GRU), **options)
