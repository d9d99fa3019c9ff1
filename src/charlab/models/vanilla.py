"""The vanilla recurrent network."""

from functools import partial
from typing import Unpack

from torch import nn

from charlab.models import models
from charlab.models.cells import VanillaCell
from charlab.models.fused import fused_kernel
from charlab.models.recurrent import RecurrentModel, RecurrentOptions


@models.register("vanilla")
class VanillaModel(RecurrentModel):
    """Simple recurrent network (Elman 1990); see `VanillaCell` for its equation.

    Args:
        nonlinearity: "tanh" or "relu".
        options: as in `RecurrentModel`.

    Raises:
        ValueError: if an option is out of range.
    """

    def __init__(self, *, nonlinearity: str = "tanh", **options: Unpack[RecurrentOptions]) -> None:
        fused = partial(fused_kernel, nn.RNN, nonlinearity=nonlinearity)
        super().__init__(VanillaCell(nonlinearity), fused, **options)
