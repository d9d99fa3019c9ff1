"""What networks gain on n-grams is a paired difference over splits."""

import importlib.util
from pathlib import Path

import pytest

FILE = Path(__file__).parents[2] / "experiments" / "names_tutorial" / "ngram.py"


@pytest.fixture
def module():
    spec = importlib.util.spec_from_file_location("ngram", FILE)
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_the_gain_and_its_interval(module):
    ngrams = [{"split": s, **dict.fromkeys(module.METRICS, 0.5)} for s in (1, 2, 3)]
    runs = [
        {
            "command": f"python train.py experiment=x dataset.split.seed={split}",
            "metrics": dict.fromkeys(module.METRICS, 0.5 + split / 10 + luck),
        }
        for split in (1, 2, 3)
        for luck in (-0.02, 0.02)  # of two seeds, whose mean counts
    ]
    # gains 0.1, 0.2, 0.3: mean 0.2, deviation 0.1, t(2) = 4.3027, half 0.2484
    first, *_ = module.compared(ngrams, runs)
    assert first == (
        "python train.py experiment=x: test/accuracy 0.7000, n-grams 0.5000, "
        "difference +0.2000 ± 0.2484"
    )
    assert len(list(module.compared(ngrams, runs))) == len(module.METRICS)


def test_the_page_says_what_is_kept(module, capsys):
    module.main(["compare"])
    page = (FILE.parent / "README.md").read_text().replace("−", "-")
    for line in capsys.readouterr().out.splitlines():
        gain = line.rpartition("difference ")[2].lstrip("+")
        assert gain in page
