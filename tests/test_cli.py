"""What a user gets wrong: one clear line, exit code 1, no traceback, nothing left behind."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from charlab import cli
from tests.support.in_process import in_process
from tests.support.shell import TINY, through_bash

pytestmark = pytest.mark.usefixtures("undrawn")

Command = Callable[..., "subprocess.CompletedProcess[str]"]

COMMAND_LINES = [
    (["model.hiden_size=3"], "did you mean 'model.hidden_size'"),
    (["experiment=gru_txt"], "did you mean 'gru_text'"),
    (["model.hidden_size=0"], "model.hidden_size must be at least 1, got 0"),
    (["dataset.name=a\udcff"], "dataset.name must be a folder's name (in UTF-8, no slash"),
    (["foo=a b(c"], "put quotes around"),
    (["model.bidirectional=true"], "may not read the future"),
    (["dataset.normalize=ascii+lowr"], "lower"),
    (["dataset.split.fractions=[0.5,0.1,0.1]"], "dataset.split.fractions"),
    (["trainer.max_epochs=null"], "nothing would end this run"),
    (["task.condition_on_label=true", "dataset=text"], "task.condition_on_label"),
    (["dataset.path=/no/such/place"], "/no/such/place"),
    (["dataset=text", "model.num_layers=1000000000000000000"], "training would need at least"),
    (["task.samples.length=1000000000000000000"], "task.samples.length must be from 1 to"),
    (["resume=latest"], "no run"),
    (["resume=latest", "model.hidden_size=5"], "model.hidden_size cannot change in a resumed run"),
    (["resume=latest", "trainer.max_epoch=5"], "trainer.max_epochs"),
]


def assert_one_line(done: "subprocess.CompletedProcess[str]", fragment: str) -> None:
    assert done.returncode == 1, done.stdout + done.stderr
    assert fragment in done.stderr
    assert "Traceback" not in done.stderr
    assert all(line.startswith("error: ") for line in done.stderr.splitlines()), done.stderr


@pytest.mark.parametrize(("arguments", "fragment"), COMMAND_LINES)
def test_command_lines(
    arguments: list[str], fragment: str, command_line: Command, tmp_path: Path
) -> None:
    done = command_line("train.py", *arguments)
    assert_one_line(done, fragment)
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "outputs").exists()


PROCESSES = [
    (["trainer.nodes=2"], "to be started by torchrun or srun"),
    (["trainer.devices=2", "debug=overfit"], "takes one process"),
    (["trainer.devices=9", "dataset.batch_size=1"], "too small for 9 processes"),
    (
        [
            "trainer.devices=30",
            "dataset.layout=stream",
            "dataset.seq_len=32",
            "dataset.split.fractions=[1,0,0]",
        ],
        "there are 30 processes",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), PROCESSES)
def test_settings_of_several_processes(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RANK", "SLURM_PROCID"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "names"
    folder.mkdir()
    (folder / "A.txt").write_text("\n".join(f"ana{i}" for i in range(50)), encoding="utf-8")
    (folder / "B.txt").write_text("\n".join(f"bob{i}" for i in range(50)), encoding="utf-8")
    place = [f"dataset.path={folder}", f"output_dir={tmp_path / 'out'}", "trainer.accelerator=cpu"]
    done = in_process("train.py", *place, *arguments)
    assert done.returncode == 1
    (line,) = done.stderr.strip().split("\n")
    assert message in line
    assert not (tmp_path / "out").exists()


FILES = {
    "empty file": (b"", [], "is empty"),
    "one character": (b"aaaaaaaaaaaa" * 50, [], "one character 'a'"),
    "too short": (b"abcdefghij", ["dataset.seq_len=64"], "dataset.seq_len"),
    "not utf-8": (b"abc\xff" * 300, [], "at offset 3; choose the encoding"),
    "no label": (b"abcde " * 300, ["task=classify"], "classification needs labels"),
}


@pytest.mark.parametrize("case", FILES)
def test_files(case: str, command_line: Command, tmp_path: Path) -> None:
    data, arguments, fragment = FILES[case]
    path = tmp_path / "мой файл, 'x'=1.txt"
    path.write_bytes(data)
    done = command_line("train.py", "dataset=text", f"dataset.path={path}", *arguments)
    assert_one_line(done, fragment)
    assert not (tmp_path / "outputs").exists()


def test_an_output_dir_that_is_no_utf8() -> None:
    done = in_process("train.py", "output_dir=a\udcff")
    assert_one_line(done, r"in UTF-8, not empty, got 'a\udcff'")


def test_all_faults_at_once(command_line: Command) -> None:
    done = command_line("train.py", "model.hidden_size=0", "optimizer.lr=x", "+a.b=1")
    assert_one_line(done, "model.hidden_size")
    assert len(done.stderr.splitlines()) == 3


def test_a_traceback_for_those_who_ask() -> None:
    done = through_bash("train.py", "model.hidden_size=0", HYDRA_FULL_ERROR="1")
    assert done.returncode == 1
    assert "Traceback" in done.stderr


@pytest.mark.parametrize("script", ["sample.py", "predict.py", "evaluate.py"])
def test_commands_without_a_run(
    script: str, command_line: Command, command_line_in_bash: Command
) -> None:
    assert_one_line(command_line_in_bash(script), "no run")
    assert_one_line(command_line(script, "run=nowhere"), "there is no run nowhere")
    assert_one_line(command_line(script, "rnu=latest"), "did you mean 'run'")
    assert_one_line(command_line(script, "latest"), "is not of the form key=value")


def test_a_run_without_a_checkpoint(command_line: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = command_line("sample.py", f"run={tmp_path / 'empty'}")
    assert_one_line(done, "has no checkpoint")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_outputs_folder_that_cannot_be_written(tmp_path: Path) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o500)
    assert_one_line(through_bash("train.py", f"output_dir={folder}/outputs"), "permission denied")


def test_an_outputs_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert_one_line(in_process("train.py", f"output_dir={tmp_path / 'file'}"), "not a folder")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, names_folder: Path) -> dict[str, str]:
    """A generating and a classifying run."""
    folders = {}
    for task in ("generate", "classify"):
        root = tmp_path_factory.mktemp(task)
        arguments = [f"task={task}", f"dataset.path={names_folder}", f"output_dir={root}", *TINY]
        done = in_process("train.py", *arguments, "trainer.max_steps=3")
        assert done.returncode == 0, done.stderr
        folders[task] = str(next(root.rglob("metrics.json")).parent)
    return folders


def test_a_checkpoint_of_the_other_task(trained: dict[str, str], command_line: Command) -> None:
    done = command_line("sample.py", f"run={trained['classify']}")
    assert_one_line(done, "trained with task=classify")
    done = command_line("evaluate.py", f"run={trained['classify']}", "as=classify")
    assert_one_line(done, "trained with task=classify")
    # What generates by label tells labels, too.
    done = command_line("predict.py", f"run={trained['generate']}", "text=abc")
    assert done.returncode == 0, done.stderr
    done = command_line("evaluate.py", f"run={trained['generate']}", "as=classify")
    assert "test/macro_f1" in done.stdout, done.stderr
    done = command_line("evaluate.py", f"run={trained['generate']}", "dynamic_lr=0.1")
    assert_one_line(done, "layout sequences")


SAMPLES = [
    (["prompt=la日x"], "'日' at 2"),
    (["label=Orkisch"], "did you mean 'Orkish'"),
    (["temperature=-1"], "temperature="),
    (["top_p=2"], "top_p="),
    (["count=0"], "count="),
    (["count=1000000000000000000"], "count="),
    (["length=1000000000000000000"], "count= times length="),
    (["beam_width=1000000000000000000"], "beam_width= must be at most"),
    (["length=ten"], "length= must be a whole number, got 'ten'"),
    (["accelerator=tpu"], "accelerator= must be one of auto, cpu, cuda, mps, got 'tpu'"),
]


@pytest.mark.parametrize(("arguments", "fragment"), SAMPLES)
def test_sampling(
    arguments: list[str], fragment: str, trained: dict[str, str], command_line: Command
) -> None:
    assert_one_line(command_line("sample.py", f"run={trained['generate']}", *arguments), fragment)


def test_an_unknown_character_can_be_marked(trained: dict[str, str], command_line: Command) -> None:
    arguments = ["prompt=la日x", "unknown=mark", "length=3", "seed=1"]
    done = command_line("sample.py", f"run={trained['generate']}", *arguments)
    assert done.returncode == 0
    assert "la日x" in done.stdout


PREDICTIONS = [
    (["text="], "empty"),
    (["text=a", "input=b"], "exclude each other"),
    (["input=/no/such/file"], "/no/such/file"),
    (["text=a", "output=/no/such/folder/x.csv"], "cannot write output="),
]


@pytest.mark.parametrize(("arguments", "fragment"), PREDICTIONS)
def test_predicting(
    arguments: list[str], fragment: str, trained: dict[str, str], command_line: Command
) -> None:
    assert_one_line(command_line("predict.py", f"run={trained['classify']}", *arguments), fragment)


def test_undecodable_standard_input(trained: dict[str, str], command_line: Command) -> None:
    done = command_line("predict.py", f"run={trained['classify']}", stdin=b"abc\n\xff\n")
    assert_one_line(done, "offset 4")


TEXTS = [" both, ends = 'kept' ", 'two\nlines "佐藤" $HOME `x` \\']


@pytest.mark.parametrize("text", TEXTS)
def test_any_text_passes_unharmed(
    text: str, trained: dict[str, str], command_line: Command
) -> None:
    done = command_line("predict.py", f"run={trained['classify']}", f"text={text}", "top=1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.rpartition("\t")[0] == text


def test_any_text_passes_a_shell_unharmed() -> None:
    text = "".join(TEXTS)
    done = through_bash("train.py", f"dataset.path={text}", "--cfg", "job")
    assert done.returncode == 0, done.stderr
    assert OmegaConf.create(done.stdout).dataset.path == text


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("trian model=gru", "did you mean: charlab train model=gru"),
        ("samples count=2", "did you mean: charlab sample count=2"),
        ("model=gru", "did you mean: charlab train model=gru"),
        ("-m sweep=optuna", "did you mean: charlab train -m sweep=optuna"),
        ("--versoin", "did you mean: charlab --version"),
        ("zzz", "choose one of: train, sample"),
    ],
)
def test_a_command_that_charlab_does_not_have(
    words: str, hint: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["charlab", *words.split()])
    with pytest.raises(SystemExit) as ended:
        cli.run()
    assert ended.value.code == 1
    said = capsys.readouterr().err
    assert said.startswith("error: charlab ")
    assert hint in said
    assert said.count("\n") == 1
