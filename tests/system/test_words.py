import pytest

from charlab.system.words import counted, spelled


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((0, "run"), "0 runs"),
        ((1, "run"), "1 run"),
        ((1.0, "minute"), "1 minute"),
        ((0.5, "minute"), "0.5 minutes"),
        ((12_031, "document"), "12,031 documents"),
        ((2, "process", "processes"), "2 processes"),
    ],
)
def test_one_is_singular(arguments: tuple[float, str], text: str) -> None:
    assert counted(*arguments) == text


def test_a_setting_is_spelled_as_it_is_typed() -> None:
    values = [None, True, 1, 0.5, "nfc", (0.9, 0.1, 0)]
    assert list(map(spelled, values)) == ["null", "true", "1", "0.5", "nfc", "[0.9,0.1,0]"]
