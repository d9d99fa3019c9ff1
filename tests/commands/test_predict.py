"""``predict.py`` and the rest of the commands for networks that tag and transduce."""

import csv
import json
import re
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import charlab
from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.errors import CheckpointError, ConfigError
from charlab.runs.checkpoint import load
from charlab.training import run as training
from tests.support.golden_runs import CLASSIFY
from tests.support.in_process import in_process
from tests.support.same_run import assert_same_run
from tests.support.shell import TINY, only_run
from tests.support.stop_after import StopAfter

pytestmark = pytest.mark.usefixtures("undrawn")


def trained(root: Path, *arguments: str) -> Path:
    done = in_process("train.py", *arguments, f"output_dir={root}", *TINY, "trainer.max_steps=5")
    assert done.returncode == 0, done.stderr
    return only_run(root)


WORDS = ["ab", "ba", "abba", "baab", "bab", "aab", "bba", "aaab"]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A table of sentences whose words have tags, and a file of pairs."""
    folder = tmp_path_factory.mktemp("files")
    sentences = [f"{one} {two}, {one}" for one in WORDS for two in WORDS]
    rows = [f'"{text}",{" ".join(word[0].upper() for word in text.split())}' for text in sentences]
    (folder / "tags.csv").write_text("\n".join(["text,tags", *rows, ""]))
    pairs = [f"{one}{two}\t{' '.join(two)}" for one in WORDS for two in WORDS]
    (folder / "pairs.tsv").write_text("\n".join(pairs))
    return folder


def settings(files: Path, task: str) -> list[str]:
    if task == "tag":
        table = f"dataset.path={files / 'tags.csv'}"
        return ["task=tag", "dataset=table", table, "dataset.tag_column=tags"]
    pairs = f"dataset.path={files / 'pairs.tsv'}"
    return ["task=transduce", "dataset=pairs", pairs, "dataset.target_unit=symbol"]


@pytest.fixture(scope="module", params=["tag", "transduce"])
def run(
    request: pytest.FixtureRequest, files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    root = tmp_path_factory.mktemp(request.param)
    return trained(root, *settings(files, request.param))


def test_answers_on_the_screen_and_in_files(run: Path, tmp_path: Path) -> None:
    model = charlab.load(run)
    texts = ["ab ba, ab", "", "bab"]
    (tmp_path / "in.txt").write_text("\n".join(texts))
    found = model.predict([text for text in texts if text])
    answers = [found[0], None, found[1]]
    for ending in ("csv", "tsv", "jsonl"):
        output = tmp_path / f"out.{ending}"
        words = [f"run={run}", f"input={tmp_path / 'in.txt'}", f"output={output}", "top=2"]
        done = in_process("predict.py", *words)
        assert done.returncode == 0, done.stderr
        text = output.read_text(encoding="utf-8")
        if ending == "jsonl":
            rows = [json.loads(line) for line in text.splitlines()]
            assert rows[1] == {"text": "", "unseen_share": 0.0, "unseen": []}
            for row, answer in zip(rows, answers, strict=True):
                if answer is not None and model.task == "tag":
                    assert [tuple(piece.values()) for piece in row["tags"]] == answer
                elif answer is not None:
                    told = [tuple(each.values()) for each in row["targets"]]
                    assert told == [tuple(pair) for pair in answer[:2]]
        else:
            rows = list(
                csv.DictReader(text.splitlines(), delimiter="\t" if ending == "tsv" else ",")
            )
            assert [row["text"] for row in rows] == texts
            key = "tags" if model.task == "tag" else "probability"
            assert [bool(row[key]) or row["text"] == "" for row in rows] == [True] * 3
    done = in_process("predict.py", f"run={run}", "text=ab")
    assert done.stdout.startswith("ab\t")
    assert len(done.stdout.splitlines()) == 1


def test_what_was_never_seen_is_said(tmp_path: Path) -> None:
    run = f"run={CLASSIFY}"
    done = in_process("predict.py", run, "text=heim北京")
    assert len(done.stdout.splitlines()) == 1
    said = "characters not known from training: 33.3% ('北', '京')"
    assert done.stderr.splitlines() == [said]
    assert in_process("predict.py", run, "text=heim").stderr == ""
    output = tmp_path / "x.csv"
    texts = "heim\n=北\n\n京京京x\n"
    done = in_process("predict.py", run, f"output={output}", "top=2", stdin=texts)
    assert "in 2 of 4 texts" in done.stderr
    with output.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["text"] for row in rows] == ["heim", "'=北", "", "京京京x"]
    assert [float(row["unseen_share"]) for row in rows] == [0, 1, 0, 1]
    assert [row["unseen"] for row in rows] == ["", "'= 北", "", "京 x"]
    assert [bool(row["label_2"]) for row in rows] == [True, True, False, True]


def test_a_beam_is_for_texts_that_are_written(run: Path) -> None:
    done = in_process("predict.py", f"run={run}", "text=ab", "beam_width=1", "top=3")
    if charlab.load(run).task == "transduce":
        assert done.returncode == 0
        assert done.stdout.count("  ") == 0  # one answer
        many = in_process("predict.py", f"run={run}", "text=ab", "top=8")
        assert many.stdout.count("  ") == 7
        with pytest.raises(ConfigError, match="beam_width= must be at least 1"):
            charlab.load(run).transduce(["ab"], beam_width=0)
        for width in ("3", 2.5, True, 10**9):
            with pytest.raises(ConfigError, match="beam_width= must be"):
                charlab.load(run).transduce(["ab"], beam_width=width)  # type: ignore[arg-type]
    else:
        assert done.returncode == 1
        assert done.stderr == "error: beam_width= is for networks that write texts: leave it out\n"


def test_attention_is_a_picture_of_the_first_texts(run: Path, tmp_path: Path) -> None:
    picture = tmp_path / "attention.png"
    (tmp_path / "in.txt").write_text("\n".join(["", "ab" * 40, "abba", "ba"]))
    ask = ["predict.py", f"run={run}", f"input={tmp_path / 'in.txt'}"]
    done = in_process(*ask, f"attention={picture}")
    if charlab.load(run).task == "tag":
        assert re.fullmatch("error: attention= is for networks that .*\n", done.stderr)
        assert done.returncode == 1
        assert not picture.exists()
        return
    assert done.returncode == 0, done.stderr
    assert picture.read_bytes().startswith(b"\x89PNG")
    figure = charlab.load(run).predictor.attention_figure(["", "ab" * 40, "abba", "ba"])
    assert [len(axes.get_xticks()) for axes in figure.axes] == [4, 2]
    for text, path in (("ab" * 40, picture), ("ab", tmp_path / "no" / "x.png")):
        done = in_process("predict.py", f"run={run}", f"text={text}", f"attention={path}")
        assert done.returncode == 1
        assert re.fullmatch("error: .*attention=.*\n", done.stderr), done.stderr


def test_a_terminal_gets_colours_and_a_pipe_none(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    ask = "predict.py", f"run={run}", "text=ab, \x1b[2Jb\tab"
    piped, done = in_process(*ask).stdout, in_process(*ask, terminal=True)
    assert "\x1b[3" not in piped
    plain = re.sub("\x1b\\[[0-9;]*m", "", done.stdout)
    assert "\x1b" not in plain
    assert plain != done.stdout
    assert "\\x1b[2Jb" in plain
    if charlab.load(run).task == "tag":
        legend, text = done.stdout.splitlines()
        colours = dict(re.findall("\x1b\\[([0-9;]+)m(\\w+)\x1b", legend))
        told = charlab.load(run).tag(["ab, \x1b[2Jb\tab"])[0]
        painted = re.findall("\x1b\\[([0-9;]+)m", text)
        assert [colours[code] for code in painted if code != "0"] == [each.tag for each in told]


def edit(**entries: Any) -> Callable[[dict[str, Any]], object]:
    return lambda data: data.update(entries)


def option(group: str, **entries: Any) -> Callable[[dict[str, Any]], object]:
    return lambda data: data["options"][group].update(entries)


TAMPERED = {
    "tag": [
        edit(tags=None),
        edit(tags="AB"),
        edit(tags=(1, 2)),
        edit(tags=("A",)),
        edit(tags=tuple(map(str, range(100_000)))),
        lambda data: data.pop("tags"),
        option("dataset", unit="word"),
        option("dataset", layout="auto"),
        option("task", tagged="nothing"),
        option("task", tagged="auto"),
    ],
    "transduce": [
        edit(target_symbols=None),
        edit(target_symbols="ab"),
        edit(target_symbols=(1, 2)),
        edit(target_symbols=()),
        edit(target_symbols=("a b", "c")),
        edit(target_symbols=tuple(map(str, range(100_000)))),
        lambda data: data.pop("target_symbols"),
        option("dataset", target_unit="byte"),
        option("dataset", layout="stream"),
        option("dataset", layout="auto"),
        option("task", max_length=None),
        option("task", max_length=0),
        option("task", attention="none"),
        option("task", attention="all"),
    ],
}


@pytest.mark.slow
def test_a_tampered_checkpoint_is_refused_in_one_line(run: Path, tmp_path: Path) -> None:
    for tamper in TAMPERED[charlab.load(run).task]:
        for name in ("best.ckpt", "last.ckpt"):
            (tmp_path / "checkpoints").mkdir(exist_ok=True)
            data = torch.load(run / "checkpoints" / name, weights_only=True)
            tamper(data)
            torch.save(data, tmp_path / "checkpoints" / name)
        for words in (["predict.py", "text=ab"], ["evaluate.py"]):
            done = in_process(words[0], f"run={tmp_path / 'checkpoints' / 'best.ckpt'}", *words[1:])
            assert done.returncode == 1
            assert re.fullmatch(r"error: .*checkpoint.*\n", done.stderr), done.stderr


def test_a_network_is_asked_what_it_can(run: Path) -> None:
    model = charlab.load(run)
    ask = {"tag": model.tag, "transduce": model.transduce}
    assert ask.pop(model.task)(["ab"])
    (other,) = ask.values()
    with pytest.raises(CheckpointError, match=f"was trained with task={model.task} and cannot"):
        other(["ab"])
    with pytest.raises(CheckpointError, match="cannot generate"):
        model.step("a")
    done = in_process("sample.py", f"run={run}")
    assert done.returncode == 1
    assert f"was trained with task={model.task}" in done.stderr


def test_it_is_measured_again(run: Path) -> None:
    done = in_process("evaluate.py", f"run={run}", "split=val", "batch_characters=7")
    assert done.returncode == 0, done.stderr
    stored = json.loads((run / "metrics.json").read_text())
    found = dict(line.split() for line in done.stdout.splitlines() if line.startswith("  val/"))
    for name in ("val/loss", "val/accuracy"):
        assert float(found[name]) == pytest.approx(stored[f"best/{name}"], rel=1e-4)


@pytest.mark.parametrize("task", ["tag", "transduce"])
@pytest.mark.parametrize(
    "model", ["lstm", *(pytest.param(name, marks=pytest.mark.slow) for name in ("vanilla", "gru"))]
)
def test_a_run_that_was_stopped_goes_on_exactly(
    files: Path,
    tmp_path: Path,
    compose_options: Callable[..., RunOptions],
    monkeypatch: pytest.MonkeyPatch,
    task: str,
    model: str,
) -> None:
    words = [*settings(files, task), *TINY, f"model={model}", "model.dropout=0.3"]
    words += ["dataset.batch_size=9", "trainer.max_epochs=2", "trainer.progress=none"]

    def train(name: str) -> training.Result:
        return training.train(prepare(compose_options(*words, f"output_dir={tmp_path / name}")))

    whole = train("whole")
    with monkeypatch.context() as patch:
        patch.setattr(training, "StopSignals", lambda: StopAfter(4, signal.SIGTERM))
        stopped = training.train(
            prepare(compose_options(*words, f"output_dir={tmp_path / 'part'}"))
        )
    assert stopped.status == "interrupted"
    checkpoint = load(stopped.folder / "checkpoints" / "last.ckpt")
    resumed = training.resume(checkpoint, checkpoint.options, stopped.folder)
    assert resumed.status == "completed"
    assert_same_run(whole.folder, resumed.folder)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["task=tag", "dataset=names"], "tagging needs tags and the documents have none"),
        (["task=transduce", "dataset=names"], "transduction needs targets and the documents have"),
        (["task=tag", "dataset.unit=word"], "task=tag reads texts of one of: char, byte"),
        (["task=transduce", "dataset.layout=stream"], "task=transduce turns whole texts"),
        (["task=transduce", "task.attention=loud"], "task.attention"),
        (["task=generate", "dataset.unit=symbol"], "task=generate reads texts of one of"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_line(
    words: list[str], message: str, tmp_path: Path, names_folder: Path
) -> None:
    place = [f"dataset.path={names_folder}"] if "dataset=names" in words else []
    done = in_process("train.py", *words, *place, f"output_dir={tmp_path}")
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
