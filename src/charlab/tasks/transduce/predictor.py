"""The likeliest targets of a text, each with its probability."""

from collections.abc import Sequence
from math import exp
from typing import Any

import torch

from charlab.data.queries import Asking
from charlab.data.tokens.ragged import EncodedSplit
from charlab.data.tokens.vocabulary import Vocabulary
from charlab.decoding.generation_config import MOST_BEAMS, require_whole
from charlab.decoding.transduction import transduce
from charlab.errors import ConfigError
from charlab.evaluation.prediction import Predictor
from charlab.models.encoder_decoder import EncoderDecoder
from charlab.tasks.transduce.attention import (
    LONGEST,
    Looked,
    draw_attention,
    look_while_writing,
)

Targets = list[tuple[str, float]]
_PANELS = 8  # texts in a picture of attention


class TargetPredictor(Predictor[Targets]):
    """Writes the likeliest targets of each text.

    Args:
        network: the encoder-decoder.
        asking: reads texts as training read its own.
        vocabulary: the targets'.
        max_length: tokens of a target at most.
    """

    def __init__(
        self, network: EncoderDecoder, asking: Asking, vocabulary: Vocabulary, max_length: int
    ) -> None:
        super().__init__(network, asking)
        self._vocabulary = vocabulary
        self._max_length = max_length
        self.beam_width: int = 5

    def search_with(self, beam_width: int) -> None:
        """See :meth:`Predictor.search_with`."""
        require_whole("beam_width", beam_width, least=1, most=MOST_BEAMS)
        self.beam_width = beam_width

    def answers(self, texts: EncodedSplit, read: Sequence[str]) -> list[Targets]:
        """The likeliest targets with their probabilities, the best first."""
        found: list[Targets] = [[] for _ in read]
        for places, batch in self.batches(texts):
            assert batch.lengths is not None
            written = transduce(
                self.network,
                batch.ids,
                batch.lengths,
                width=self.beam_width,
                count=self.beam_width,
                max_length=self._max_length,
            )
            for place, best in zip(places.tolist(), written, strict=True):
                found[place] = [
                    (self._vocabulary.decode(each.ids), exp(each.log_probability)) for each in best
                ]
        return found

    def attention_figure(self, texts: Sequence[str]) -> Any:
        """See :meth:`Predictor.attention_figure`; of each text the likeliest target."""
        if self.network.attention is None:
            raise ConfigError(
                "attention=: this network was trained with task.attention=none and looks back at "
                "nothing, or is the average of several, which do not look at one place; leave it "
                "out, or take one run with attention"
            )
        vocabularies = (self.asking.vocabulary, self._vocabulary)
        looked: list[Looked] = []
        for text in texts:
            ids = self.asking.vocabulary.encode(self.asking.whole(text)).tolist()
            if ids and len(ids) <= LONGEST and len(looked) < _PANELS:
                one = look_while_writing(self.network, vocabularies, ids, self._likeliest(ids))
                looked += [] if one is None else [one]
        if not looked:
            raise ConfigError(
                f"attention=: no text has from 1 to {LONGEST} {self.asking.vocabulary.plural} (nor "
                "its target), and of longer ones a picture could not be read"
            )
        return draw_attention(looked)

    def _likeliest(self, text: Sequence[int]) -> list[int]:
        device = next(self.network.parameters()).device
        ((best, *_),) = transduce(
            self.network,
            torch.tensor([text], device=device),
            torch.tensor([len(text)], device=device),
            width=self.beam_width,
            count=self.beam_width,
            max_length=self._max_length,
        )
        return best.ids

    def columns(self, top: int) -> list[str]:
        """target and probability, target_2 and probability_2, …"""
        ranks = ["", *(f"_{n}" for n in range(2, self._shown(top) + 1))]
        return [f"{name}{n}" for n in ranks for name in ("target", "probability")]

    def cells(self, answer: Targets, top: int) -> list[object]:
        """Targets and probabilities in turn; empty cells where fewer were found."""
        pairs = answer[: self._shown(top)]
        cells: list[object] = [cell for text, p in pairs for cell in (text, f"{p:.6f}")]
        return cells + [""] * (2 * self._shown(top) - len(cells))

    def record(self, answer: Targets, top: int) -> dict[str, object]:
        """Targets with their probabilities."""
        return {"targets": [{"target": text, "probability": p} for text, p in answer[:top]]}

    def line(self, answer: Targets, top: int) -> str:
        """The same in one line."""
        return "  ".join(f"{text} {value:.3f}" for text, value in answer[:top])

    def _shown(self, top: int) -> int:
        return min(top, self.beam_width)
