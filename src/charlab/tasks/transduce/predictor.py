"""The likeliest targets of a text, each with its probability."""

from collections.abc import Sequence
from math import exp

from charlab.data.queries import Asking
from charlab.data.tokens.ragged import EncodedSplit
from charlab.data.tokens.vocabulary import Vocabulary
from charlab.decoding.generation_config import MOST_BEAMS, require_whole
from charlab.decoding.transduction import transduce
from charlab.evaluation.prediction import Predictor
from charlab.models.encoder_decoder import EncoderDecoder

Targets = list[tuple[str, float]]


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
