"""A language model whose weights stand still, folded for drawing text on a CPU.

What can be computed once is: the first layer's input product is a table with a row for each token
(and one for each condition), biases are a last row of the matrices, which a constant 1 in the state
picks up, and all that one layer's output is multiplied with (its own recurrent weights, the next
layer's input weights or the decoder) is one matrix, read once for each character. Nothing can be
faster than that reading.

B lanes, V vocabulary, L layers, H hidden size, G number of gates, D input size.
"""

from collections.abc import Sequence
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from charlab.models.folded.cells import FOLDED, NUMPY, TORCH, Array, FoldedCell
from charlab.models.inputs import CharacterInput
from charlab.models.language_model import LanguageModel
from charlab.models.recurrent import RecurrentModel
from charlab.models.reference import layer_weights
from charlab.models.state import State

_LARGEST_TABLE = 2**24  # numbers in a table of all tokens' products; beyond, embeddings are read


def can_fold(model: object) -> TypeGuard[LanguageModel]:
    """Whether this is a language model as charlab makes them, of a cell that has a folded form.

    One whose reading a subclass or an option (`RecurrentModel.extras`) has changed is not, nor one
    that is not on the CPU.
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
        and not recurrent.extras
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
        self.inputs = _Inputs.fold(recurrent.input, self._folded(first.weight_ih, first.bias_ih))
        self.matrices: list[npt.NDArray[Any]] = []
        for layer, weights in enumerate(layers):
            own = self._folded(weights.weight_hh, weights.bias_hh)
            if layer + 1 < len(layers):
                above = self._folded(layers[layer + 1].weight_ih, layers[layer + 1].bias_ih)
            else:
                above = _with_bias(_array(model.decoder.weight), _array(model.decoder.bias))
            self.matrices.append(np.ascontiguousarray(np.concatenate([own, above], axis=1)))
        self.bytes_per_step = sum(matrix.nbytes for matrix in self.matrices)

    def _folded(self, weight: Tensor, bias: Tensor) -> npt.NDArray[Any]:
        """A layer's weight (G*H, N) and bias (G*H,) as (N + 1, G*H)."""
        return _with_bias(self.fold(_array(weight)), self.fold(_array(bias)))


class FoldedReader:
    """Lanes that read one token after another; ``logits`` is what they expect next.

    Args:
        folded: the weights.
        state: where the lanes stand, parts (L, B, H).
        condition: condition ids, (B,), or None.
        alone: whether it is a single lane without an axis for lanes: arrays of NumPy, ids are
            numbers. Else tensors, ids are (B,).

    Attributes:
        logits: of the next token after a `step`, (B, V), or (V,) alone; the next step overwrites
            them.
    """

    def __init__(
        self,
        folded: FoldedModel,
        state: State,
        condition: Tensor | None,
        *,
        alone: bool = False,
    ) -> None:
        self._folded = folded
        self._condition = condition
        self._math = NUMPY if alone else TORCH
        self._inputs = folded.inputs if alone else folded.inputs.as_tensors()
        self._matrices = [m if alone else torch.from_numpy(m) for m in folded.matrices]
        self._begin([part.numpy()[:, 0] for part in state] if alone else state)

    def _begin(self, state: Sequence[Array]) -> None:
        """Makes the arrays for lanes that stand at a state, parts (L, ..., H)."""
        folded, math = self._folded, self._math
        *lanes, size = state[0].shape[1:]
        gates = len(folded.cell.gates) * size
        self._layers: list[tuple[FoldedCell, Array, Array, Array, Array, Array]] = []
        for layer, matrix in enumerate(self._matrices):
            output = math.empty((*lanes, size + 1), matrix)
            output[...] = 1  # the last one picks the biases up
            output[..., :size], *others = (part[layer] for part in state)
            product = math.empty((*lanes, matrix.shape[1]), matrix)
            math.product(output, matrix, product)
            memories = [math.empty((*lanes, size), matrix) for _ in others]
            for memory, other in zip(memories, others, strict=True):
                memory[...] = other
            parts = (output[..., :size], *memories)
            cell = FOLDED[type(folded.cell)](folded.cell, parts, math)
            h_gates, above = product[..., :gates], product[..., gates:]
            self._layers.append((cell, h_gates, above, output, matrix, product))
        self.logits = self._layers[-1][2]
        self._of_condition = self._inputs.of_conditions(self._condition, tuple(lanes))

    def step(self, ids: int | Tensor) -> None:
        """Reads one token in each lane: a number alone, else (B,) int64."""
        x_gates = self._inputs.of_ids(ids)
        if self._of_condition is not None:
            x_gates = x_gates + self._of_condition
        for cell, h_gates, above, output, matrix, product in self._layers:
            cell.step(x_gates, h_gates)
            self._math.product(output, matrix, product)
            x_gates = above

    def keep(self, lanes: Tensor) -> None:
        """Goes on with these lanes, (N,); ``logits`` mean nothing until the next step."""
        if self._condition is not None:
            self._condition = self._condition[lanes]
        self._begin([part[:, lanes] for part in self.state()])

    def state(self) -> list[Tensor]:
        """Where the lanes stand, parts (L, B, H)."""
        cells = [layer[0].parts for layer in self._layers]
        shape = (-1, self._folded.hidden_size)
        return [
            torch.stack([torch.as_tensor(part).reshape(shape) for part in parts])
            for parts in zip(*cells, strict=True)
        ]


class _Inputs:
    """The first layer's input products, by token and by condition; arrays or tensors.

    Args:
        table: what a token's row is of, (V, G*H); or the matrix (D + 1, G*H) that rows of the
            embedding are multiplied with.
        embedding: (V, D + 1), a 1 at the end; None where the table is all.
        conditions: (C, G*H), or None.
    """

    def __init__(self, table: Array, embedding: Array | None, conditions: Array | None) -> None:
        self._table = table
        self._embedding = embedding
        self._conditions = conditions

    @classmethod
    def fold(cls, inputs: CharacterInput, weight: npt.NDArray[Any]) -> "_Inputs":
        """``weight`` is folded, (D + 1, G*H), the bias last."""
        conditions = None
        if inputs.conditions is not None:
            conditions = _array(inputs.conditions.weight) @ weight[:-1]
        if inputs.embedding is None:
            return cls(weight[:-1] + weight[-1], None, conditions)
        embedding = _array(inputs.embedding.weight)
        if inputs.vocabulary_size * weight.shape[1] <= _LARGEST_TABLE:
            return cls(embedding @ weight[:-1] + weight[-1], None, conditions)
        embedding = np.concatenate([embedding, np.ones_like(embedding[:, :1])], axis=1)
        return cls(weight, embedding, conditions)

    def as_tensors(self) -> "_Inputs":
        """The same numbers as tensors."""
        arrays = (self._table, self._embedding, self._conditions)
        return _Inputs(*(None if a is None else torch.from_numpy(a) for a in arrays))

    def of_ids(self, ids: int | Tensor) -> Array:
        """Products with their bias, (..., G*H)."""
        if self._embedding is None:
            return _rows(self._table, ids)
        return _rows(self._embedding, ids) @ self._table

    def of_conditions(self, condition: Tensor | None, lanes: tuple[int, ...]) -> Array | None:
        """What the conditions (B,) add at every step, (..., G*H)."""
        if condition is None or self._conditions is None:
            return None
        return self._conditions[condition].reshape(*lanes, -1)


def _rows(table: Array, ids: int | Tensor) -> Array:
    """Rows of a table; of a tensor by a call that takes a sixth of the time of an index."""
    return table.index_select(0, ids) if isinstance(ids, Tensor) else table[ids]


def _array(parameter: Tensor | nn.Parameter) -> npt.NDArray[Any]:
    array: npt.NDArray[Any] = parameter.detach().numpy().copy()
    return array


def _with_bias(weight: npt.NDArray[Any], bias: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """A weight (M, N) and bias (M,) as (N + 1, M): what a row with a last 1 is multiplied with."""
    return np.concatenate([weight.T, bias[None]])
