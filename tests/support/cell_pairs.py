"""charlab's cells beside PyTorch's own."""

from torch import nn

from charlab.models.cells import Cell, GRUCell, LSTMCell, VanillaCell

D, H = 5, 4
PAIRS: dict[str, tuple[Cell, nn.RNNCellBase]] = {
    "tanh": (VanillaCell(), nn.RNNCell(D, H)),
    "relu": (VanillaCell("relu"), nn.RNNCell(D, H, nonlinearity="relu")),
    "lstm": (LSTMCell(), nn.LSTMCell(D, H)),
    "gru": (GRUCell(), nn.GRUCell(D, H)),
}
