"""What a loss says, said otherwise. Imports nothing heavy.

Loss is in nats per predicted token (generation: a character, a byte or a word) or per example
(classification), unweighted; perplexity is exp(loss); bits per token loss / ln 2. Bits per original
character (`charlab.evaluation.bits_per_character`) mean the same whatever the unit.
"""

import math


def token_metrics(loss: float, unit: str = "char") -> dict[str, float]:
    """A loss in nats per token and the same said otherwise: loss, perplexity, bits_per_<unit>."""
    return {"loss": loss, "perplexity": perplexity(loss), f"bits_per_{unit}": loss / math.log(2)}


def perplexity(loss: float) -> float:
    """``exp(loss)`` of a loss in nats."""
    return math.inf if loss >= 700 else math.exp(loss)  # which overflows at 710
