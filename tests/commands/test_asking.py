"""What is asked of trained networks: prompts, texts and labels in any spelling."""

import csv
import subprocess
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

import charlab
from charlab.decoding.generation_config import GenerationConfig
from charlab.errors import CharlabError, ConfigError, DataError, UnknownCharacterError
from charlab.evaluation.novelty import SequenceNovelty
from tests.support.in_process import in_process
from tests.support.shell import TINY, only_run, through_bash

pytestmark = pytest.mark.usefixtures("undrawn")

Command = Callable[..., "subprocess.CompletedProcess[str]"]


def trained(root: Path, *arguments: str) -> Path:
    done = in_process("train.py", *arguments, f"output_dir={root}", *TINY, "trainer.max_steps=5")
    assert done.returncode == 0, done.stderr
    return only_run(root)


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory, names_folder: Path) -> Path:
    root = tmp_path_factory.mktemp("classifier")
    return trained(root, "task=classify", f"dataset.path={names_folder}")


@pytest.fixture(scope="module")
def namer(tmp_path_factory: pytest.TempPathFactory, names_folder: Path) -> Path:
    return trained(tmp_path_factory.mktemp("namer"), f"dataset.path={names_folder}")


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a text in lower case, accents composed, no tab and never four spaces."""
    root = tmp_path_factory.mktemp("writer")
    (root / "text.txt").write_text("The Königin saw THE sun;\nthe café, at end.\n" * 40)
    arguments = ["dataset=text", f"dataset.path={root / 'text.txt'}", "dataset.normalize=nfc+lower"]
    return trained(root, *arguments)


def test_a_blank_prompt_is_one(writer: Path, namer: Path) -> None:
    model = charlab.load(writer)
    (plain,) = model.generate(temperature=0, length=9)
    for prompt in ("    ", "\n\n"):
        (sample,) = model.generate(prompt, temperature=0, length=9)
        assert sample.text.startswith(prompt)
        assert sample.log_probability != plain.log_probability
        done = in_process("sample.py", f"run={writer}", f"prompt={prompt}", "length=2")
        assert done.stdout.startswith(prompt)
    for blank in ("\t", "  \u3000"):
        for ask in (model.generate, model.score, charlab.load(namer).generate):
            with pytest.raises(UnknownCharacterError, match="lacks"):
                ask(blank)
        assert in_process("sample.py", f"run={writer}", f"prompt={blank}").returncode == 1
    blank_score, empty_score = (charlab.load(namer).score(t, label="Orkish") for t in ("g", ""))
    assert blank_score.predictions == 2
    assert empty_score.predictions == 1
    assert model.score("    ").predictions == 3


def test_texts_around_generation_take_the_models_spelling(writer: Path) -> None:
    model = charlab.load(writer)
    for generation_options in ({"stop": "T"}, {"banned": "E"}, {"banned": "E\u0301"}):
        plain = {
            key: unicodedata.normalize("NFC", text).lower()
            for key, text in generation_options.items()
        }
        ask = {"count": 30, "length": 40, "seed": 3}
        samples = model.generate("The", **ask, **generation_options)
        assert samples == model.generate("the", **ask, **plain)
        assert samples == model.generate(
            "THE", **ask, settings=GenerationConfig(**generation_options)
        )
        assert samples != model.generate("the", **ask)
    assert any("e" in s.continuation for s in model.generate("", banned="e\u0301", count=30))
    with pytest.raises(ConfigError, match=r"unknown setting 'temprature': did you mean 'temper"):
        model.generate("the", temprature=1)


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_label_in_any_form(namer: Path, form: str) -> None:
    label = unicodedata.normalize(form, "Èlfico")
    model = charlab.load(namer)
    samples = {s.label for s in model.generate(label=label, count=3, length=3)}
    assert len(samples) == 1
    assert unicodedata.normalize("NFC", samples.pop() or "") == "Èlfico"
    spaced, plain = model.score("lae ", label=f" {label}"), model.score("lae", label=label)
    assert spaced.log_probability == plain.log_probability


def test_asking_strips_as_training_did(classifier: Path, writer: Path) -> None:
    model = charlab.load(classifier)
    plain, spaced = model.classify(["grash", " grash\u00a0\n"])
    assert plain == spaced
    with pytest.raises(DataError, match="is empty to this model"):
        model.classify(["   "])


def test_what_was_never_seen_is_said(
    classifier: Path, tmp_path: Path, command_line: Command
) -> None:
    (ranking,) = charlab.load(classifier).classify(["grash北京"])
    assert ranking.unseen.share == pytest.approx(2 / 7)
    assert list(ranking.unseen.counts) == ["北", "京"]
    run = f"run={classifier}"
    done = command_line("predict.py", run, "text=grash北京")
    assert len(done.stdout.splitlines()) == 1
    said = "characters not known from training: 28.6% ('北', '京')"
    assert done.stderr.splitlines() == [said]
    assert command_line("predict.py", run, "text=grash").stderr == ""
    output = tmp_path / "x.csv"
    texts = "grash\n=北\n\n京京京x\n"
    done = command_line("predict.py", run, f"output={output}", "top=2", stdin=texts)
    assert "in 2 of 4 texts" in done.stderr
    with output.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == ["grash", "'=北", "", "京京京x"]
    assert [float(row["unseen_share"]) for row in rows] == [0, 1, 0, 1]
    assert [row["unseen"] for row in rows] == ["", "'= 北", "", "京 x"]
    assert [bool(row["label_2"]) for row in rows] == [True, True, False, True]


def test_copied_spans_leave_the_prompt_out(writer: Path) -> None:
    prompt = "The Königin saw THE sun;\nthe café" * 9
    for more in ("count=2", "count=1"):
        done = in_process("sample.py", f"run={writer}", f"prompt={prompt}", "length=3", more)
        spans = (done.stdout + done.stderr).split("longest span copied from the training text: ")
        assert len(spans) > 1
        assert all(int(span.split()[0]) <= 3 for span in spans[1:])


def test_a_string_for_a_list_of_texts(classifier: Path, writer: Path) -> None:
    with pytest.raises(ConfigError, match=r"classify\(\['alem'\]\)"):
        charlab.load(classifier).classify("alem")
    with pytest.raises(ConfigError, match="a list of texts"):
        SequenceNovelty("alem")
    model = charlab.load(writer)
    for wrong in (["the"], None, 5, b"the"):
        for ask in (model.generate, model.score):
            with pytest.raises(CharlabError, match="a text is asked for"):
                ask(wrong)
        with pytest.raises(CharlabError, match="a text is asked for"):
            charlab.load(classifier).classify([wrong])


def test_values_of_a_wrong_kind_are_one_line(namer: Path) -> None:
    model = charlab.load(namer)
    for values in ({"count": "3"}, {"count": -1}, {"label": 5}, {"unknown": "ignore"}, {"stop": 1}):
        with pytest.raises(ConfigError):
            model.generate("la", **values)
    with pytest.raises(ConfigError, match="unknown= must be error or mark"):
        model.score("la", label="Orkish", unknown="ignore")


def test_lines_are_safe_on_a_screen(classifier: Path, tmp_path: Path) -> None:
    done = in_process("evaluate.py", f"run={tmp_path}/\x1b[2J\u202e\nerror: all is well")
    assert done.stderr.splitlines()[1:] == []
    assert r"\x1b[2J\u202e\nerror: all is well" in done.stderr


@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-", ">&- 2>&- <&-", ">/dev/full"])
@pytest.mark.parametrize(("script", "word"), [("sample.py", "--help"), ("train.py", "modl=2")])
def test_closed_streams(script: str, word: str, closed: str) -> None:
    done = through_bash(script, word, redirect=closed)
    assert done.returncode == (script == "train.py" or closed == ">/dev/full")
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.slow
def test_an_answer_without_streams(classifier: Path, tmp_path: Path) -> None:
    arguments = [f"run={classifier}", "text=la", f"output={tmp_path / 'x.csv'}"]
    done = through_bash("predict.py", *arguments, redirect=">&- 2>&- <&-")
    assert done.returncode == 0
    assert len((tmp_path / "x.csv").read_text().splitlines()) == 2
    assert through_bash("predict.py", arguments[0], stdin="la\n", redirect="<&-").stderr == (
        "error: standard input is empty: there is nothing to answer\n"
    )
