"""``train.py --help``: groups from the files, settings as the words make them."""

from collections.abc import Callable
from pathlib import Path

import pytest
from omegaconf import OmegaConf

from charlab.config import RunOptions, to_plain
from charlab.config.help import describe_settings, find_groups, wants_settings
from tests.support.in_process import in_process

BEFORE = "comments stand in conf/):\n\n"
AFTER = "\n\npython train.py model=lstm"


def settings(text: str) -> dict[str, object]:
    """The settings that a help text shows."""
    plain = OmegaConf.to_container(OmegaConf.create(text.split(BEFORE)[1].split(AFTER)[0]))
    assert isinstance(plain, dict)
    return {str(key): value for key, value in plain.items()}


def test_groups_and_their_choices(conf: Path) -> None:
    lines = describe_settings([]).splitlines()
    begin = lines.index("What can be composed (group=choice):") + 2
    groups = dict(line.split(": ") for line in lines[begin : lines.index("", begin)])
    assert groups["model"] == "gru, lstm, vanilla"
    assert groups["task"] == "classify, generate"
    assert set(groups) == {path.name for path in conf.iterdir() if path.is_dir()} - {"shared"}
    assert (
        lines[-1]
        == "python train.py resume=latest                       goes on where a run stopped"
    )


def test_settings_are_those_of_a_run(
    conf: Path, compose_options: Callable[..., RunOptions]
) -> None:
    wanted = to_plain(compose_options())
    wanted["logger"] = {"tensorboard": {}}  # one that is not chosen has no settings
    assert settings(describe_settings(["--help"])) == wanted


def test_overrides_count(conf: Path) -> None:
    arguments = ["model=gru", "-h", "dataset.path=it's, ${here}", "seed=3"]
    shown = settings(describe_settings(arguments))
    assert isinstance(shown["model"], dict)
    assert shown["model"]["name"] == "gru"
    assert shown["seed"] == 3
    text = describe_settings(arguments)
    assert "hydra" not in text.lower()


def test_of_a_grid_what_all_runs_share(conf: Path) -> None:
    shown = settings(describe_settings(["--multirun", "model=gru,lstm", "seed=5", "--help"]))
    assert isinstance(shown["model"], dict)
    assert (shown["model"]["name"], shown["seed"]) == ("lstm", 5)
    search = settings(describe_settings(["--multirun", "sweep=optuna", "--help"]))
    assert isinstance(search["sweep"], dict)


def test_groups_of_the_user_s_own(conf: Path, tmp_path: Path) -> None:
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment" / "mine.yaml").write_text("# @package _global_\nseed: 9\n")
    arguments = [f"hydra.searchpath=['file://{tmp_path}']", "experiment=mine", "--help"]
    text = describe_settings(arguments)
    assert "experiment: bilstm_names, gru_text, mine" in text
    assert settings(text)["seed"] == 9


def test_find_groups(tmp_path: Path) -> None:
    for name in (
        "a/y.yaml",
        "a/x.yaml",
        "b/c/z.yaml",
        "hydra/help/h.yaml",
        "shared/s.yaml",
        "t.yaml",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert find_groups([tmp_path]) == [("a", ["x", "y"]), ("b/c", ["z"])]


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
    assert "  name: gru\n" in done.stdout
    done = in_process("train.py", "--help", "modle=gru")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "error: unknown setting 'modle': did you mean 'model'?\n"
