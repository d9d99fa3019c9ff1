"""A language model whose weights stand still, folded for drawing text on a CPU.

What can be computed once is: the first layer's input product is a table with a row for each symbol
(and one for each condition), biases are a last row of the matrices, which a constant 1 in the state
picks up, and all that one layer's output is multiplied with (its own recurrent weights, the next
layer's input weights or the decoder) is one matrix, read once for each character. Nothing can be
faster than that reading.

B lanes, V vocabulary, L layers, H hidden size, G number of gates, D input size.
"""

from collections.abc import Sequence
from typing import TypeGuard

import numpy as np
import numpy.typing as npt
from torch import Tensor, nn

from charlab.models.folded_cells import FOLDED, Array, FoldedCell
from charlab.models.inputs import CharacterInput
from charlab.models.language_model import LanguageModel
from charlab.models.recurrent import RecurrentModel
from charlab.models.reference import layer_weights
from charlab.models.state import State

_LARGEST_TABLE = 2**24  # numbers in a table of all symbols' products; beyond, embeddings are read


def can_fold(model: object) -> TypeGuard[LanguageModel]:
    """Whether this is a language model as charlab makes them, of a cell that has a folded form.

    One whose reading a subclass has changed is not, nor one that is not on the CPU.
    """
    if type(model) is not LanguageModel:
        return False
    recurrent = model.recurrent
    kind = type(recurrent)
    return (
        type(recurrent.cell) in FOLDED
        and type(recurrent.input) is CharacterInput
        and kind.forward is RecurrentModel.forward
        and kind.step is RecurrentModel.step
        and next(model.parameters()).device.type == "cpu"
    )


class FoldedModel:
    """The weights of a language model, folded. A copy: training on changes nothing here.

    Args:
        model: one that `can_fold` is true of.

    Attributes:
        bytes_per_step: what one lane's step reads of the weights.
    """

    def __init__(self, model: LanguageModel) -> None:
        recurrent = model.recurrent
        self.cell = recurrent.cell
        self.fold = FOLDED[type(self.cell)].fold
        self.hidden_size = recurrent.hidden_size
        self.vocabulary_size = model.vocabulary_size
        layers = [layer_weights(recurrent.recurrence, i) for i in range(recurrent.num_layers)]
        first = layers[0]
        self.inputs = _Inputs(recurrent.input, self._folded(first.weight_ih, first.bias_ih))
        self.matrices: list[Array] = []
        for layer, weights in enumerate(layers):
            own = self._folded(weights.weight_hh, weights.bias_hh)
            if layer + 1 < len(layers):
                above = self._folded(layers[layer + 1].weight_ih, layers[layer + 1].bias_ih)
            else:
                above = _with_bias(_array(model.decoder.weight), _array(model.decoder.bias))
            self.matrices.append(np.ascontiguousarray(np.concatenate([own, above], axis=1)))
        self.bytes_per_step = sum(matrix.nbytes for matrix in self.matrices)

    def _folded(self, weight: Tensor, bias: Tensor) -> Array:
        """A layer's weight (G*H, N) and bias (G*H,) as (N + 1, G*H)."""
        return _with_bias(self.fold(_array(weight)), self.fold(_array(bias)))


class FoldedReader:
    """Lanes that read one symbol after another; ``logits`` is what they expect next.

    Args:
        folded: the weights.
        state: where the lanes stand, parts (L, B, H).
        condition: condition ids, (B,), or None.

    Attributes:
        logits: of the next symbol after a `step`, (B, V), or (V,) of a single lane; the next step
            overwrites them.
    """

    def __init__(self, folded: FoldedModel, state: State, condition: Tensor | None) -> None:
        self._folded = folded
        self._condition = None if condition is None else condition.numpy()
        self._begin([part.numpy() for part in state])

    def _begin(self, state: Sequence[Array]) -> None:
        """Makes the arrays for lanes that stand at a state, parts (L, B, H)."""
        folded = self._folded
        lanes = () if state[0].shape[1] == 1 else (state[0].shape[1],)
        size, gates = folded.hidden_size, len(folded.cell.gates) * folded.hidden_size
        self._state = state
        self._layers: list[tuple[FoldedCell, Array, Array, Array, Array, Array]] = []
        for layer, matrix in enumerate(folded.matrices):
            output = np.ones((*lanes, size + 1), matrix.dtype)  # the last 1 picks the biases up
            hidden, *others = (
                np.array(part[layer].reshape(*lanes, size), matrix.dtype) for part in state
            )
            output[..., :size] = hidden
            product = np.empty((*lanes, matrix.shape[1]), matrix.dtype)
            np.dot(output, matrix, out=product)
            cell = FOLDED[type(folded.cell)](folded.cell, (output[..., :size], *others))
            h_gates, above = product[..., :gates], product[..., gates:]
            self._layers.append((cell, h_gates, above, output, matrix, product))
        self.logits = self._layers[-1][2]
        self._of_condition = folded.inputs.of_conditions(self._condition, lanes)

    def step(self, ids: int | npt.NDArray[np.int64]) -> None:
        """Reads one symbol in each lane: a number for a single lane, else (B,)."""
        x_gates = self._folded.inputs.of_ids(ids)
        if self._of_condition is not None:
            x_gates = x_gates + self._of_condition
        for cell, h_gates, above, output, matrix, product in self._layers:
            cell.step(x_gates, h_gates)
            output.dot(matrix, product)
            x_gates = above

    def keep(self, lanes: npt.NDArray[np.intp]) -> None:
        """Goes on with these lanes alone, (N,); ``logits`` mean nothing until the next step."""
        if self._condition is not None:
            self._condition = self._condition[lanes]
        self._begin([part[:, lanes] for part in self.state()])

    def state(self) -> list[Array]:
        """Where the lanes stand, parts (L, B, H)."""
        cells = [layer[0].parts for layer in self._layers]
        shape = (-1, self._folded.hidden_size)
        return [np.stack([part.reshape(shape) for part in p]) for p in zip(*cells, strict=True)]


class _Inputs:
    """The first layer's input products, by symbol and by condition."""

    def __init__(self, inputs: CharacterInput, weight: Array) -> None:
        """``weight`` is folded, (D + 1, G*H), the bias last."""
        conditions = inputs.conditions
        self._conditions = None if conditions is None else _array(conditions.weight) @ weight[:-1]
        self._embedding: Array | None = None
        if inputs.embedding is None:
            self._table = weight[:-1] + weight[-1]
        elif inputs.vocabulary_size * weight.shape[1] <= _LARGEST_TABLE:
            self._table = _array(inputs.embedding.weight) @ weight[:-1] + weight[-1]
        else:
            embedding = _array(inputs.embedding.weight)
            self._embedding = np.concatenate([embedding, np.ones_like(embedding[:, :1])], axis=1)
            self._table = weight

    def of_ids(self, ids: int | npt.NDArray[np.int64]) -> Array:
        """Products with their bias, (..., G*H)."""
        if self._embedding is None:
            rows: Array = self._table[ids]
            return rows
        product: Array = self._embedding[ids] @ self._table
        return product

    def of_conditions(
        self, condition: npt.NDArray[np.int64] | None, lanes: tuple[int, ...]
    ) -> Array | None:
        """What the conditions (B,) add at every step, (..., G*H)."""
        if condition is None or self._conditions is None:
            return None
        return self._conditions[condition].reshape(*lanes, -1)


def _array(parameter: Tensor | nn.Parameter) -> Array:
    array: Array = parameter.detach().numpy().copy()
    return array


def _with_bias(weight: Array, bias: Array) -> Array:
    """A weight (M, N) and bias (M,) as (N + 1, M): what a row with a last 1 is multiplied with."""
    return np.concatenate([weight.T, bias[None]])
