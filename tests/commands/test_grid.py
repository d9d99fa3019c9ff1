"""What a grid of runs says, and what a single run says at its end."""

import re
import shlex
from pathlib import Path

import pytest

from charlab.system.terminal import console
from tests.fixtures.commands import Command
from tests.support.in_process import in_process
from tests.support.shell import TINY

CODES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_WHAT = ("compares the runs there", "their curves")
SMALL = [*TINY, "trainer.max_epochs=1", "dataset.normalize=nfc"]


@pytest.fixture
def words(names_folder: Path, undrawn: None) -> list[str]:
    return ["dataset=text", f"dataset.path={names_folder}", *SMALL]


@pytest.mark.slow
def test_a_grid_counts_its_runs_and_ends_with_a_table(
    command_line: Command, words: list[str], tmp_path: Path
) -> None:
    done = command_line("train.py", "-m", "task=classify", *words, "seed=1,-1,2")
    assert done.returncode == 1
    *before, title, header, first, failed, last, _, report, curves = done.stdout.splitlines()
    begun = [line for line in before if line.startswith("run ")]
    assert begun == ["run 1 of 3: seed=1", "run 2 of 3: seed=-1", "run 3 of 3: seed=2"]
    parent = tmp_path / "outputs" / "classify" / "text" / "lstm"
    assert title == f"2 runs completed of 3, in {parent}"
    assert header.split() == [
        "seed", "val/loss", "test/loss", "val/accuracy", "test/accuracy", "folder",
    ]  # fmt: skip
    assert failed.split() == ["-1", *["–"] * 4, "failed"]
    for seed, line in (("1", first), ("2", last)):
        own, *numbers, folder = line.split()
        assert own == seed
        assert all(re.fullmatch(r"\d\.\d{4}", number) for number in numbers)
        assert (parent / folder / "metrics.json").is_file()
    assert report.split() == ["python", "report.py", f"runs={parent}", *_WHAT[0].split()]
    assert curves.split() == ["tensorboard", "--logdir", str(parent), *_WHAT[1].split()]
    assert max(map(len, (header, first, failed, last))) <= 80
    assert all(line.startswith("error: seed") for line in done.stderr.splitlines())
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("columns", [80, pytest.param(120, marks=pytest.mark.slow)])
def test_a_run_in_a_terminal_fits_it(
    columns: int, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(console, "_width", None)  # what the environment said at the import
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    done = in_process("train.py", "task=generate", *words, folder=tmp_path, terminal=True)
    assert done.returncode == 0
    drawn = (line.split("\x1b[2K")[-1] for line in done.stdout.split("\n"))
    kept = [CODES.sub("", line).strip("\r") for line in drawn]
    (epoch,) = (line for line in kept if line.startswith("epoch"))
    assert epoch.startswith("epoch 1/1  train loss ")
    assert " val loss " in epoch
    assert "left" not in epoch
    assert epoch.count("perplexity") == (2 if columns == 120 else 1)
    prose = [line for line in kept if "/" not in line or line.startswith("epoch")]
    assert [line for line in prose if len(line) > columns] == []


@pytest.mark.slow
def test_the_commands_at_the_end_of_a_run_work(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = in_process("train.py", "task=classify", *words, folder=tmp_path)
    steps = [line.split("  ")[1] for line in done.stdout.splitlines() if line.startswith("  ")]
    typed = [shlex.split(step) for step in steps if step.startswith(("python", "tensorboard"))]
    doors = ["predict.py", "play.py", "train.py"]
    assert [Path(step[1]).name for step in typed[:3]] == doors
    assert [step[2:] for step in typed[:3]] == [
        ["run=latest"],
        ["run=latest"],
        ["resume=latest", "trainer.max_epochs=2"],
    ]
    assert typed[3] == ["tensorboard", "--logdir", "outputs"]
    asked = in_process("predict.py", *typed[0][2:], stdin="Thiriel\n", folder=tmp_path)
    assert asked.stdout.startswith("Thiriel\t")
    assert in_process("play.py", *typed[1][2:], folder=tmp_path).returncode == 0
    further = in_process("train.py", *typed[2][2:], folder=tmp_path)
    assert "completed" in further.stdout
    assert "trainer.max_epochs=4" in further.stdout


def test_a_debug_run_is_named_by_its_folder_and_shows_three_samples(
    names_folder: Path, undrawn: None, tmp_path: Path
) -> None:
    done = in_process(
        "train.py", "debug=smoke", "dataset=text", f"dataset.path={names_folder}", folder=tmp_path
    )
    (folder,) = (path.parent for path in (tmp_path / "outputs").rglob("metrics.json"))
    assert f"run={folder.relative_to(tmp_path)}" in done.stdout
    samples = (folder / "samples.txt").read_text(encoding="utf-8")
    _, *texts = re.split(r"--- \d ---\n", samples)
    assert len(texts) == 3
    assert all(len(text.rsplit("\n(", 1)[0]) <= 40 for text in texts)
