"""``export.py``: what it writes is the run's network."""

import json
import shutil
from importlib.util import find_spec
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
import torch

import charlab
from tests.goldens.make import HERE
from tests.support.in_process import in_process
from tests.support.shell import TINY, only_run

pytestmark = pytest.mark.usefixtures("undrawn")
RUNS = ("generate_names", "generate_text", "classify_names")


@pytest.fixture
def goldens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs and their data, in the folder that tests are in."""
    for path in ("data", "runs"):
        shutil.copytree(HERE / path, tmp_path / path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def said(script: str, *words: str, folder: Path) -> str:
    done = in_process(script, *words, folder=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(*words: str, folder: Path, script: str = "export.py") -> str:
    done = in_process(script, *words, folder=folder)
    assert done.returncode == 1
    (line,) = (text for text in done.stderr.splitlines() if not text.startswith("run: "))
    return line


@pytest.mark.parametrize("name", RUNS)
def test_commands_take_a_file_for_the_run(name: str, goldens: Path) -> None:
    run = f"run=runs/{name}"
    assert "read back" in said("export.py", run, folder=goldens)
    file = f"runs/{name}/export/model.safetensors"
    ask = [["evaluate.py", "split=val"]]
    if name.startswith("generate"):
        ask.append(["sample.py", "seed=3", "count=2", "length=40", "novelty=false"])
    else:
        ask.append(["predict.py", "text=Åsa"])
    for script, *words in ask:
        before = said(script, run, *words, folder=goldens).replace(
            f"runs/{name}/checkpoints/best.ckpt", file
        )
        assert said(script, f"run={file}", *words, folder=goldens) == before
    again = "output=again.safetensors"
    said("export.py", f"run={file}", again, folder=goldens)
    assert (goldens / "again.safetensors").read_bytes() == (goldens / file).read_bytes()
    line = refused(f"resume={file}", folder=goldens, script="train.py")
    assert "without the optimizer's state" in line


def test_a_file_is_the_same_network(goldens: Path) -> None:
    run = charlab.load("runs/generate_text")
    run.save("text.safetensors")
    file = charlab.load("text.safetensors")
    ids = torch.randint(2, run.vocabulary.size, (3, 20))
    for mine, theirs in zip(run.network(ids)[0], file.network(ids)[0], strict=True):
        assert torch.equal(mine, theirs)
    first = run.vocabulary.tokens[0]
    assert run.step(first) == file.step(first)
    assert run.generate(seed=1, length=30) == file.generate(seed=1, length=30)
    assert run.checkpoint.options == file.checkpoint.options
    assert run.metrics == file.metrics
    assert file.corpus.fingerprint == run.corpus.fingerprint


def test_a_run_is_not_gone_on_with_from_a_file_in_its_place(goldens: Path) -> None:
    folder = goldens / "runs" / "generate_names" / "checkpoints"
    said("export.py", "run=runs/generate_names", "output=x.safetensors", folder=goldens)
    for name in ("last.ckpt", "best.ckpt"):
        shutil.copy(goldens / "x.safetensors", folder / name)
    refused("resume=runs/generate_names", folder=goldens, script="train.py")


@pytest.mark.skipif(find_spec("onnxruntime") is None, reason="no onnxruntime")
def test_onnx_models_say_what_their_numbers_mean(goldens: Path) -> None:
    import onnxruntime

    text = said("export.py", "run=runs/classify_names", "format=onnx", "output=o", folder=goldens)
    assert "of PyTorch's" in text
    session = onnxruntime.InferenceSession("o/sequence.onnx")
    meta = session.get_modelmeta().custom_metadata_map
    tokens, labels = json.loads(meta["tokens"]), json.loads(meta["labels"])
    assert meta["task"] == "classify"
    words = ["Åsa", "Rune"]
    ids = np.zeros((2, 4), np.int64)
    for row, word in zip(ids, words, strict=True):
        row[: len(word)] = [tokens.index(c) if c in tokens else 1 for c in word]
    (logits,) = session.run(None, {"ids": ids, "lengths": np.array([3, 4])})
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    for row, ranking in zip(
        shares, charlab.load("runs/classify_names").classify(words), strict=True
    ):
        assert dict(zip(labels, row, strict=True)) == pytest.approx(dict(ranking), abs=1e-5)


@pytest.mark.slow
@pytest.mark.skipif(find_spec("onnxruntime") is None, reason="no onnxruntime")
@pytest.mark.parametrize("task", ["tag", "transduce"])
def test_other_tasks_are_exported_too(task: str, tmp_path: Path) -> None:
    dataset = {"tag": "python_tokens", "transduce": "dates"}[task]
    words = [f"task={task}", f"dataset={dataset}", *TINY, "trainer.max_steps=3"]
    done = in_process("train.py", *words, f"output_dir={tmp_path}")
    assert done.returncode == 0, done.stderr
    run = only_run(tmp_path)
    for form in ("safetensors", "onnx"):
        said("export.py", f"run={run}", f"format={form}", folder=tmp_path)
    texts = ["def f(x):", "return"]
    file = charlab.load(run / "export" / "model.safetensors")
    assert list(file.predict(texts)) == list(charlab.load(run).predict(texts))
    names = {path.name for path in (run / "export").iterdir()}
    kinds = {"tag": {"sequence"}, "transduce": {"encoder", "step", "sequence"}}[task]
    assert names >= {f"{kind}.onnx" for kind in kinds}


def nothing(_: str) -> None: ...


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["output="], "output= is empty: give a folder, or leave it out"),
        (["format=onnx", "output=x.onnx"], "is a file, and format=onnx writes several"),
        (["format=onnx", "output=data/text.txt"], "is a file, and format=onnx writes several"),
        (["output=data/text.txt"], "is in the way"),
        (["format=onx"], "format= must be one of safetensors, onnx"),
        (["run=nowhere"], "there is no run nowhere"),
    ],
)
def test_what_cannot_be_is_refused(words: list[str], message: str, goldens: Path) -> None:
    assert message in refused("run=runs/generate_names", *words, folder=goldens)


def test_without_its_packages_onnx_says_what_to_install(goldens: Path) -> None:
    with patch("charlab.cli.find_spec", nothing):
        line = refused("run=runs/generate_names", "format=onnx", folder=goldens)
    assert "pip install 'charlab[export]'" in line


def test_without_a_runtime_nothing_is_compared(goldens: Path) -> None:
    pytest.importorskip("onnx")
    with patch("charlab.export.onnx_models.find_spec", nothing):
        done = in_process("export.py", "run=runs/generate_names", "format=onnx", folder=goldens)
    assert done.returncode == 0
    assert "not compared with PyTorch: pip install onnxruntime" in done.stderr
    assert "of PyTorch's" not in done.stdout
