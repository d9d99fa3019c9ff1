"""The vanilla recurrent network."""

from functools import partial
from typing import Unpack

from torch import nn

from charlab.models import models
from charlab.models.cells import VanillaCell
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
        fused = partial(_fused, nonlinearity=nonlinearity)
        super().__init__(VanillaCell(nonlinearity), fused, **options)


def _fused(
    input_size: int, hidden_size: int, num_layers: int, dropout: float, *, nonlinearity: str
) -> nn.RNN:
    return nn.RNN(
        input_size,
        hidden_size,
        num_layers,
        nonlinearity=nonlinearity,
        dropout=dropout,
        batch_first=True,
    )
