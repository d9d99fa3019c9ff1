"""The likeliest targets of a text, each with its probability."""

from collections.abc import Sequence
from math import exp
from typing import Any

from torch import Tensor

from charlab.data.queries import Asking
from charlab.data.tokens.ragged import EncodedSplit
from charlab.data.tokens.vocabulary import Vocabulary
from charlab.decoding.generation_config import MOST_BEAMS, require_whole
from charlab.decoding.transduction import Transduction, alone, transduce
from charlab.errors import ConfigError
from charlab.evaluation.prediction import Ranked, RankedPredictor
from charlab.models.encoder_decoder import EncoderDecoder
from charlab.tasks.transduce.attention import (
    LONGEST,
    Looked,
    draw_attention,
    look_while_writing,
)

_PANELS = 8  # texts in a picture of attention


class TargetPredictor(RankedPredictor):
    """Writes the likeliest targets of each text.

    Args:
        network: the encoder-decoder.
        asking: reads texts as training read its own.
        vocabulary: the targets'.
        max_length: tokens of a target at most.
    """

    kind = "target"

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

    def answers(self, texts: EncodedSplit, read: Sequence[str]) -> list[Ranked]:
        """The likeliest targets with their probabilities, the best first."""
        found: list[Ranked] = [[] for _ in read]
        for places, batch in self.batches(texts):
            assert batch.lengths is not None
            written = self._transduce(batch.ids, batch.lengths)
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
        ((best, *_),) = self._transduce(*alone(self.network, text))
        return best.ids

    def _transduce(self, ids: Tensor, lengths: Tensor) -> list[list[Transduction]]:
        width = self.beam_width
        return transduce(
            self.network, ids, lengths, width=width, count=width, max_length=self._max_length
        )

    def alternatives(self, top: int) -> int:
        """No more than the beam is wide."""
        return min(top, self.beam_width)
