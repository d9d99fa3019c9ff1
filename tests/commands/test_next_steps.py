"""The commands that are said at a run's end: which they are, and that a shell reads them."""

import dataclasses
import logging
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from charlab.commands.next_steps import say_commands, say_next_steps
from charlab.config import RunOptions
from charlab.training.run import Result

Said = Callable[..., list[list[str]]]
COMPLETED: dict[str, float | str] = {
    "progress/share": 1.0,
    "progress/steps": 40,
    "progress/epochs": 2,
}


def run_folder(parent: Path, *files: str) -> Path:
    folder = parent / "2024-01-01_00-00-00"
    for name in files:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


CHECKPOINT, EVENTS = "checkpoints/best.ckpt", "events.out.tfevents.1.vm.2.0"


@pytest.fixture
def said(
    compose_options: Callable[..., RunOptions], caplog: pytest.LogCaptureFixture
) -> Callable[..., list[list[str]]]:
    """``said(folder, "task=classify", status="interrupted")``: the commands, word by word."""

    def commands(
        folder: Path,
        *words: str,
        status: str = "completed",
        metrics: dict[str, float | str] = COMPLETED,
        output_dir: str = "outputs",
    ) -> list[list[str]]:
        options = dataclasses.replace(compose_options(*words), output_dir=output_dir)
        with caplog.at_level(logging.INFO, "charlab"):
            say_next_steps(Result(folder, status, metrics, {}), options)
        lines = [message for message in caplog.messages if message]
        caplog.clear()
        return [shlex.split(line.strip().split("  ")[0]) for line in lines]

    return commands


def of_command(commands: list[list[str]]) -> dict[str, list[str]]:
    """What each command is given: of ``python train.py resume=x`` that of ``train.py``."""
    return {c[0] if c[0] == "tensorboard" else Path(c[1]).name: c[1:] for c in commands}


@pytest.mark.parametrize(
    ("words", "door"),
    [
        (["task=generate"], "sample.py"),
        (["task=classify"], "predict.py"),
        (["task=transduce", "dataset=dates"], "predict.py"),
    ],
)
def test_a_completed_run_is_asked_played_and_trained_on(
    said: Said, tmp_path: Path, words: list[str], door: str
) -> None:
    folder = run_folder(tmp_path / "my runs'", CHECKPOINT, EVENTS)
    words = [*words, "trainer.max_epochs=2"]
    commands = said(folder, *words, output_dir=str(tmp_path))
    assert list(of_command(commands)) == [door, "play.py", "train.py", "tensorboard"]
    run = f"run={folder}"
    assert [command[2:] for command in commands] == [
        [run],
        [run],
        [f"resume={folder}", "trainer.max_epochs=4"],
        [str(tmp_path)],
    ]


@pytest.mark.parametrize(
    ("words", "metrics", "limit"),
    [
        ("trainer.max_epochs=2 trainer.max_steps=40", COMPLETED, "trainer.max_steps=80"),
        ("trainer.max_epochs=2 trainer.max_steps=50", COMPLETED, "trainer.max_epochs=4"),
        ("trainer.max_epochs=9 trainer.max_minutes=1.5", COMPLETED, "trainer.max_minutes=3"),
        ("trainer.max_epochs=9", COMPLETED, None),  # another reason, which is not known
        ("trainer.max_epochs=2", {**COMPLETED, "progress/share": 0.5}, None),  # patience
        ("trainer.max_epochs=2", {}, None),
    ],
)
def test_the_limit_that_a_run_has_reached_is_doubled(
    said: Said, tmp_path: Path, words: str, metrics: dict[str, float | str], limit: str | None
) -> None:
    folder = run_folder(tmp_path, CHECKPOINT)
    commands = said(folder, *words.split(), metrics=metrics)
    assert of_command(commands).get("train.py", [None])[-1] == limit


def test_an_interrupted_run_goes_on_first(said: Said, tmp_path: Path) -> None:
    commands = said(run_folder(tmp_path, CHECKPOINT), status="interrupted")
    assert commands[0][2:] == [f"resume={tmp_path / '2024-01-01_00-00-00'}"]
    assert list(of_command(commands)) == ["train.py", "sample.py", "play.py"]


def test_of_a_run_without_a_checkpoint_only_its_curves_are_left(said: Said, tmp_path: Path) -> None:
    folder = run_folder(tmp_path, EVENTS)
    assert said(folder) == [["tensorboard", "--logdir", str(folder)]]
    assert said(run_folder(tmp_path / "empty")) == []


def test_latest_is_said_where_it_means_this_run(
    said: Said, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    older = run_folder(Path("outputs/generate/names/lstm"), CHECKPOINT, EVENTS)
    assert said(older)[0][2:] == ["run=latest"]
    assert said(older)[-1] == ["tensorboard", "--logdir", "outputs"]
    assert said(older, "debug=smoke")[0][2:] == [f"run={older}"]
    newer = older.with_name("2024-01-02_00-00-00")
    (newer / ".hydra").mkdir(parents=True)  # one that trains at the same time
    assert said(older)[0][2:] == [f"run={older}"]


def test_commands_are_padded_as_far_as_all_is_seen(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = "python train.py " + "x" * 80
    with caplog.at_level(logging.INFO, "charlab"):
        say_commands()
        assert caplog.messages == []
        say_commands(("a b", "first"), ("abc de", "second"), (long, "third"))
    assert caplog.messages == ["", "  a b     first", "  abc de  second", f"  {long}  third"]
