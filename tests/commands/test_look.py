"""``look.py``: pictures of runs of every task, and of configurations that were not trained."""

from pathlib import Path
from typing import Any

import pytest

import charlab
from charlab.config.task_options import COMMON_PICTURES
from charlab.tasks.generate import temperatures
from tests.fixtures.commands import Command
from tests.support.in_process import in_process
from tests.support.shell import TINY, only_run

OWN = ("predictions", "surprise", "worst-words", "temperature")
STREAM = ("task=generate", "dataset=text")

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, names_folder: Path, text_folder: Path) -> Any:
    """Runs by what they are trained for, each trained once."""
    known: dict[tuple[str, ...], Path] = {}

    def train(*words: str) -> Path:
        if words not in known:
            root = tmp_path_factory.mktemp("look")
            data = text_folder if "dataset=text" in words else names_folder
            done = in_process(
                "train.py", *words, f"dataset.path={data}", f"output_dir={root}", *TINY,
                "trainer.max_steps=4",
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            known[words] = only_run(root)
        return known[words]

    return train


@pytest.mark.parametrize(
    "words",
    [
        ("task=generate", "model=gru"),
        pytest.param(
            ("task=generate", "dataset=text", "dataset.unit=byte"), marks=pytest.mark.slow
        ),
        pytest.param(
            ("task=generate", "dataset=text", "dataset.unit=word"), marks=pytest.mark.slow
        ),
    ],
)
def test_a_generator_s_own_pictures_are_drawn(
    trained: Any, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = trained(*words)
    for name in ("_COUNT", "_LENGTH", "_LONG"):
        monkeypatch.setattr(temperatures, name, 20)
    names = ("curves", *OWN)
    done = in_process("look.py", f"run={run}", f"pictures={','.join(names)}")
    assert done.returncode == 0, done.stderr
    assert "skipped" not in done.stdout
    assert all(f" {name} " in done.stdout for name in names)
    page = (run / "look" / "index.html").read_text(encoding="utf-8")
    assert "Not drawn" not in page
    files = {path.name for path in (run / "look").iterdir()}
    assert files == {"index.html", *(f"{name}.png" for name in names if name != "worst-words")}


def test_what_each_task_shows_is_what_its_options_say(trained: Any) -> None:
    for task in ("generate", "classify"):
        model = charlab.load(trained(f"task={task}", "model=gru"))
        names = {picture.name for picture in model.pictures()}
        assert names <= {*COMMON_PICTURES, *model.options.task.pictures}
        assert {"curves", "unfolded"} <= names


def test_a_given_text_is_looked_at_with_the_label_that_fits(trained: Any, tmp_path: Path) -> None:
    run = trained("task=generate", "model=gru")
    (tmp_path / "names.txt").write_text("nakug\nаорка\n", encoding="utf-8")
    words = (f"run={run}", "pictures=surprise,predictions", f"output={tmp_path / 'out'}")
    done = in_process("look.py", *words, f"input={tmp_path / 'names.txt'}", "format=svg")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert page.count('<p class="coloured"') == 2
    assert "a text of yours" in page
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "index.html", "surprise.svg", "predictions.svg",
    }  # fmt: skip


@pytest.mark.slow
def test_of_a_long_text_the_beginning_is_looked_at(trained: Any, tmp_path: Path) -> None:
    words = (f"run={trained(*STREAM)}", "pictures=surprise", f"output={tmp_path}")
    for text, said in (
        ("she said " * 200, "the first 600 characters of the text given"),
        ("s", ""),
    ):
        done = in_process("look.py", *words, f"text={text}")
        assert done.returncode == (0 if said else 1)
        assert said in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "there is too little text to look at" in done.stdout


def test_a_network_is_unfolded_without_training(names_folder: Path, tmp_path: Path) -> None:
    done = in_process(
        "look.py", "model=lstm", "task=classify", f"dataset.path={names_folder}", *TINY,
        "pictures=unfolded", f"output={tmp_path}",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "unfolded.png").exists()
    assert "not trained" in (tmp_path / "index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_several_runs_of_one_task(trained: Any, tmp_path: Path) -> None:
    runs = [trained("task=generate", f"model={name}") for name in ("gru", "vanilla")]
    words = ("pictures=curves", f"output={tmp_path}")
    done = in_process("look.py", f"run={runs[0]},{runs[1]}", *words)
    assert done.returncode == 0, done.stderr
    assert "gru 1 × 12, vanilla 1 × 12" in (tmp_path / "index.html").read_text(encoding="utf-8")
    other = trained("task=classify", "model=gru")
    refused = in_process("look.py", f"run={runs[0]},{other}", *words)
    assert refused.returncode == 1
    assert "several runs of one task" in refused.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("pictures=curvs",), "did you mean 'curves'"),
        (("pictres=all",), "did you mean 'pictures'"),
        (("model=lstm",), "run= looks at what was trained"),
        (("text=a", "input=b"), "give one"),
        (("unit=hidden",), "unit=hidden: give layer:gate:number"),
        (("unit=0:hiden:1",), "did you mean 'hidden'"),
        (("input=nowhere.txt",), "cannot read input=nowhere.txt"),
        (("format=gif",), "must be"),
    ],
)
def test_what_cannot_be_is_one_line(trained: Any, words: tuple[str, ...], said: str) -> None:
    done = in_process("look.py", f"run={trained('task=generate', 'model=gru')}", *words)
    assert done.returncode == 1
    assert said in done.stderr
    assert done.stderr.strip().count("\n") <= 1  # "run: …" may stand before it


def test_help_lists_the_pictures(command_line: Command) -> None:
    done = in_process("look.py", "--help")
    assert done.returncode == 0
    for name in ("curves", "unfolded", *OWN):
        assert f"  {name} " in done.stdout
