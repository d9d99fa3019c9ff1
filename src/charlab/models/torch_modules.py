"""Recurrent models as PyTorch's own modules, and back: the same weights, the same outputs."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from charlab.models.bidirectional import BidirectionalRecurrence
from charlab.models.cells import GRUCell, LSTMCell, VanillaCell
from charlab.models.recurrent import RecurrentModel
from charlab.models.reference import LayerWeights, layer_weights

_KINDS: dict[type, Callable[..., nn.RNNBase]] = {
    VanillaCell: nn.RNN,
    LSTMCell: nn.LSTM,
    GRUCell: nn.GRU,
}
_MODELS: dict[type[nn.RNNBase], str] = {nn.RNN: "vanilla", nn.LSTM: "lstm", nn.GRU: "gru"}


@torch.no_grad()
def to_torch(model: RecurrentModel) -> nn.Sequential:
    """A recurrent model as an ``nn.Embedding`` and an ``nn.LSTM``, ``nn.GRU`` or ``nn.RNN``.

    Called with ids (B, T) int64 it gives features (B, T, F) and the last state, as PyTorch's module
    does (``batch_first=True``); ``module[1](module[0](ids), state)`` takes a state. The weights are
    copies. One-hot input becomes an embedding of the identity.

    In training PyTorch zeroes values between layers; charlab's other kinds of dropout stay behind.

    Raises:
        ValueError: if PyTorch has no such module: for a cell of one's own, conditions, or what
            `RecurrentModel.extras` names.
    """
    kind = _KINDS.get(type(model.cell))
    if kind is None:
        raise ValueError(f"torch.nn has no module for a {type(model.cell).__name__}")
    if model.num_conditions:
        raise ValueError("torch.nn has no module for a model with conditions (condition_on_label)")
    if model.extras:
        raise ValueError(f"torch.nn has no module for a model with {' and '.join(model.extras)}")
    some = next(model.recurrence.parameters())
    named = {}
    if isinstance(model.cell, VanillaCell):
        named["nonlinearity"] = model.cell.nonlinearity
    recurrence = kind(
        model.input.size,
        model.hidden_size,
        model.num_layers,
        batch_first=True,
        dropout=model.dropouts.dropout if model.num_layers > 1 else 0.0,
        bidirectional=model.bidirectional,
        device=some.device,
        dtype=some.dtype,
        **named,
    )
    for weights, suffix in _layers(model):
        for name, weight in weights._asdict().items():
            getattr(recurrence, name + suffix).copy_(weight)
    learned = model.input.embedding
    table = torch.eye(model.vocabulary_size) if learned is None else learned.weight
    embedding = nn.Embedding(*table.shape).to(some)
    embedding.weight.copy_(table)
    embedding.weight.requires_grad_(learned is not None)
    return nn.Sequential(embedding, recurrence).train(model.training)


@torch.no_grad()
def from_torch(
    recurrence: nn.RNNBase, embedding: nn.Embedding | None = None, *, kernel: str = "fused"
) -> RecurrentModel:
    """A recurrent model with the weights of PyTorch's ``nn.LSTM``, ``nn.GRU`` or ``nn.RNN``.

    Args:
        recurrence: of any number of layers, in one direction or both; its biases may be missing.
        embedding: (V, D), whose D is the module's input size; None: the input is one-hot, and V the
            input size.
        kernel: as of `RecurrentModel`.

    Returns:
        A model (see its `forward` for shapes) that gives the same features; its weights are copies.

    Raises:
        TypeError: if it is another module.
        ValueError: if its sizes do not fit, or charlab has nothing like it (``proj_size``).
    """
    from charlab.models import build_model

    name = _MODELS.get(type(recurrence))
    if name is None:
        raise TypeError(f"nn.LSTM, nn.GRU or nn.RNN is wanted, got {type(recurrence).__name__}")
    if recurrence.proj_size:
        raise ValueError("an LSTM with proj_size has no model in charlab")
    if embedding is not None and embedding.embedding_dim != recurrence.input_size:
        raise ValueError(
            f"the embedding has {embedding.embedding_dim} numbers and the module reads "
            f"{recurrence.input_size}"
        )
    named = {"nonlinearity": recurrence.nonlinearity} if isinstance(recurrence, nn.RNN) else {}
    model = build_model(
        name,
        vocabulary_size=recurrence.input_size if embedding is None else embedding.num_embeddings,
        hidden_size=recurrence.hidden_size,
        num_layers=recurrence.num_layers,
        dropout=recurrence.dropout,
        embedding_size=0 if embedding is None else embedding.embedding_dim,
        bidirectional=recurrence.bidirectional,
        kernel=kernel,
        **named,
    ).to(next(recurrence.parameters()))
    for weights, suffix in _layers(model):
        for weight_name, weight in weights._asdict().items():
            given: Tensor | None = getattr(recurrence, weight_name + suffix, None)
            weight.zero_() if given is None else weight.copy_(given)
    if embedding is not None and model.input.embedding is not None:
        model.input.embedding.weight.copy_(embedding.weight)
    return model.train(recurrence.training)


def _layers(model: RecurrentModel) -> Iterator[tuple[LayerWeights, str]]:
    """The weights of each layer and direction, and how their names end in PyTorch's module."""
    recurrence = model.recurrence
    if isinstance(recurrence, BidirectionalRecurrence):
        for layer in range(model.num_layers):
            yield layer_weights(recurrence.forwards[layer], 0), f"_l{layer}"
            yield layer_weights(recurrence.backwards[layer], 0), f"_l{layer}_reverse"
    else:
        for layer in range(model.num_layers):
            yield layer_weights(recurrence, layer), f"_l{layer}"
