"""Networks whose answers are the mean of other networks' probabilities.

Each gives the logarithm of the mean as its logits, of which softmax makes the mean again: what
measures, asks or samples one network does so with several.

B batch, T time, U tokens of a target, V vocabulary, C outputs, L layers, H hidden size.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from charlab.models.attention import Memory
from charlab.models.encoder_decoder import EncoderDecoder
from charlab.models.language_model import LanguageModel
from charlab.models.state import State, select_lanes


def log_mean_probabilities(logits: Iterable[Tensor]) -> Tensor:
    """The logarithm of the mean of several softmaxes, (..., C), in nats.

    They are added up one by one, so that no more than two are held.

    Args:
        logits: each (..., C).
    """
    total, count = None, 0
    for each in logits:
        nats = each.log_softmax(-1)
        if total is not None and total.device != nats.device:
            total, nats = total.cpu(), nats.cpu()
        total = nats if total is None else torch.logaddexp(total, nats)
        count += 1
    if total is None:
        raise ValueError("there is nothing to average")
    return total - math.log(count)


class RemappedClassifier(nn.Module):
    """A classifier or tagger that is asked in other token ids and answers in another order.

    Args:
        network: ids and lengths in, logits (..., C) out.
        tokens: the network's id of each of the others' tokens, (V,).
        outputs: the network's index of each of the others' outputs, (C,).
    """

    def __init__(self, network: nn.Module, tokens: Tensor, outputs: Tensor) -> None:
        super().__init__()
        self.network = network
        self.register_buffer("_tokens", tokens, persistent=False)
        self.register_buffer("_outputs", outputs, persistent=False)

    def forward(self, ids: Tensor, lengths: Tensor | None = None) -> Tensor:
        """The network's logits, (..., C), of ids (B, T) with lengths (B,)."""
        logits: Tensor = self.network(self.get_buffer("_tokens")[ids], lengths)
        return logits.index_select(-1, self.get_buffer("_outputs").to(logits.device))


class EnsembleClassifier(nn.Module):
    """Classifiers, or taggers, whose probabilities are averaged.

    Args:
        members: each takes ids (B, T) and lengths (B,) and gives logits (B, C) or (B, T, C).
    """

    def __init__(self, members: Sequence[nn.Module]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)

    def forward(self, ids: Tensor, lengths: Tensor | None = None) -> Tensor:
        """The logarithm of the mean probabilities, (B, C) or (B, T, C)."""
        return log_mean_probabilities(member(ids, lengths) for member in self.members)


class EnsembleLanguageModel(nn.Module):
    """Language models whose probabilities are averaged, token by token.

    Its state is those of its members, one after another: parts (L, B, H), each of its own size.

    Args:
        members: all with the same vocabulary.
        conditions: of each member its index of each condition; empty without conditions.
    """

    members: Any

    def __init__(
        self, members: Sequence[LanguageModel], conditions: Sequence[Sequence[int]]
    ) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.vocabulary_size = members[0].vocabulary_size
        self._conditions = [torch.tensor(each) for each in conditions]
        self._parts = [len(member.init_state(1)) for member in members]

    def init_state(self, batch_size: int) -> State:
        """The zero state of each member."""
        states = (member.init_state(batch_size) for member in self.members)
        return tuple(part for state in states for part in state)

    def forward(
        self, ids: Tensor, state: State | None = None, *, condition: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """The logarithm of the mean probabilities, (B, T, V), and the state.

        Args:
            ids: characters, (B, T) int64.
            state: from an earlier call; None: zeros.
            condition: (B,) int64, if the models have conditions.
        """
        return self._read("forward", ids, state or self.init_state(len(ids)), condition)

    def step(
        self, ids: Tensor, state: State, *, condition: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """The same of one character per row, (B,) int64: (B, V), and the state."""
        return self._read("step", ids, state, condition)

    def _read(
        self, how: str, ids: Tensor, state: State, condition: Tensor | None
    ) -> tuple[Tensor, State]:
        def read() -> Iterator[tuple[Tensor, State]]:
            own = _split_state(state, self._parts)
            for member, before, order in zip(self.members, own, self._conditions, strict=True):
                label = None if condition is None else order.to(condition.device)[condition]
                yield getattr(member, how)(ids, before, condition=label)

        return _mean(read())


class EnsembleEncoded(NamedTuple):
    """A text as it was read by several encoder-decoders; see `Encoded`.

    Attributes:
        state: what the decoders begin with, one after another, parts (L, B, H).
        memory: what the attention of each looks at; None without.
    """

    state: State
    memory: tuple[Memory | None, ...]

    def select(self, rows: Tensor) -> "EnsembleEncoded":
        """That of chosen rows, (N,), in their order and as often as given."""
        memory = tuple(None if one is None else one.select(rows) for one in self.memory)
        return EnsembleEncoded(select_lanes(self.state, rows), memory)


class EnsembleEncoderDecoder(nn.Module):
    """Encoder-decoders whose probabilities are averaged, token by token.

    Args:
        members: all with the same vocabularies.
    """

    members: Any
    attention = None  # there is no one place to look at

    def __init__(self, members: Sequence[EncoderDecoder]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        decoders = [member.decoder for member in members]
        self._parts = [len(decoder.cell.state_parts) for decoder in decoders]

    def forward(self, ids: Tensor, lengths: Tensor, given: Tensor) -> Tensor:
        """The logarithm of the mean probabilities, (B, U, V); see `EncoderDecoder`."""
        return log_mean_probabilities(member(ids, lengths, given) for member in self.members)

    def encode(self, ids: Tensor, lengths: Tensor) -> EnsembleEncoded:
        """Reads texts, (B, T) with lengths (B,), by each member."""
        read = [member.encode(ids, lengths) for member in self.members]
        states = tuple(part for one in read for part in one.state)
        return EnsembleEncoded(states, tuple(one.memory for one in read))

    def step(
        self, ids: Tensor, state: State, memory: tuple[Memory | None, ...]
    ) -> tuple[Tensor, State, None]:
        """Scores the next token of each row, (B,) int64: (B, V), and the state."""
        own = zip(self.members, _split_state(state, self._parts), memory, strict=True)
        logits, after = _mean(member.step(ids, *before)[:2] for member, *before in own)
        return logits, after, None


def _mean(read: Iterable[tuple[Tensor, State]]) -> tuple[Tensor, State]:
    """The logarithm of the mean of members' probabilities, and their states one after another."""
    after: list[Tensor] = []

    def logits() -> Iterator[Tensor]:
        for given, state in read:
            after.extend(state)
            yield given

    return log_mean_probabilities(logits()), tuple(after)


def _split_state(state: State, parts: Sequence[int]) -> Iterator[State]:
    """Each member's state, of so many parts, of those that stand one after another."""
    place = 0
    for count in parts:
        yield state[place : place + count]
        place += count
