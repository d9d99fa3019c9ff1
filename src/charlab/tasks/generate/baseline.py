"""The model beside which a generator's metrics are read: an interpolated trigram."""

from charlab.data.corpus import Corpus
from charlab.evaluation.bits_per_character import split_text
from charlab.evaluation.metrics import perplexity
from charlab.evaluation.ngram_baseline import InterpolatedTrigram
from charlab.evaluation.ngram_counts import predictions
from charlab.system.style import line
from charlab.system.terminal import say
from charlab.system.words import counted


def trigram_metrics(corpus: Corpus, *, conditional: bool) -> dict[str, float]:
    """Perplexity and bits per original character of a trigram model on the last part there is.

    Args:
        corpus: its train part is counted, its val part tunes the interpolation.
        conditional: whether the trigram is told the label too.
    """
    split = corpus.held_out
    if split is None:
        return {}
    trigram = InterpolatedTrigram(
        corpus.splits["train"],
        corpus.splits.get("val"),
        vocabulary_size=corpus.vocabulary.size,
        layout=corpus.layout,
        conditional=conditional,
    )
    if trigram.counted < predictions(corpus.splits["train"], corpus.layout):
        tokens = counted(trigram.counted, "token")
        say(line(f"the trigram model was counted on the first {tokens} of train"))
    encoded = corpus.splits[split]
    loss = trigram.loss(encoded)
    bits = split_text(corpus, split).bits_per_char(loss * predictions(encoded, corpus.layout))
    return {
        f"{split}/trigram_perplexity": perplexity(loss),
        f"{split}/trigram_bits_per_original_char": bits,
    }
