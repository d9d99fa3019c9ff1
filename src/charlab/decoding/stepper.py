"""A language model one step at a time: a character in, the distribution of the next one out."""

import torch
from torch import Tensor

from charlab.data.tokens.vocabulary import EOS, Vocabulary
from charlab.decoding.model_protocol import StepModel, decoding, to_cpu
from charlab.errors import ConfigError
from charlab.models.state import State


class Stepper:
    """Carries a language model's state from step to step.

    Args:
        network: the language model.
        vocabulary: its tokens.
        documents: whether it was trained on short documents, which begin and end with a mark.
        condition: the index of the label that it generates for; None: it has none.

    Attributes:
        state: after what was read so far, parts (L, 1, H).
        distribution: how probable each next token is, by the token, the likeliest first; "" is the
            end. Before anything is read it is that of the first character; of a model of a stream,
            which knows no beginning, it is empty.
    """

    def __init__(
        self,
        network: StepModel,
        vocabulary: Vocabulary,
        *,
        documents: bool,
        condition: int | None = None,
    ) -> None:
        self._network = network
        self._vocabulary = vocabulary
        self._documents = documents
        self._condition = condition
        self.reset()

    def reset(self) -> None:
        """Forgets what was read."""
        with decoding(self._network):
            self.state: State = self._network.init_state(1)
        self.distribution: dict[str, float] = {}
        if self._documents:
            self._read([EOS])

    def step(self, text: str) -> dict[str, float]:
        """Reads a character, or several.

        Args:
            text: in the training text's spelling; what training never saw is read as unknown.

        Returns:
            The distribution of the next token; also in ``distribution``.

        Raises:
            ConfigError: if it is no text.
        """
        if not isinstance(text, str):
            raise ConfigError(f"a text is asked for, got {type(text).__name__}")
        self._read(self._vocabulary.encode(text).tolist())
        return self.distribution

    def _read(self, token_ids: list[int]) -> None:
        condition: Tensor | None = None
        device = self.state[0].device
        if self._condition is not None:
            condition = torch.tensor([self._condition], device=device)
        logits = None
        with decoding(self._network):
            for token_id in token_ids:
                ids = torch.tensor([token_id], device=device)
                logits, self.state = self._network.step(ids, self.state, condition=condition)
        if logits is None:
            return
        probabilities, order = to_cpu(logits[0])[1].exp().sort(descending=True, stable=True)
        shown = ["", "\ufffd", *self._vocabulary.tokens]
        pairs = zip(order.tolist(), probabilities.tolist(), strict=True)
        self.distribution = {shown[i]: p for i, p in pairs}
