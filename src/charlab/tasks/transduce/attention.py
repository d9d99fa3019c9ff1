"""Where a decoder looks while it writes a target."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import torch

from charlab.data.tokens.vocabulary import EOS, REPLACEMENT, Vocabulary
from charlab.decoding.transduction import alone
from charlab.models.encoder_decoder import EncoderDecoder

LONGEST = 60  # tokens of a text or target whose attention can still be read in a picture


class Looked(NamedTuple):
    """What was looked at in one text.

    Attributes:
        weights: of each token that is written, over those that are read, (U, T), from 0 to 1.
        read: T tokens.
        written: U tokens, the last of them "", the end mark.
    """

    weights: npt.NDArray[np.float32]
    read: list[str]
    written: list[str]


@torch.no_grad()
def look_while_writing(
    network: EncoderDecoder,
    vocabularies: tuple[Vocabulary, Vocabulary],
    text: Sequence[int],
    target: Sequence[int],
) -> Looked | None:
    """Attention over a text while a target of it is written.

    Args:
        network: in evaluation mode.
        vocabularies: of texts and of targets.
        text: T token ids.
        target: U - 1 token ids, without the end mark.

    Returns:
        None without attention, or where a picture of it could not be read.
    """
    if network.attention is None or max(len(text), len(target)) > LONGEST:
        return None
    read, written = (("", REPLACEMENT, *vocabulary.tokens) for vocabulary in vocabularies)
    ids, lengths = alone(network, text)
    weights = network.attention_weights(ids, lengths, ids.new_tensor([[EOS, *target]]))
    assert weights is not None
    return Looked(
        weights[0].float().cpu().numpy(),
        [read[token] for token in text],
        [*(written[token] for token in target), ""],
    )


def draw_attention(looked: Sequence[Looked]) -> Any:
    """A matplotlib figure of some texts, at least one."""
    from charlab.figures.attention import attention_figure  # matplotlib takes half a second

    weights, read, written = zip(*looked, strict=True)
    return attention_figure(weights, read, written)
