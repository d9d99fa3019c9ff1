"""The network unrolled: boxes, and exact numbers at arrows."""

from charlab.figures.unfolded import Example, Reading, Unfolding, unfolded_figure
from tests.support.figures import drawn


def reading(**changes: object) -> Reading:
    facts = {
        "cell": "LSTM",
        "parts": ("hidden", "cell"),
        "vocabulary": 1234,
        "embedding": 16,
        "one_hot": False,
        "hidden": 32,
        "layers": 2,
        "bidirectional": False,
        "conditions": 0,
        "parameters": (19744, 6400, 8448),
    }
    return Reading(**{**facts, **changes})  # type: ignore[arg-type]


def texts(network: Unfolding, example: Example) -> list[str]:
    figure = unfolded_figure(network, example, "$a$")
    drawn(figure)
    return [text.get_text() for text in figure.axes[0].texts]


def test_every_step_of_every_layer_and_its_sizes() -> None:
    found = texts(
        Unfolding(reading(), 1234, 40722, total=75314),
        Example(["a", "b", "c"], ["b", "c", "d"], batch=8),
    )
    assert found.count("LSTM") == 6
    assert found.count("linear") == 3
    assert found.count("h, c\n32") == 4
    assert found.count("16") == 3
    assert found.count("1,234") == 3
    assert "logits (8, T, 1,234)" in found
    assert "LSTM layer 2\n8,448 parameters" in found
    assert "$a$ · 75,314 parameters" in found


def test_one_answer_for_all_steps() -> None:
    both = reading(bidirectional=True)
    for pooling, arrows in (("mean", 3), ("last", 0)):
        network = Unfolding(both, 5, 325, pooling, 64, total=1)
        found = texts(network, Example(["a", "b", "c"], ["Polish"], batch=8))
        assert found.count("LSTM") == 12
        assert found.count("linear") == 1
        assert found.count("64") - 3 == arrows + 1  # into layer 2, into the pooling, into the head
        assert "Polish" in found


def test_an_encoder_and_a_decoder_that_looks_at_it() -> None:
    network = Unfolding(
        reading(bidirectional=True),
        9,
        99,
        writing=reading(),
        attention="general",
        bridge=77,
        total=1,
    )
    found = texts(network, Example(["a", "b"], ["x", "y", "⊣"], ["⊢", "x", "y"], 4))
    assert found.count("combine") == 3
    assert "attention (general): softmax over T" in found
    assert "context (4, U, 64)" in found
    assert any("77" in text for text in found)
