import subprocess
import sys
import unicodedata

import pytest

from charlab.decoding.generation_config import GenerationConfig
from charlab.errors import ConfigError


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"length": 0}, r"^length= must be at least 1, got 0$"),
        ({"length": 2.5}, r"^length= must be a whole number, got 2.5$"),
        ({"length": True}, r"^length= must be a whole number"),
        ({"temperature": -0.1}, r"^temperature= must be 0 \(greedy\) or more, got -0.1$"),
        ({"temperature": float("nan")}, r"^temperature= must be a finite number"),
        ({"temperature": "warm"}, r"^temperature= must be a finite number, got 'warm'$"),
        ({"top_k": 0}, r"^top_k= must be at least 1, got 0$"),
        ({"top_p": 0.0}, r"^top_p= must be above 0 and at most 1, got 0.0$"),
        ({"top_p": 1.1}, r"^top_p= must be above 0 and at most 1, got 1.1$"),
        ({"min_length": -1}, r"^min_length= must be at least 0, got -1$"),
        ({"min_length": 9, "length": 8}, r"^min_length=9 is above length=8$"),
        ({"stop": ""}, r"^stop= is empty"),
        ({"stop": "end", "banned": "xn"}, r"^stop= holds 'n', which banned= keeps"),
        ({"beam_width": 0}, r"^beam_width= must be at least 1, got 0$"),
        ({"beam_width": 3, "temperature": 0.0}, r"^temperature= is about drawing and beam_width="),
        ({"beam_width": 3, "top_k": 5}, r"^top_k= is about drawing and beam_width="),
        ({"beam_width": 3, "top_p": 0.5}, r"^top_p= is about drawing and beam_width="),
        ({"seed": -1}, r"^seed= must be at least 0, got -1$"),
        ({"seed": 2**64}, r"^seed= must be below 2\*\*64"),
        ({"unknown": "skip"}, r"^unknown= must be error or mark, got 'skip'$"),
    ],
)
def test_bad_settings_are_refused_in_one_line(values, message):
    with pytest.raises(ConfigError, match=message) as caught:
        GenerationConfig(**values)
    assert "\n" not in str(caught.value)


def test_good_settings_pass():
    settings = GenerationConfig(temperature=0, top_k=1, top_p=1, min_length=200, seed=2**64 - 1)
    assert settings.length == 200
    assert GenerationConfig(beam_width=4, seed=1, min_length=2, stop="\n").beam_width == 4


def test_settings_are_checked_without_torch():
    code = "import sys, charlab.decoding.generation_config; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": "src"})


def test_texts_take_a_models_spelling():
    def spell(text):
        return unicodedata.normalize("NFC", text).lower()

    settings = GenerationConfig(stop="E\u0301ND", banned="a\u0301X").spelled(spell)
    assert (settings.stop, settings.banned) == ("énd", "áx")
    assert GenerationConfig(temperature=0.5).spelled(spell) == GenerationConfig(temperature=0.5)
    with pytest.raises(ConfigError, match="stop= holds 'x', which banned="):
        GenerationConfig(stop="X", banned="x").spelled(spell)
    with pytest.raises(ConfigError, match="leaves nothing of it"):
        GenerationConfig(stop="日").spelled(lambda text: text.encode("ascii", "ignore").decode())
    with pytest.raises(ConfigError, match="reads as two characters"):
        GenerationConfig(banned="e\u0301").spelled(str)
    assert GenerationConfig(banned="\u0301e").spelled(str).banned == "\u0301e"


@pytest.mark.parametrize("values", [{"stop": 5}, {"banned": None}, {"banned": ["a", "b"]}])
def test_texts_are_texts(values):
    with pytest.raises(ConfigError, match="must be text"):
        GenerationConfig(**values)
