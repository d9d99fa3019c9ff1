"""The likeliest targets of texts against all that there are, and the picture of attention."""

from itertools import product

import pytest
import torch
from matplotlib.figure import Figure

from charlab.data.queries import Asking
from charlab.data.tokens import make_vocabulary
from charlab.data.tokens.vocabulary import EOS
from charlab.errors import ConfigError
from charlab.models import build_model
from charlab.models.encoder_decoder import EncoderDecoder
from charlab.tasks.transduce.predictor import TargetPredictor

READ, WRITTEN = make_vocabulary("char", [*"abé"]), make_vocabulary("char", [*"xя"])
LONGEST = 3


def predictor(attention: str = "general", longest: int = LONGEST) -> TargetPredictor:
    torch.manual_seed(4)
    size = {"hidden_size": 4, "embedding_size": 3}
    encoder = build_model("gru", vocabulary_size=READ.size, bidirectional=True, **size)
    decoder = build_model("gru", vocabulary_size=WRITTEN.size, **size)
    network = EncoderDecoder(encoder, decoder, attention).double().eval()
    with torch.no_grad():
        network.output.weight.mul_(6)  # answers that differ
    return TargetPredictor(network, Asking("names", "nfc", READ), WRITTEN, longest)


@torch.no_grad()
def every_target(network: EncoderDecoder, text: str) -> list[tuple[str, float]]:
    """All targets that end in time with their probabilities, the best first."""
    ids = torch.from_numpy(READ.encode(text))[None]
    found = []
    for letters in (each for n in range(LONGEST) for each in product("xя", repeat=n)):
        target = WRITTEN.encode("".join(letters)).tolist()
        given = torch.tensor([[EOS, *target]])
        p = network(ids, torch.tensor([len(text)]), given).softmax(-1)[0]
        rows = zip(p, [*target, EOS], strict=True)
        found.append(("".join(letters), float(torch.stack([row[i] for row, i in rows]).prod())))
    return sorted(found, key=lambda pair: -pair[1])


def test_a_wide_search_finds_the_likeliest_of_all_targets() -> None:
    asked = predictor()
    asked.search_with(7)
    texts = ["é", "abbaé", "ab", " b "]
    for text, answer in zip(texts, asked.predict(texts), strict=True):
        expected = every_target(asked.network, text.strip())
        assert len(expected) == 7
        assert [target for target, _ in answer] == [target for target, _ in expected]
        assert [p for _, p in answer] == pytest.approx([p for _, p in expected])


def test_a_row_of_a_table_is_full_where_fewer_targets_were_found() -> None:
    asked = predictor(longest=1)  # nothing but the empty target ends in time
    asked.search_with(2)
    (answer,) = asked.predict(["ab"])
    ((target, p),) = answer
    assert target == ""
    assert asked.columns(3) == ["target", "probability", "target_2", "probability_2"]
    assert asked.cells(answer, 3) == ["", f"{p:.6f}", "", ""]
    assert asked.columns(1) == ["target", "probability"]
    several = [("я", 0.5), ("x", 0.25), ("xx", 0.125)]
    assert asked.line(several, 2) == "я 0.500  x 0.250"
    assert asked.cells(several, 9) == ["я", "0.500000", "x", "0.250000"]
    targets = [{"target": "я", "probability": 0.5}, {"target": "x", "probability": 0.25}]
    assert asked.record(several, 2) == {"targets": targets}


@pytest.mark.parametrize(
    ("width", "message"),
    [(0, "at least 1, got 0"), (10_001, "at most 10000, got 10001"), ("5", "a whole number, .*"),
     (2.0, "a whole number, .*"), (True, "a whole number, .*")],
)  # fmt: skip
def test_a_search_of_no_width_is_refused(width: int, message: str) -> None:
    asked = predictor()
    with pytest.raises(ConfigError, match=f"^beam_width= must be {message}$"):
        asked.search_with(width)
    assert asked.beam_width == 5


def test_a_picture_of_attention_shows_the_first_texts_and_their_likeliest_targets() -> None:
    asked = predictor()
    texts = ["", "a" * 61, *["ab", "é"] * 5]
    figure = asked.attention_figure(texts)
    assert isinstance(figure, Figure)
    assert len(figure.axes) == 8
    for axes, text in zip(figure.axes, ["ab", "é"] * 4, strict=True):
        assert [label.get_text() for label in axes.get_xticklabels()] == [*text]
        best = every_target(asked.network, text)[0][0]
        written = [label.get_text().removesuffix(" Cyrillic") for label in axes.get_yticklabels()]
        assert written == [*best, "end"]


@pytest.mark.parametrize(
    ("attention", "texts", "message"),
    [
        ("none", ["ab"], "attention=: this network was trained with task.attention=none .*"),
        ("general", ["", "a" * 61], "attention=: no text has from 1 to 60 characters .*"),
        ("general", [], "attention=: no text has from 1 to 60 characters .*"),
    ],
)
def test_where_nothing_can_be_shown_it_is_said_in_one_line(
    attention: str, texts: list[str], message: str
) -> None:
    with pytest.raises(ConfigError, match=f"^{message}$"):
        predictor(attention).attention_figure(texts)
