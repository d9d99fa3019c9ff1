"""How far back a network's memory reaches, as measured.

Gradients through time vanish or explode with the distance (Bengio et al. 1994, "Learning long-term
dependencies with gradient descent is difficult"; Pascanu et al. 2013, "On the difficulty of
training recurrent neural networks"), and what a network makes of them shows in how much its loss
falls with the context that it is given (Khandelwal et al. 2018, "Sharp nearby, fuzzy far away").

B positions (rows), T tokens up to a position, K distances, F features, V outputs.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import torch
import torch.nn.functional as F
from torch import Tensor

from charlab.data.batches.batch import BatchForm
from charlab.data.tokens.ragged import EncodedSplit, cut_windows
from charlab.data.tokens.vocabulary import EOS
from charlab.inspection.activations import Reading
from charlab.models.recurrent import RecurrentModel

Floats = npt.NDArray[np.float64]
Head = Callable[[Tensor], Tensor]
"""From the features at a position, (B, F), to the logits of what is predicted there, (B, V)."""

DISTANCES = 200
POSITIONS = 512
WARM_UP = 64  # tokens that are read before the farthest state
_FEWEST = 20  # positions that a distance needs
_VALUES = 2**24  # numbers of the states that are held for one backward pass


class Contexts(NamedTuple):
    """Positions of a text with the same number of tokens before them.

    Attributes:
        ids: what is read, the position's own token last, (B, T).
        targets: what is predicted there, (B,).
        labels: what generation is conditioned on, (B,); None: nothing.
    """

    ids: Tensor
    targets: Tensor
    labels: Tensor | None

    def part(self, rows: slice, device: torch.device) -> "Contexts":
        """Some of the positions, on a device."""
        labels = None if self.labels is None else self.labels[rows].to(device)
        return Contexts(self.ids[rows].to(device), self.targets[rows].to(device), labels)


@dataclass(frozen=True)
class GradientNorms:
    """The norm of the gradient of the loss at t with respect to the state at t-k, against k.

    Every position's norms are relative to its own at k = 0.

    Attributes:
        mean, median, low, high: over positions; low and high are the quartiles, (K,) each.
        positions: that reach so far back, (K,).
    """

    mean: Floats
    median: Floats
    low: Floats
    high: Floats
    positions: npt.NDArray[np.int64]


@dataclass(frozen=True)
class ContextLoss:
    """The loss at the same positions, by how many tokens the network is given before them.

    Attributes:
        contexts: tokens given, the newest ones; of positions with fewer before them all there are.
        losses: nats, the mean over positions.
        positions: how many there are.
    """

    contexts: tuple[int, ...]
    losses: tuple[float, ...]
    positions: int


def contexts_of(
    split: EncodedSplit,
    reading: Reading,
    *,
    length: int = DISTANCES + WARM_UP,
    positions: int = POSITIONS,
) -> Iterator[Contexts]:
    """Positions that are spread evenly over a split, each with what is read before it.

    Of a stream every position has ``length`` tokens, its own among them, or as many as the longest
    document has. Of documents whole ones are taken, with all their positions and the mark at the
    beginning; where labels are predicted, their ends.

    Args:
        split: held-out text.
        reading: how the network's task reads, and what it predicts.
        length: tokens of a context, at most.
        positions: how many, about.
    """
    next_token = reading.form in (BatchForm.NEXT, BatchForm.CONDITIONAL)
    if reading.layout == "stream" and not next_token:
        split = cut_windows(split, reading.seq_len)
    if reading.layout == "stream" and next_token:
        yield from _of_stream(split, length, positions)
    else:
        yield from _of_documents(split, reading.form, length, positions)


def _of_stream(split: EncodedSplit, length: int, positions: int) -> Iterator[Contexts]:
    length = min(length, int(split.lengths.max()) - 1)
    if length < 1:
        return
    room = np.maximum(0, split.lengths - length)  # contexts whose next token is in the document
    ends = np.cumsum(room)
    chosen = np.linspace(0, ends[-1] - 1, min(positions, int(ends[-1]))).astype(np.int64)
    document = np.searchsorted(ends, chosen, side="right")
    chosen += (split.offsets[:-1] - (ends - room))[document]
    rows = np.stack([split.ids[b : b + length + 1].astype(np.int64) for b in chosen.tolist()])
    text = torch.from_numpy(rows)
    yield Contexts(text[:, :-1], text[:, -1], None)


def _of_documents(
    split: EncodedSplit, form: BatchForm, length: int, positions: int
) -> Iterator[Contexts]:
    marked = form in (BatchForm.NEXT, BatchForm.CONDITIONAL)
    each = 1.0 if form is BatchForm.LABEL else float(np.mean(split.lengths + marked))
    count = min(split.documents, max(1, round(positions / each)))
    chosen = np.linspace(0, split.documents - 1, count).astype(np.int64)
    groups: dict[int, list[tuple[npt.NDArray[np.int64], int, int]]] = {}
    for i in chosen.tolist():
        begin, end = int(split.offsets[i]), int(split.offsets[i + 1])
        label = 0 if split.labels is None else int(split.labels[i])
        text = split.ids[begin:end].astype(np.int64)
        if marked:
            text = np.concatenate([[EOS], text, [EOS]])
            found = [(t, int(text[t])) for t in range(1, len(text))]
        elif form is BatchForm.TAGS and split.tags is not None:
            tags = split.tags[begin:end].astype(np.int64)
            found = [(int(t) + 1, int(tags[t]) - 1) for t in np.flatnonzero(tags)]
        else:
            found = [(len(text), label)]
        for t, target in found:
            row = text[max(0, t - length) : t]
            groups.setdefault(len(row), []).append((row, target, label))
    for size in sorted(groups):
        rows, targets, labels = zip(*groups[size], strict=True)
        condition = torch.tensor(labels) if form is BatchForm.CONDITIONAL else None
        yield Contexts(torch.from_numpy(np.stack(rows)), torch.tensor(targets), condition)


def gradient_norms(
    model: RecurrentModel, head: Head, contexts: Contexts, distances: int = DISTANCES
) -> Floats:
    """The norm of the gradient of each position's loss with respect to each state before it.

    The state is all that is carried: every layer's parts together. It is exact: one backward pass
    gives a position's gradients at all distances, and rows do not touch each other.

    Args:
        model: a recurrent model in one direction, in evaluation mode.
        head: makes the logits.
        contexts: B positions with T tokens each.
        distances: the farthest.

    Returns:
        Norms (B, K), K the smaller of ``distances`` + 1 and T: of the state at the position itself,
        of the one before it, and so on.
    """
    device = next(model.parameters()).device
    back = min(distances, contexts.ids.shape[1] - 1)
    held = back * model.num_layers * model.hidden_size * (2 + len(model.cell.gates))
    rows = max(1, _VALUES // max(1, held))
    parts = [
        _norms(model, head, contexts.part(slice(begin, begin + rows), device), back)
        for begin in range(0, len(contexts.ids), rows)
    ]
    return np.concatenate(parts)


def _norms(model: RecurrentModel, head: Head, contexts: Contexts, back: int) -> Floats:
    ids, targets, labels = contexts
    begin = ids.shape[1] - back
    with torch.no_grad():
        _, first = model(ids[:, :begin], condition=labels)
    states = [tuple(part.detach().requires_grad_() for part in first)]
    with torch.enable_grad():
        for token in ids[:, begin:].unbind(1):
            states.append(model.step(token, states[-1], condition=labels)[1])
        logits = head(states[-1][0][-1])  # the last layer's output
        loss = F.cross_entropy(logits, targets, reduction="sum")
    flat = [part for state in states for part in state]
    gradients = torch.autograd.grad(loss, flat, materialize_grads=True)
    squares = torch.stack([g.double().square().sum((0, 2)) for g in gradients])
    of_states = squares.view(len(states), -1, len(ids)).sum(1)  # (K, B), the first state first
    norms: Floats = of_states.flip(0).T.sqrt().cpu().numpy()
    return norms


def measure_gradients(
    model: RecurrentModel, head: Head, contexts: Sequence[Contexts], distances: int = DISTANCES
) -> GradientNorms:
    """How gradients shrink or grow with the distance, over positions.

    Args:
        model, head, distances: as of `gradient_norms`.
        contexts: the positions; distances that fewer than 20 of them reach are left out.
    """
    found = [gradient_norms(model, head, each, distances) for each in contexts]
    width = max(norms.shape[1] for norms in found)
    padded = np.concatenate(
        [np.pad(n, ((0, 0), (0, width - n.shape[1])), constant_values=np.nan) for n in found]
    )
    padded = padded[padded[:, 0] > 0] if (padded[:, 0] > 0).any() else padded
    relative = padded / np.where(padded[:, :1] > 0, padded[:, :1], 1.0)
    counts = (~np.isnan(relative)).sum(axis=0)
    kept = relative[:, : max(1, int((counts >= min(_FEWEST, len(relative))).sum()))]
    low, median, high = np.nanquantile(kept, (0.25, 0.5, 0.75), axis=0)
    return GradientNorms(
        np.nanmean(kept, axis=0), median, low, high, counts[: kept.shape[1]].astype(np.int64)
    )


def loss_by_context(model: RecurrentModel, head: Head, contexts: Sequence[Contexts]) -> ContextLoss:
    """The loss where the network begins to read 1, 2, 4, 8, … tokens before what it predicts.

    Args:
        model: a recurrent model in one direction, in evaluation mode.
        head: makes the logits.
        contexts: the positions, the same for every number of tokens.
    """
    device = next(model.parameters()).device
    there = [each.part(slice(None), device) for each in contexts]
    longest = max(each.ids.shape[1] for each in contexts)
    powers = [2**i for i in range(longest.bit_length())]
    given = (*powers, longest) if longest > 1.4 * powers[-1] else tuple(powers)
    positions = sum(len(each.targets) for each in contexts)
    losses = []
    with torch.no_grad():
        for count in given:
            total = 0.0
            for ids, targets, labels in there:
                features, _ = model(ids[:, -count:], condition=labels)
                loss = F.cross_entropy(head(features[:, -1]), targets, reduction="none")
                total += float(loss.double().sum())
            losses.append(total / positions)
    return ContextLoss(given, tuple(losses), positions)
