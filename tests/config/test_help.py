"""``--help``: groups from the files, settings with their comments as the words make them."""

import itertools
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from charlab.config import RunOptions, to_plain
from charlab.config.fields import flat
from charlab.config.help import describe_group, describe_settings, wants_settings
from tests.support.in_process import in_process

_SETTING = re.compile(r"  ([a-z][\w.]*)=(.*?)(?:  +(.*))?")


def settings(text: str) -> dict[str, str]:
    """The settings that a help text shows, by their dotted keys."""
    begin, end = text.index("Settings (KEY=VALUE"), text.index("\n\nFlags:")
    found = (_SETTING.fullmatch(line) for line in text[begin:end].splitlines())
    return {match[1]: match[2] for match in found if match}


def typed(value: object) -> str:
    """A value as a command line has it."""
    if isinstance(value, list):
        return "[" + ",".join(map(typed, value)) + "]"
    return (
        {None: "null", True: "true", False: "false"}[value]
        if value is None or isinstance(value, bool)
        else str(value)
    )


def test_groups_come_first_with_their_choices_and_what_is_chosen(conf: Path) -> None:
    groups, _, rest = describe_settings([]).partition("\n\nSettings (KEY=VALUE")
    assert re.search(r"^  model= +gru, \[lstm\], vanilla$", groups, re.MULTILINE)
    assert re.search(r"^  task= +classify, \[generate\], tag, transduce$", groups, re.MULTILINE)
    names = re.findall(r"^  (\w+)= ", groups, re.MULTILINE)
    assert set(names) == {path.name for path in conf.iterdir() if path.is_dir()} - {"shared"}
    assert rest.endswith("goes on with a run")


def test_settings_are_those_of_a_run(
    conf: Path, compose_options: Callable[..., RunOptions]
) -> None:
    shown = settings(describe_settings(["--help"]))
    run = {
        key: typed(value) for key, value in flat(to_plain(compose_options("trainer.figures=auto")))
    }
    names = {"model.name", "task.name", "optimizer.name", "scheduler.name"}  # their groups'
    run["trainer.checkpoint_minutes"] = "5"  # as it stands there
    run = {key: value for key, value in run.items() if not key.startswith("logger.")}
    run["logger.tensorboard"] = "{}"  # one that is not chosen has no settings
    assert shown == {key: value for key, value in run.items() if key not in names}


@pytest.mark.parametrize(
    "words",
    [
        "",
        "model=vanilla task=classify optimizer=sgd",
        "-m sweep=slurm",
        "-m sweep=ray dataset=text",
        "task=tag dataset=python_tokens",
        "task=transduce dataset=dates scheduler=linear model=gru",
    ],
)
def test_every_setting_is_explained_within_80_columns(
    conf: Path, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = describe_settings(words.replace("-m", "--multirun").split()).splitlines()
    assert max(map(len, lines)) <= 80
    for line, following in itertools.pairwise(lines):
        if line.startswith("  ") and "=" in line and (match := _SETTING.fullmatch(line)):
            assert match[3] or following.startswith(" " * 32), line


def test_a_meaning_is_kept_where_a_dataset_says_why_its_value_is_another(conf: Path) -> None:
    text = describe_settings(["dataset=enwik8"])
    assert re.search(r"dataset.unit=byte +what a text is made of", text)
    assert "dataset=enwik8: enwik8 (Mahoney): 100,000,000 bytes" in text


def test_overrides_count(conf: Path) -> None:
    arguments = ["model=gru", "-h", "dataset.path=it's, ${here}", "seed=3"]
    text = describe_settings(arguments)
    shown = settings(text)
    assert "model=gru: The gated recurrent unit" in text
    assert "model.forget_bias" not in shown
    assert (shown["seed"], shown["dataset.path"]) == ("3", "it's, ${here}")
    assert "hydra" not in text.lower()


def test_of_a_grid_what_all_runs_share(conf: Path) -> None:
    text = describe_settings(["--multirun", "model=gru,lstm", "seed=5", "--help"])
    assert "[lstm]" in text
    assert settings(text)["seed"] == "5"
    search = settings(describe_settings(["--multirun", "sweep=optuna", "--help"]))
    assert search["sweep.n_trials"] == "30"
    assert search["model.hidden_size"] == "choice(128, 256, 384)"  # as it is typed to be another


def test_the_groups_of_settings_stand_in_the_order_of_the_defaults(conf: Path) -> None:
    text = describe_settings(["optimizer._target_=torch.optim.RAdam"])
    heads = re.findall(r"^([a-z]+)(?:=[^:\n]+: .*)?$", text, re.MULTILINE)
    assert heads == ["dataset", "model", "task", "scheduler", "trainer", "logger", "optimizer"]
    assert "\n  optimizer._target_=torch.optim.RAdam" in text


def test_one_group_alone(conf: Path) -> None:
    text = describe_group(["dataset=text"], "dataset")
    assert "[text]" in text
    assert "dataset.unit=char" in text
    assert "model" not in text


def test_groups_of_the_user_s_own(conf: Path, tmp_path: Path) -> None:
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "mine.yaml").write_text("# @package _global_\nseed: 9\n")
    arguments = [f"hydra.searchpath=['file://{tmp_path}']", "experiment=mine", "--help"]
    text = describe_settings(arguments)
    assert re.search(r"^  experiment= +bilstm_names,[^=]*\[mine\]", text, re.MULTILINE)
    assert settings(text)["seed"] == "9"


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("--help", True),
        ("model=gru --help", True),
        ("--multirun sweep=optuna --help", True),
        ("model=gru", False),
        ("--hydra-help", False),
        ("--cfg job", False),
        ("--help --config-dir x", False),  # Hydra knows what that means
        ("dataset.path=--help", False),
    ],
)
def test_whether_it_is_wanted(line: str, wanted: bool) -> None:
    assert wants_settings(line.split()) is wanted


def test_through_the_command() -> None:
    done = in_process("train.py", "--help", "model=gru")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\nmodel=gru: " in done.stdout
    done = in_process("inspect_data.py", "--help", "dataset=text", "output=x")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\ndataset=text: " in done.stdout
    done = in_process("train.py", "--help", "modle=gru")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: unknown setting 'modle': did you mean 'model'?\n"
