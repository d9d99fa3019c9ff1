"""The encoder-decoder: a text is read, and another is written.

Sutskever et al. 2014; Cho et al. 2014; with attention Bahdanau et al. 2015, Luong et al. 2015.

B batch, T tokens of the text, U tokens of the target, V target vocabulary, F encoder features, H
units, L layers.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from charlab.models.attention import Attention, Memory
from charlab.models.output import output_layer
from charlab.models.pooling import pool_last, valid_positions
from charlab.models.recurrent import RecurrentModel
from charlab.models.state import State, select_lanes


class Encoded(NamedTuple):
    """A text as it was read.

    Attributes:
        state: what the decoder begins with, parts (L, B, H).
        memory: what attention looks at; None without.
    """

    state: State
    memory: Memory | None

    def select(self, rows: Tensor) -> "Encoded":
        """That of chosen rows, (N,), in their order and as often as given."""
        memory = None if self.memory is None else self.memory.select(rows)
        return Encoded(select_lanes(self.state, rows), memory)


class EncoderDecoder(nn.Module):
    """Two recurrent models, a bridge between them and, if asked for, attention.

    The decoder's state begins as tanh of a linear map of what the encoder read: its last features,
    of a bidirectional one those of both ends. With attention, the logits come from tanh of a linear
    map of the decoder's features and of what it looked at (Luong et al. 2015, equation 5).

    Args:
        encoder: reads the text, in one direction or both.
        decoder: writes the target; one direction.
        attention: "none", "dot", "general" or "additive".

    Raises:
        ValueError: if the decoder is bidirectional, or there is no such attention.
    """

    def __init__(
        self, encoder: RecurrentModel, decoder: RecurrentModel, attention: str = "general"
    ) -> None:
        super().__init__()
        if decoder.bidirectional:
            raise ValueError("a decoder cannot read what it has not written yet")
        F, H = encoder.feature_size, decoder.hidden_size
        self.encoder = encoder
        self.decoder = decoder
        self.bridge = nn.Linear(F, len(decoder.cell.state_parts) * decoder.num_layers * H)
        self.attention = None if attention == "none" else Attention(attention, F, H)
        if self.attention is not None:
            self.combine = nn.Linear(H + F, H)
        self.output = output_layer(decoder, H)

    def forward(self, ids: Tensor, lengths: Tensor, given: Tensor) -> Tensor:
        """Scores each next token of targets that are given (teacher forcing).

        Args:
            ids: texts, (B, T) int64.
            lengths: valid positions per row, (B,) int64, each at least 1.
            given: the mark and the target's tokens, (B, U) int64.

        Returns:
            Logits (B, U, V).
        """
        return self._teach(ids, lengths, given)[0]

    def encode(self, ids: Tensor, lengths: Tensor) -> Encoded:
        """Reads texts.

        Args:
            ids: (B, T) int64; what stands in the padding does not matter.
            lengths: valid positions per row, (B,) int64, each at least 1.
        """
        features, _ = self.encoder(ids, lengths=lengths)
        features = features.to(self.bridge.weight.dtype)  # (B, T, F)
        last = pool_last(features, lengths, self.encoder.bidirectional)  # (B, F)
        parts, layers = len(self.decoder.cell.state_parts), self.decoder.num_layers
        begin = self.bridge(last).tanh().unflatten(-1, (parts, layers, -1))  # (B, P, L, H)
        state = tuple(begin.permute(1, 2, 0, 3).to(self.bridge.weight.dtype).contiguous())
        if self.attention is None:
            return Encoded(state, None)
        valid = valid_positions(lengths, ids.shape[1])
        return Encoded(state, self.attention.memory(features, valid))

    def step(
        self, ids: Tensor, state: State, memory: Memory | None
    ) -> tuple[Tensor, State, Tensor | None]:
        """Scores the next token of each row.

        Args:
            ids: the newest token of each, (B,) int64.
            state: parts (L, B, H).
            memory: what attention looks at; None without.

        Returns:
            Logits (B, V), the state, and the attention's weights (B, T) or None.
        """
        features, state = self.decoder.step(ids, state)
        logits, weights = self._logits(features[:, None], memory)
        return logits[:, 0], state, None if weights is None else weights[:, 0]

    def attention_weights(self, ids: Tensor, lengths: Tensor, given: Tensor) -> Tensor | None:
        """Where each step of given targets looks, (B, U, T); None without attention."""
        return self._teach(ids, lengths, given)[1]

    def _teach(self, ids: Tensor, lengths: Tensor, given: Tensor) -> tuple[Tensor, Tensor | None]:
        encoded = self.encode(ids, lengths)
        features, _ = self.decoder(given, encoded.state)  # (B, U, H)
        return self._logits(features, encoded.memory)

    def _logits(self, features: Tensor, memory: Memory | None) -> tuple[Tensor, Tensor | None]:
        features = features.to(self.output.weight.dtype)
        if self.attention is None or memory is None:
            return self.output(features), None
        context, weights = self.attention(features, memory)
        combined = self.combine(torch.cat([features, context], dim=-1)).tanh()
        return self.output(combined), weights
