"""What a validation shows of transduction: texts with what becomes of them, and attention."""

from charlab.data.tokens.vocabulary import Vocabulary
from charlab.decoding.transduction import alone, transduce_greedily
from charlab.evaluation.trained_network import TrainedNetwork, ValidationWriter
from charlab.models.encoder_decoder import EncoderDecoder
from charlab.tasks.transduce.attention import Looked, draw_attention, look_while_writing
from charlab.tasks.transduce.references import documents_of, targets_of_texts

SHOWN = 4  # texts that a validation shows


def show_targets(
    trained: TrainedNetwork[EncoderDecoder],
    vocabularies: tuple[Vocabulary, Vocabulary],
    max_length: int,
    writer: ValidationWriter,
    step: int,
) -> None:
    """Shows what becomes of some texts, and where the decoder looks meanwhile.

    Args:
        trained: the network with its data.
        vocabularies: of texts and of targets.
        max_length: tokens of a target that is written, at most.
        writer: where to show it.
        step: of the run.
    """
    split = trained.corpus.splits.get("val")
    if split is None or split.targets is None:
        return
    assert split.texts is not None
    source, target = vocabularies
    known = targets_of_texts(split)
    rows = zip(documents_of(split), documents_of(split.targets), split.texts.tolist(), strict=True)
    places = {number * split.documents // SHOWN for number in range(SHOWN)}
    chosen = [row for place, row in enumerate(rows) if place in places]
    lines: list[str] = []
    looked: list[Looked] = []
    for text, right, number in chosen:
        (best,) = transduce_greedily(trained.network, *alone(trained.network, text), max_length)
        is_right = tuple(best) in known[number]
        verdict = "right" if is_right else f"it is {target.decode(right)}"
        lines.append(f"{source.decode(text)} → {target.decode(best)} ({verdict})")
        if (one := look_while_writing(trained.network, vocabularies, text, best)) is not None:
            looked.append(one)
    writer.text("samples", "\n".join(lines), step)
    if looked:
        from charlab.figures import spare, to_image  # matplotlib takes half a second

        with spare("val/attention"):
            writer.image("val/attention", to_image(draw_attention(looked)), step)
