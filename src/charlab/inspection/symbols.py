"""Which places of a network's parameters are characters, labels or tags, and not units."""

from collections.abc import Sequence
from dataclasses import dataclass

from charlab.data.tokens.vocabulary import EOS, UNK, Vocabulary
from charlab.models.recurrent import RecurrentModel
from charlab.models.reference import layer_weights


@dataclass(frozen=True)
class Symbols:
    """What the places along an axis of a parameter stand for.

    Attributes:
        kind: what they are, in the plural ("characters", "labels"): others are never the same.
        names: of each place what it is; the vocabulary's marks are numbers.
    """

    kind: str
    names: tuple[str | int, ...]


Axes = dict[int, Symbols]
"""By axes of a parameter; the other axes are units of the network."""


def token_symbols(vocabulary: Vocabulary, kind: str = "") -> Symbols:
    """The marks and tokens of a vocabulary, in the order of their ids."""
    return Symbols(kind + vocabulary.plural, (EOS, UNK, *vocabulary.tokens))


def recurrent_axes(
    model: RecurrentModel, name: str, vocabulary: Vocabulary, labels: Sequence[str] = ()
) -> dict[str, Axes]:
    """The axes of a recurrent model's parameters that are symbols.

    Args:
        name: the model's in the network.
        vocabulary: what it reads.
        labels: what it is conditioned on, if it is.
    """
    tokens = token_symbols(vocabulary)
    one_hot = model.input.embedding is None
    axes: dict[str, Axes] = {f"{name}.input.embedding.weight": {0: tokens}}
    if one_hot:  # the first layer's input weights have a column for each token
        first = {id(layer_weights(kernel, 0).weight_ih) for kernel in model.first_kernels()}
        axes = {
            f"{name}.{key}": {1: tokens}
            for key, weight in model.named_parameters()
            if id(weight) in first
        }
    condition = {0: Symbols("labels", tuple(labels))}
    axes[f"{name}.input.conditions.weight"] = condition | ({1: tokens} if one_hot else {})
    return axes
