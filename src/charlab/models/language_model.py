"""The language model: what character comes next."""

from torch import Tensor, nn

from charlab.models.output import output_layer
from charlab.models.recurrent import RecurrentModel
from charlab.models.state import State


class LanguageModel(nn.Module):
    """A recurrent model with a linear layer from features to the vocabulary; it may be tied.

    B batch, T time, V vocabulary, L layers, H hidden size.

    Args:
        recurrent: reads the text; in one direction.

    Raises:
        ValueError: if the recurrent model is bidirectional.
    """

    def __init__(self, recurrent: RecurrentModel) -> None:
        super().__init__()
        if recurrent.bidirectional:
            raise ValueError(
                "a language model must not see the future: use bidirectional=False, got True"
            )
        self.recurrent = recurrent
        self.vocabulary_size = recurrent.vocabulary_size
        self.decoder = output_layer(recurrent, recurrent.feature_size)

    def init_state(self, batch_size: int) -> State:
        """The zero state, parts (L, B, H)."""
        return self.recurrent.init_state(batch_size)

    def forward(
        self, ids: Tensor, state: State | None = None, *, condition: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """Scores the next character after each position.

        Args:
            ids: characters, (B, T) int64.
            state: from an earlier call, parts (L, B, H); None: zeros.
            condition: (B,) int64, if the model has conditions.

        Returns:
            Logits (B, T, V), and the state.
        """
        features, state = self.recurrent(ids, state, condition=condition)  # (B, T, H)
        return self.decoder(features), state

    def step(
        self, ids: Tensor, state: State, *, condition: Tensor | None = None
    ) -> tuple[Tensor, State]:
        """Reads one character per row, (B,) int64, and scores the next: logits (B, V), state."""
        features, state = self.recurrent.step(ids, state, condition=condition)  # (B, H)
        return self.decoder(features), state
