"""``evaluate.py``: figures on the screen and in files, of one run and of several."""

import json
import re
from pathlib import Path

import pytest

import charlab
from tests.support.golden_runs import CLASSIFY, GENERATE, TEXT, load
from tests.support.golden_runs import DATA as GOLDEN_DATA
from tests.support.in_process import in_process

DATA = f"dataset.path={GOLDEN_DATA[CLASSIFY]}"
OF_TEXT = [f"run={TEXT}", f"dataset.path={GOLDEN_DATA[TEXT]}"]


def figures(shown: str) -> dict[str, float]:
    """What a command shows of one run, by name."""
    found = re.findall(r"^  (\w+/\w+) +([\d.,]+)$", shown, re.M)
    return {name: float(value.replace(",", "")) for name, value in found}


@pytest.mark.parametrize("split", ["val", "test"])
def test_the_figures_of_a_run_are_those_of_the_python_api(split: str, tmp_path: Path) -> None:
    output, figure = tmp_path / "ü.json", tmp_path / "x.png"
    words = [f"run={CLASSIFY}", DATA, f"split={split}", f"output={output}", f"figure={figure}"]
    done = in_process("evaluate.py", *words)
    assert done.returncode == 0, done.stderr
    model = load(CLASSIFY)
    expected = model.evaluate(split)
    assert figures(done.stdout) == pytest.approx(expected, abs=1e-6)
    assert json.loads(output.read_text(encoding="utf-8")) == pytest.approx(expected)
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert done.stderr == f"run: {model.path}\n"
    rows = [line.split() for line in done.stdout.splitlines()]
    documents = sum(int(row[1]) for row in rows if row[0] in model.labels)
    assert documents == expected[f"{split}/documents"]


def test_how_many_characters_are_read_at_once_changes_no_figure() -> None:
    one, all_ = (
        in_process("evaluate.py", f"run={CLASSIFY}", DATA, f"batch_characters={n}")
        for n in (1, 10**6)
    )
    assert figures(one.stdout) == pytest.approx(figures(all_.stdout), abs=2e-6)


def test_the_command_says_the_average_and_each_member(tmp_path: Path) -> None:
    output, figure = tmp_path / "x.json", tmp_path / "x.png"
    words = [f"run={CLASSIFY}", f"run={GENERATE}", DATA, f"output={output}", f"figure={figure}"]
    done = in_process("evaluate.py", *words)
    assert done.returncode == 0, done.stderr
    written = json.loads(output.read_text())
    mixed = charlab.ensemble([load(CLASSIFY), load(GENERATE)])
    found = mixed.evaluate()
    assert {name: written[name] for name in found} == pytest.approx(found)
    rows = re.findall(r"^  (average|run \d) +([\d.]+) ", done.stdout, re.M)
    alone = [mixed.members[0].evaluate(), mixed.members[1].evaluate(as_classifier=True)]
    for (_, said), metrics in zip(rows, [found, *alone], strict=True):
        assert float(said) == pytest.approx(metrics["test/loss"], abs=1e-6)
    assert written["members/2/test/loss"] == alone[1]["test/loss"]
    assert written["members/1/run"] == str(mixed.members[0].path)
    assert figure.read_bytes().startswith(b"\x89PNG")
    listed = in_process("evaluate.py", f"run={CLASSIFY},{GENERATE}", DATA, "as=classify")
    assert listed.stdout == done.stdout


def test_a_network_that_learns_next_to_nothing_as_it_reads_stays_as_it_is() -> None:
    words = ["dynamic_lr=1e-12", "dynamic_decay=0", "dynamic_length=200"]
    done = in_process("evaluate.py", *OF_TEXT, *words)
    assert done.returncode == 0, done.stderr
    found = figures(done.stdout)
    for name in ("loss", "perplexity", "bits_per_char"):
        # Read in one lane from its beginning, or in several with some text before each.
        assert found[f"test/dynamic_{name}"] == pytest.approx(found[f"test/{name}"], rel=1e-3)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("batch_characters=0", "batch_characters= must be at least 1, got 0"),
        ("dynamic_lr=0", "dynamic_lr= must be above 0, got 0"),
        ("dynamic_lr=-1e-3", "dynamic_lr= must be above 0, got -0.001"),
        ("dynamic_lr=1 dynamic_decay=1.5", "dynamic_decay= must be from 0 to 1, got 1.5"),
        ("dynamic_lr=1 dynamic_decay=nan", "dynamic_decay= must be from 0 to 1, got nan"),
        ("dynamic_lr=1 dynamic_length=0", "dynamic_length= must be at least 1, got 0"),
        ("dynamic_lr=1 as=classify", "as= tells labels and dynamic_lr= predicts text: leave one"),
        ("dynamic_lr=1", "dynamic_lr= is for runs that predict the next character of long text"),
        ("figure=x.png", "figure= draws a confusion matrix, and task=generate has none"),
        ("split=validation", "split= must be one of train, val, test, got 'validation': did"),
        ("output=no/such/x.json", "cannot write output="),
        ("run=no/\x1b[2J\u202e\nwhere", r"there is no run no/\x1b[2J\u202e\nwhere"),
    ],
)
def test_what_cannot_be_is_one_line(words: str, message: str) -> None:
    words_ = words.split(" ")
    run = [] if words.startswith("run=") else [f"run={GENERATE}"]
    done = in_process("evaluate.py", *run, DATA, *words_)
    assert done.returncode == 1
    (line,) = (text for text in done.stderr.splitlines() if not text.startswith("run: "))
    assert line.startswith("error: ")
    assert message in line


def test_a_rate_that_is_too_high_is_said() -> None:
    done = in_process("evaluate.py", *OF_TEXT, "dynamic_lr=nan", "dynamic_length=200")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "error: dynamic_lr=nan is too high: the weights have blown up"
    ]
