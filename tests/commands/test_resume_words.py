"""Which overrides a resumed run accepts."""

import pytest

from charlab.commands.resume import read_changes
from charlab.errors import ConfigError


def test_values_in_their_types() -> None:
    words = ["trainer.max_epochs=40", "trainer.max_steps=1e4", "trainer.max_minutes=null"]
    assert read_changes([*words, "trainer.progress=lines"]) == {
        "max_epochs": 40,
        "max_steps": 10_000,
        "max_minutes": None,
        "progress": "lines",
    }


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("trainer.max_epochs=0", r"trainer\.max_epochs must be at least 1, got 0"),
        ("trainer.max_epochs=ten", r"trainer\.max_epochs must be a whole number, got 'ten'"),
        ("trainer.max_minutes=nan", r"trainer\.max_minutes must be a number"),
        ("trainer.max_epoch=3", r"did you mean 'trainer\.max_epochs'"),
        ("model.hidden_size=3", r"model\.hidden_size cannot change in a resumed run"),
        ("trainer.validate_every=3", r"trainer\.validate_every cannot change"),
        ("seed=3", "seed cannot change"),
        ("model=gru", "model cannot change"),
        ("trainer.max_epochs", "not of the form key=value"),
    ],
)
def test_refusals(word: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        read_changes([word])


def test_all_refusals_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        read_changes(["seed=3", "model.dropout=0"])
    assert len(str(caught.value).splitlines()) == 2
