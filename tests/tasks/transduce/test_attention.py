"""Where a decoder looks: weights step by step, and the names of what it reads and writes."""

import pytest
import torch
from matplotlib.figure import Figure

from charlab.data.tokens import make_vocabulary
from charlab.data.tokens.vocabulary import EOS, UNK, Vocabulary
from charlab.models import build_model
from charlab.models.encoder_decoder import EncoderDecoder
from charlab.tasks.transduce.attention import LONGEST, draw_attention, look_while_writing

READ, WRITTEN = make_vocabulary("char", [*"abcé "]), make_vocabulary("symbol", ["AH0", "K", "語"])


def network(source: Vocabulary = READ, attention: str = "general") -> EncoderDecoder:
    torch.manual_seed(0)
    size = {"hidden_size": 4, "embedding_size": 3}
    encoder = build_model("gru", vocabulary_size=source.size, bidirectional=True, **size)
    decoder = build_model("gru", vocabulary_size=WRITTEN.size, **size)
    return EncoderDecoder(encoder, decoder, attention).eval()


@pytest.mark.parametrize("attention", ["dot", "general", "additive"])
def test_weights_are_those_of_writing_step_by_step(attention: str) -> None:
    model = network(attention=attention)
    text, target = READ.encode("é ab").tolist(), WRITTEN.encode("K 語 AH0").tolist()
    looked = look_while_writing(model, (READ, WRITTEN), text, target)
    assert looked is not None
    assert looked.read == ["é", " ", "a", "b"]
    assert looked.written == ["K", "語", "AH0", ""]
    with torch.no_grad():
        state, memory = model.encode(torch.tensor([text]), torch.tensor([4]))
        for newest, row in zip([EOS, *target], looked.weights, strict=True):
            _, state, weights = model.step(torch.tensor([newest]), state, memory)
            assert weights is not None
            assert row == pytest.approx(weights[0].numpy(), abs=1e-6)
    assert looked.weights.sum(axis=1) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "target", "seen"),
    [(1, 0, True), (LONGEST, LONGEST, True), (LONGEST + 1, 1, False), (1, LONGEST + 1, False)],
)
def test_what_is_too_long_to_be_read_in_a_picture_is_left_out(
    text: int, target: int, seen: bool
) -> None:
    looked = look_while_writing(network(), (READ, WRITTEN), [2] * text, [2] * target)
    assert (looked is not None) is seen
    if looked is not None:
        assert looked.weights.shape == (target + 1, text)


def test_without_attention_nothing_is_looked_at() -> None:
    assert look_while_writing(network(attention="none"), (READ, WRITTEN), [2], [2]) is None


def test_parts_of_a_character_and_unknown_ones_have_names() -> None:
    source = make_vocabulary("byte", ())
    text = source.encode("é").tolist()
    looked = look_while_writing(network(source), (source, WRITTEN), text, [2])
    assert looked is not None
    assert looked.read == ["<0xC3>", "<0xA9>"]
    looked = look_while_writing(network(), (READ, WRITTEN), [UNK, 2], [UNK])
    assert looked is not None
    assert (looked.read, looked.written) == (["\ufffd", " "], ["\ufffd", ""])


def test_each_text_has_a_panel() -> None:
    model = network()
    some = [
        look_while_writing(model, (READ, WRITTEN), READ.encode(text).tolist(), [2])
        for text in ("ab", "éca")
    ]
    figure = draw_attention([one for one in some if one is not None])
    assert isinstance(figure, Figure)
    read = [[label.get_text() for label in axes.get_xticklabels()] for axes in figure.axes]
    assert read == [["a", "b"], ["é", "c", "a"]]
