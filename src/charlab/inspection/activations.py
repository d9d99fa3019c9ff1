"""What happens inside a network while it reads: every gate and every part of the state, over time.

B batch, T time, N tokens of a split, F features (H units, or 2H of a bidirectional network: the
backward reading's units stand behind the forward reading's).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from charlab.data.batches.batch import IGNORE, BatchForm
from charlab.data.batches.evaluation import BURN_IN, evaluation_batches
from charlab.data.tokens.ragged import EncodedSplit, flat_offsets
from charlab.data.tokens.vocabulary import EOS
from charlab.errors import ConfigError, nearest
from charlab.models.cells import Cell
from charlab.models.recurrent import RecurrentModel
from charlab.models.reference import Trace
from charlab.models.state import State, carried_state

VALUES = 2**23  # that a batch's gates and states hold at most: 32 MB
_SPAN = 4_096  # tokens of a stream that are read in one piece, where not all of it is

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Reading:
    """How a task's network reads a split.

    Attributes:
        layout: "sequences" or "stream".
        form: what its batches are for: whether documents begin with a mark, and state is carried.
        seq_len: tokens of a window, of a stream that is read in windows.
    """

    layout: str
    form: BatchForm
    seq_len: int


class Unit(NamedTuple):
    """One number inside a network that changes while it reads.

    Attributes:
        layer: from 0.
        part: a gate, or a part of the state, by the cell's name for it ("forget", "hidden").
        number: from 0; of a bidirectional network the backward reading's H units come behind.
    """

    layer: int
    part: str
    number: int

    def __str__(self) -> str:
        return f"{self.layer}:{self.part}:{self.number}"


@dataclass(frozen=True)
class Activations:
    """What a batch of text made of a network's insides.

    Attributes:
        numbers: of each position its number in the sample, (B, T) int64; 0 for marks, padding,
            and what only warms the state up.
        layers: of each layer the values over time, (B, T, F), by the name of the gate or part of
            the state.
    """

    numbers: Tensor
    layers: Trace


@dataclass(frozen=True)
class Sample:
    """Which tokens of a split are looked at.

    M tokens are read, with those that only warm a state up.

    Attributes:
        numbered: the documents, or spans of them, with a number for each token, from 1 (0 stays the
            mark): batches of it say which token each of their positions is.
        tokens: the token id of each number, (1 + M,) int64.
        places: of each number its place in the split's flat tokens, (1 + M,) int64; -1 for the mark
            and what is not looked at.
    """

    numbered: EncodedSplit
    tokens: Ints
    places: Ints


def recurrent_of(network: nn.Module) -> RecurrentModel:
    """The recurrent model of a network that reads the text: of an encoder-decoder the encoder.

    Raises:
        ValueError: if there is none.
    """
    for module in network.modules():
        if isinstance(module, RecurrentModel):
            return module
    raise ValueError("the network has no recurrent model to look into")


def part_names(cell: Cell) -> tuple[str, ...]:
    """The parts of the state and then the gates that are something else than these.

    The vanilla cell's one gate is its hidden state.
    """
    gates = tuple(cell.gates) if len(cell.gates) > 1 else ()
    return (*cell.state_parts, *gates)


@contextmanager
def looking(network: nn.Module) -> Iterator[None]:
    """No dropout and full precision within; afterwards the network is in the mode it was in."""
    was_training = network.training
    device = next(network.parameters()).device
    network.eval()
    try:
        with torch.autocast(device.type, enabled=False):
            yield
    finally:
        network.train(was_training)


def read_activations(
    network: nn.Module, split: EncodedSplit, reading: Reading, sample: Sample
) -> Iterator[Activations]:
    """Reads a split as the network's task does, and gives what happened inside batch by batch.

    Every token of the sample is in one batch once, with the state that all before it left; but
    each document's last one in a stream is left out where a document follows, for the mark stands
    there. Memory is bounded for a text of any length.

    Args:
        network: any task's.
        split: what is read.
        reading: how.
        sample: which of it.
    """
    model = recurrent_of(network)
    device = next(model.parameters()).device
    names = part_names(model.cell)
    held = model.num_layers * model.feature_size * len(names)
    batches = evaluation_batches(
        sample.numbered,
        layout=reading.layout,
        form=_form(reading.form),
        seq_len=reading.seq_len,
        device=device,
        budget=max(1, VALUES // held),
    )
    tokens, places = (torch.from_numpy(a).to(device) for a in (sample.tokens, sample.places))
    state: State | None = None
    with looking(network), torch.no_grad():
        for batch in batches:
            numbers = batch.ids.where(places[batch.ids] >= 0, EOS)  # (B, T)
            before = None
            if batch.lengths is None:  # lanes of a stream, which may warm their states up
                numbers = numbers.where(batch.targets != IGNORE, EOS)
                before = carried_state(state, batch.fresh)
            _, state, trace = model.forward_with_gates(
                tokens[batch.ids], before, condition=batch.labels, lengths=batch.lengths
            )
            yield Activations(numbers, [{name: layer[name] for name in names} for layer in trace])


def sample_places(split: EncodedSplit, reading: Reading, budget: int) -> Sample:
    """About so many tokens of a split, spread evenly: whole documents, or spans of a stream.

    Args:
        split: what is to be looked at.
        reading: how it is read.
        budget: tokens.
    """
    if split.characters <= budget:
        return sample_documents(split, np.arange(split.documents))
    if reading.layout == "sequences":
        count = max(1, int(split.documents * budget / split.characters))
        chosen = np.unique(np.linspace(0, split.documents - 1, count).astype(np.int64))
        return sample_documents(split, chosen)
    size = min(_SPAN, budget)
    begins = np.linspace(0, split.characters - size, max(1, budget // size)).astype(np.int64)
    chosen = np.searchsorted(split.offsets, begins, side="right") - 1
    ends = np.minimum(begins + size, split.offsets[1:][chosen])
    return _sample(split, begins, ends, chosen, warm_up=BURN_IN)


def sample_span(split: EncodedSplit, begin: int, count: int) -> Sample:
    """A stretch of a document of a stream: so many tokens from a place on, while it lasts."""
    document = np.searchsorted(split.offsets, [begin], side="right") - 1
    end = np.minimum(begin + count, split.offsets[1:][document])
    return _sample(split, np.array([begin]), end, document, warm_up=BURN_IN)


def sample_documents(split: EncodedSplit, documents: Ints) -> Sample:
    """Some documents, by their numbers."""
    bounds = split.offsets[:-1][documents], split.offsets[1:][documents]
    return _sample(split, *bounds, documents, warm_up=0)


def unit_values(
    network: nn.Module,
    split: EncodedSplit,
    reading: Reading,
    sample: Sample,
    units: Sequence[Unit],
) -> tuple[Ints, npt.NDArray[np.float64]]:
    """The values of some units, in the text's order.

    Args:
        network, split, reading, sample: as of `read_activations`.
        units: which, K of them.

    Returns:
        The numbers in the sample of the n tokens that are looked at, (n,), and the units' values
        after each of them, (n, K).
    """
    numbers, values = [np.empty(0, np.int64)], [np.empty((0, len(units)))]
    for batch in read_activations(network, split, reading, sample):
        told = batch.numbers > 0
        chosen = [batch.layers[unit.layer][unit.part][..., unit.number][told] for unit in units]
        numbers.append(batch.numbers[told].cpu().numpy())
        values.append(torch.stack(chosen, dim=1).double().cpu().numpy())
    found = np.concatenate(numbers)
    order = np.argsort(found, kind="stable")
    return found[order], np.concatenate(values)[order]


def parse_unit(text: str) -> Unit:
    """A unit as it is written: ``0:hidden:42``.

    Raises:
        ConfigError: if it is none.
    """
    parts = text.split(":")
    if len(parts) != 3 or not (parts[0].isdecimal() and parts[2].isdecimal()):
        raise ConfigError(f"unit={text}: give layer:gate:number, such as 0:hidden:42")
    return Unit(int(parts[0]), parts[1], int(parts[2]))


def require_unit(model: RecurrentModel, unit: Unit) -> None:
    """Refuses a unit that a network does not have.

    Raises:
        ConfigError: names what there is.
    """
    names = part_names(model.cell)
    if unit.part not in names:
        raise ConfigError(f"unit={unit}: {nearest(unit.part, list(names))}")
    for what, value, count in (
        ("layer", unit.layer, model.num_layers),
        ("number", unit.number, model.feature_size),
    ):
        if value >= count:
            raise ConfigError(f"unit={unit}: the {what} counts from 0 to {count - 1}")


def _sample(
    split: EncodedSplit, begins: Ints, ends: Ints, documents: Ints, *, warm_up: int
) -> Sample:
    """Spans of documents; a network that carries its state reads what is before each, too."""
    starts = np.maximum(begins - warm_up, split.offsets[:-1][documents])
    tokens, places = [np.array([EOS])], [np.array([-1])]
    for start, begin, end in zip(starts.tolist(), begins.tolist(), ends.tolist(), strict=True):
        tokens.append(split.ids[start:end].astype(np.int64))
        place = np.arange(start, end)
        places.append(np.where(place < begin, -1, place))
    labels = np.zeros(split.documents, np.int64) if split.labels is None else split.labels
    offsets = flat_offsets(ends - starts)
    numbers = np.arange(1, 1 + offsets[-1], dtype=np.uint32)
    return Sample(
        EncodedSplit(numbers, offsets, labels[documents]),
        np.concatenate(tokens),
        np.concatenate(places),
    )


def _form(form: BatchForm) -> BatchForm:
    """What batches of places are made as: whatever is predicted, only what is read matters."""
    return form if form in (BatchForm.NEXT, BatchForm.CONDITIONAL) else BatchForm.LABEL
