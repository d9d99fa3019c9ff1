"""Going on with a run: from where, with which data, and what a tampered checkpoint is told."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from charlab.commands.resume import read_changes
from charlab.errors import ConfigError
from tests.support.in_process import in_process
from tests.support.same_run import assert_same_run
from tests.support.shell import TINY, only_run

pytestmark = pytest.mark.usefixtures("undrawn")

Command = Callable[..., "subprocess.CompletedProcess[str]"]


WORDS = ["dataset=text", *TINY, "trainer.validate_every=5", "trainer.progress=none"]


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory, text_folder: Path) -> Path:
    """The folder of outputs with a run of five steps that may go on; its data are beside it."""
    place = tmp_path_factory.mktemp("stopped")
    shutil.copy(text_folder / "prose.txt", place / "prose.txt")
    arguments = [*WORDS, "dataset.path=prose.txt", "output_dir=outputs", "trainer.max_steps=7"]
    done = in_process("train.py", *arguments, folder=place)
    assert done.returncode == 0, done.stderr
    return place


@pytest.fixture
def run(stopped: Path, tmp_path: Path) -> Path:
    """A copy of the run, whose data are where they were."""
    folder = only_run(stopped / "outputs")
    copy = tmp_path / "outputs" / folder.relative_to(stopped / "outputs")
    shutil.copytree(folder, copy)
    return copy


def change(run: Path, edit: Callable[[dict[str, Any]], object], name: str = "last.ckpt") -> None:
    path = run / "checkpoints" / name
    data = torch.load(path, weights_only=True)
    edit(data)
    torch.save(data, path)


def refused(run: Path, *arguments: str) -> str:
    done = in_process("train.py", f"resume={run}", "trainer.max_steps=9", *arguments)
    assert done.returncode == 1, done.stdout
    (line,) = [line for line in done.stderr.splitlines() if not line.startswith("run: ")]
    assert line.startswith("error: ")
    return line


def test_a_run_goes_on_and_is_measured_from_another_folder(run: Path, stopped: Path) -> None:
    again = in_process("train.py", f"resume={run}", "trainer.max_steps=9")
    assert again.returncode == 0, again.stderr
    data = torch.load(run / "checkpoints" / "last.ckpt", weights_only=True)
    assert data["options"]["dataset"]["path"] == "prose.txt"
    assert data["data_paths"] == {"path": str(stopped / "prose.txt")}
    measured = in_process("evaluate.py", f"run={run}")
    assert measured.returncode == 0, measured.stderr
    assert measured.stderr == f"run: {run / 'checkpoints/best.ckpt'}\n"


@pytest.mark.parametrize("script", ["evaluate.py", "train.py", "sample.py"])
def test_data_that_moved_are_given_again(
    script: str, run: Path, stopped: Path, tmp_path: Path
) -> None:
    change(run, lambda data: data.update(data_paths={"path": "/no/such/place.txt"}))
    change(run, lambda data: data.update(data_paths={"path": "/no/such/place.txt"}), "best.ckpt")
    arguments = [f"resume={run}", "trainer.max_steps=9"] if script == "train.py" else [f"run={run}"]
    lost = in_process(script, *arguments)
    assert "say where they are now with dataset.path=" in lost.stderr
    assert lost.returncode == (script != "sample.py")  # which draws, and says what it could not
    (tmp_path / "other, 'place'.txt").write_bytes((stopped / "prose.txt").read_bytes())
    found = in_process(script, *arguments, f"dataset.path={tmp_path / 'other,'} 'place'.txt")
    assert found.returncode == 0, found.stderr
    assert "error" not in found.stderr
    assert "not measured" not in found.stderr
    (tmp_path / "changed.txt").write_text((stopped / "prose.txt").read_text() + "more")
    other = in_process(script, *arguments, f"dataset.path={tmp_path / 'changed.txt'}")
    assert "the dataset is not the one that" in other.stderr


def test_a_run_from_before_paths_were_stored_reads_them_as_typed(run: Path) -> None:
    for name in ("best.ckpt", "last.ckpt"):
        change(run, lambda data: data.pop("data_paths"), name)
    assert "say where they are now" in in_process("evaluate.py", f"run={run}").stderr


def test_what_came_from_standard_input_is_not_waited_for(stopped: Path, tmp_path: Path) -> None:
    text = (stopped / "prose.txt").read_text()
    arguments = [*WORDS, "dataset.path=-", f"output_dir={tmp_path}/outputs", "trainer.max_steps=2"]
    trained = in_process("train.py", *arguments, stdin=text)
    assert trained.returncode == 0, trained.stderr
    run = only_run(tmp_path / "outputs")
    hint = "was trained on standard input, which cannot be read again: give the same text with"
    for script, *more in (
        ("evaluate.py", f"run={run}"),
        ("sample.py", f"run={run}", "length=5"),
        ("train.py", f"resume={run}", "trainer.max_steps=3"),
    ):
        done = in_process(script, *more, stdin="other text")
        assert f"{hint} dataset.path=FILE" in done.stderr
        again = in_process(script, *more, f"dataset.path={stopped / 'prose.txt'}")
        assert again.returncode == 0, again.stderr
        assert "cannot be read again" not in again.stderr


def test_a_damaged_last_save_gives_way_to_the_best(run: Path, tmp_path: Path) -> None:
    checkpoints = run / "checkpoints"
    best, last = checkpoints / "best.ckpt", checkpoints / "last.ckpt"
    assert best.stat().st_ino != last.stat().st_ino
    at = torch.load(best, weights_only=True)["training"]["progress"]["step"]
    last.write_bytes(last.read_bytes()[:-100])
    kept = best.read_bytes()
    done = in_process("train.py", f"resume={run}", "trainer.max_steps=9")
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "is it damaged?; the run goes on from best.ckpt, which was saved at step" in said
    assert f"goes on from step {at}" in said
    assert torch.load(last, weights_only=True)["training"]["progress"]["step"] == 9
    best.write_bytes(kept[:50])
    last.unlink()
    message = refused(run)
    assert "there is no checkpoint" in message
    assert "nor does best.ckpt help" in message


def test_going_on_from_the_best_is_going_on_from_there(run: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(run, other)
    shutil.copy(other / "checkpoints" / "best.ckpt", other / "checkpoints" / "last.ckpt")
    (run / "checkpoints" / "last.ckpt").write_bytes(b"PK")
    for folder in (run, other):
        assert in_process("train.py", f"resume={folder}", "trainer.max_steps=9").returncode == 0
    assert_same_run(run, other)


def test_what_may_not_be_read_is_not_called_damaged(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def refuse(name: Any, *rest: Any, **more: Any) -> int:
        if str(name).endswith("last.ckpt"):
            raise PermissionError(13, "Permission denied", name)
        return real(name, *rest, **more)

    monkeypatch.setattr(os, "open", refuse)
    message = refused(run)
    assert message.endswith("last.ckpt: Permission denied")


@pytest.mark.parametrize("content", [None, b"a: &a [*a]"])
def test_resuming_needs_no_overrides_file(run: Path, content: bytes | None) -> None:
    path = run / ".hydra" / "overrides.yaml"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    done = in_process("train.py", f"resume={run}", "trainer.max_steps=8")
    assert done.returncode == 0, done.stderr
    assert (path.read_bytes() if path.exists() else None) == content  # not half of the words


def test_latest_is_the_newest_or_nothing(run: Path, tmp_path: Path) -> None:
    newer = run.with_name("2999-01-01_00-00-00")
    shutil.copytree(run, newer)
    outputs = f"output_dir={tmp_path / 'outputs'}"
    for path in (newer / "checkpoints").iterdir():
        path.write_bytes(b"PK")
    for script, *arguments in (
        ("sample.py", "length=3"),
        ("evaluate.py",),
    ):
        done = in_process(script, *arguments, outputs)
        assert done.returncode == 0, done.stderr
        assert f"run: {run / 'checkpoints/best.ckpt'}\n" in done.stderr
    done = in_process("train.py", "resume=latest", outputs, "trainer.max_steps=9")
    assert done.returncode == 1
    assert str(newer) in done.stderr
    shutil.rmtree(newer / "checkpoints")
    done = in_process("train.py", "resume=latest", outputs, "trainer.max_steps=9")
    assert done.returncode == 1
    assert f"the newest run, {newer}, has no checkpoint" in done.stderr
    shutil.rmtree(newer)
    done = in_process("train.py", "resume=latest", outputs, "trainer.max_steps=9")
    assert done.returncode == 0
    assert done.stderr == f"run: {run}\n"


def test_a_newer_run_that_is_damaged_is_named(
    run: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    newer = run.with_name("2999-01-01_00-00-00")
    shutil.copytree(run, newer)
    (newer / "checkpoints" / "best.ckpt").write_bytes(b"PK")
    in_process("sample.py", "length=3", f"output_dir={tmp_path / 'outputs'}")
    assert re.search(r"passes over a newer run: .*2999.* is it damaged", caplog.text)


@pytest.mark.parametrize("name", [".lock", "train.log", "metrics.json", ".hydra", "checkpoints"])
def test_no_link_leads_out_of_the_folder(run: Path, tmp_path: Path, name: str) -> None:
    own, target = run / name, tmp_path / "target"
    if own.is_dir():
        shutil.move(own, target)
    else:
        own.unlink(missing_ok=True)
        target.write_text("kept")
    own.symlink_to(target)
    before = {p: p.read_bytes() for p in [target, *target.rglob("*")] if p.is_file()}
    if name == "metrics.json":  # replaced as a name
        assert in_process("train.py", f"resume={run}", "trainer.max_steps=9").returncode == 0
    else:
        assert "symbolic link" in refused(run)
    assert {p: p.read_bytes() for p in [target, *target.rglob("*")] if p.is_file()} == before


def test_litter_is_cleared_away(run: Path) -> None:
    litter = [run / ".metrics.json.1.tmp", run / "checkpoints" / ".last.ckpt.22.tmp"]
    for path in litter:
        path.write_text("half")
    assert in_process("train.py", f"resume={run}", "trainer.max_steps=9").returncode == 0
    assert not any(path.exists() for path in litter)


def test_other_threads_are_said(run: Path) -> None:
    change(run, lambda data: data["training"].update(threads=7))
    done = in_process("train.py", f"resume={run}", "trainer.max_steps=9")
    assert "computed with 7 threads" in done.stdout
    quiet = in_process("train.py", f"resume={run}", "trainer.max_steps=10")
    assert "computed with" not in quiet.stdout


def optimizer(**parts: Any) -> Callable[[dict[str, Any]], object]:
    return lambda data: data["training"]["optimizer"]["state"][1].update(parts)


def training(**parts: Any) -> Callable[[dict[str, Any]], object]:
    return lambda data: data["training"].update(parts)


def inside(part: str, **entries: Any) -> Callable[[dict[str, Any]], object]:
    return lambda data: data["training"][part].update(entries)


def weight(make: Callable[[torch.Tensor], Any]) -> Callable[[dict[str, Any]], object]:
    def edit(data: dict[str, Any]) -> None:
        name = next(iter(data["network"]))
        data["network"][name] = make(data["network"][name])

    return edit


TAMPERED = {
    "moments of another shape": optimizer(exp_avg=torch.zeros(2)),
    "moments of another type": optimizer(exp_avg_sq=torch.zeros(48, 12, dtype=torch.float64)),
    "moments that are one number": optimizer(exp_avg=torch.zeros(1).expand(48, 12)),
    "infinite moments": optimizer(exp_avg=torch.full((48, 12), torch.inf)),
    "moments below 0": optimizer(exp_avg_sq=-torch.ones(48, 12)),
    "a step that is none": optimizer(step="3"),
    "a slot too many": optimizer(max_exp_avg_sq=torch.zeros(48, 12)),
    "no state of one weight": lambda data: data["training"]["optimizer"]["state"].pop(1),
    "weights that are NaN": weight(lambda tensor: tensor * torch.nan),
    "weights of halves": weight(lambda tensor: tensor.half()),
    "sparse weights": weight(lambda tensor: tensor.to_sparse()),
    "weights of integers": weight(lambda tensor: tensor.long()),
    "carried state of another size": training(carry=[torch.zeros(1, 3, 12)] * 2),
    "one part of it": training(carry=[torch.zeros(1, 4, 12)]),
    "no tensors": training(carry=["a", "b"]),
    "a step below 0": inside("progress", step=-1),
    "a batch that no epoch has": inside("progress", window=10**6),
    "a word for a number": inside("progress", characters="many"),
    "a number of 100 digits": inside("progress", characters=10**100),
    "sums of another shape": inside("sums", device=torch.zeros(2, dtype=torch.float64)),
    "steps that predicted nothing": inside("sums", windows=3, predictions=0),
    "sums of what there is not": inside("sums", more=1),
    "a best step that is a word": inside("best", step="x"),
    "random states of another size": inside("random", torch=torch.zeros(3, dtype=torch.uint8)),
    "random states of zeros": inside("random", torch=torch.zeros(5056, dtype=torch.uint8)),
    "Python's with too few": inside("random", python=[3, [1, 2], None]),
    "NumPy's beyond 32 bits": inside("random", numpy=["MT19937", [2**40] * 624, 0, 0, 0.0]),
    "a position that is a tensor": inside(
        "random", numpy=["MT19937", [1] * 624, torch.zeros(()), 0, 0.0]
    ),
    "an optimizer that is a tensor": training(optimizer=torch.zeros(())),
    "figures that are words": training(figures={"val/loss": "low"}),
    "training that is a list": lambda data: data.update(training=[1]),
    "other sizes than the weights'": lambda data: data["options"]["model"].update(hidden_size=999),
}


@pytest.mark.parametrize("case", TAMPERED)
def test_a_tampered_checkpoint_is_refused_in_one_line(run: Path, case: str) -> None:
    change(run, TAMPERED[case])
    (run / "checkpoints" / "best.ckpt").unlink()
    before = json.loads((run / "metrics.json").read_text())
    refused(run)
    assert json.loads((run / "metrics.json").read_text()) == before


def test_values_in_their_types() -> None:
    arguments = ["trainer.max_epochs=40", "trainer.max_steps=1e4", "trainer.max_minutes=null"]
    assert read_changes([*arguments, "trainer.progress=lines"]) == {
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
