"""Hydra's own settings: what is refused, where a run's folder is, whose configurations are read."""

import contextlib
import copy
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import hydra
import pytest
from hydra import compose, initialize_config_dir
from hydra._internal.config_loader_impl import ConfigLoaderImpl
from hydra.core.hydra_config import HydraConfig
from hydra.errors import ConfigCompositionException
from omegaconf import OmegaConf

from charlab.config.flags import sort_flags
from charlab.config.hydra_app import known_words
from charlab.config.hydra_settings import (
    FIRST,
    composed_once,
    looked_into_first,
    origin_words,
    own_configurations,
    own_folder,
    require_known,
)
from charlab.errors import ConfigError

Composed = Callable[..., Any]


@pytest.fixture(scope="module")
def hydra_node(conf: Path) -> Composed:
    """``hydra_node("hydra.run.dir=x")``: what Hydra says of a run that these words compose."""

    def composed(*words: str) -> Any:
        with initialize_config_dir(str(conf), version_base="1.3"):
            mode = "hydra.mode=RUN"  # as a command line's is without -m
            return compose("train", [mode, *words], return_hydra_config=True).hydra

    return composed


@pytest.fixture(scope="module")
def usual(hydra_node: Composed) -> Any:
    """What Hydra says where the command line is empty."""
    return hydra_node()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("hydra.job.chdir=true", r"hydra\.job\.chdir is not used here"),
        ("hydra.output_subdir=x", r"hydra\.output_subdir is not used here"),
        ("hydra/job_logging=default", r"hydra\.job_logging is not used here"),
        ("+hydra.job_logging.root.level=INFO", "train.log"),
        ("hydra/hydra_logging=colorlog", "train.log"),
        ("hydra.verbose=true", "train.log"),
        ("hydra.mode=SOME", r"hydra\.mode=SOME: it is RUN, or MULTIRUN"),
        ("-m hydra.mode=RUN", r"hydra\.mode=RUN"),
        ("-m hydra.run.dir=x", r"below hydra\.sweep\.dir="),
        ("hydra.mode=MULTIRUN hydra.run.dir=x", r"below hydra\.sweep\.dir="),
        ("hydra.sweep.dir=x", r"hydra\.sweep\.dir is for a grid"),
        ("hydra.sweep.subdir=x", "is for a grid"),
        ("-m sweep=optuna hydra.sweep.dir=x", "a sweep's trials go to sweeps/"),
        ("-m sweep=optuna hydra.run.dir=x", "a sweep's trials go to sweeps/"),
        ("hydra.run.dir=", "is empty"),
        ("hydra.run.dir=null", "is empty"),
    ],
)
def test_settings_of_hydra_that_have_no_place_here(line: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        require_known(*sort_flags(line.split(), known_words()))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("line", "grid"),
    [
        ("hydra.run.dir=x hydra.job.chdir=false hydra/job_logging=none", False),
        ("hydra.mode=RUN hydra.output_subdir=null", False),
        ("-m hydra.sweep.dir=x hydra.mode=MULTIRUN", True),
        ("hydra.mode=MULTIRUN hydra.searchpath=[file://x]", True),
    ],
)
def test_settings_of_hydra_that_do(line: str, grid: bool) -> None:
    assert require_known(*sort_flags(line.split(), known_words())) is grid


@pytest.mark.parametrize(
    ("words", "folder"),
    [
        ([], None),
        (["hydra.run.dir=my/run"], Path("my/run")),
        (["hydra.run.dir=."], Path()),  # typed, so it is meant
        (["hydra.mode=MULTIRUN"], None),
        (["hydra.mode=MULTIRUN", "hydra.sweep.dir=x", "hydra.job.num=7"], Path("x/7")),
        (["hydra.mode=MULTIRUN", "hydra.sweep.dir=x", "hydra.sweep.subdir=y"], Path("x/y")),
    ],
)
def test_the_folder_that_a_user_gave(words: list[str], folder: Path | None, usual: Any) -> None:
    node = copy.deepcopy(usual)
    node.overrides.hydra = words
    for word in words:
        key, _, value = word.removeprefix("hydra.").partition("=")
        OmegaConf.update(node, key, value)
    assert own_folder(node) == folder


def test_a_run_says_where_it_was_composed_from_unless_that_is_as_usual(
    hydra_node: Composed, tmp_path: Path
) -> None:
    assert origin_words(hydra_node("seed=3", "hydra.run.dir=x")) == []
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "mine.yaml").write_text("name: gru\n")
    search = f"hydra.searchpath=[file://{tmp_path}]"
    assert origin_words(hydra_node(search)) == [search]
    with looked_into_first([str(tmp_path)]):
        assert origin_words(hydra_node(search)) == [f"--config-dir={tmp_path}", search]


def test_configurations_are_those_of_the_folder_given_or_of_conf_where_one_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, conf: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    assert own_configurations(["--multirun"]) == ([], ["--multirun"])
    given = ["--config-dir=mine", "--cfg=job"]
    assert own_configurations(given) == ([str(tmp_path / "mine")], ["--cfg=job"])
    (tmp_path / "conf").mkdir()
    assert own_configurations([]) == ([str(tmp_path / "conf")], [])
    assert own_configurations(given)[0] == [str(tmp_path / "mine")]
    path = ["--config-path=elsewhere"]  # Hydra is told what to read instead
    assert own_configurations(path) == ([], path)
    monkeypatch.chdir(conf.parent)
    assert own_configurations([]) == ([], [])  # charlab's own


def test_a_folder_of_configurations_that_is_not_there_is_one_line() -> None:
    with pytest.raises(ConfigError, match=r"^--config-dir=nö/where: there is no such folder$"):
        own_configurations(["--config-dir=nö/where"])


def test_what_is_looked_into_first_is_forgotten_after_an_error() -> None:
    before = list(FIRST)
    with looked_into_first(["outer"]):
        with contextlib.suppress(ZeroDivisionError), looked_into_first(["a", "b"]):
            assert FIRST == ["a", "b"]
            raise ZeroDivisionError
        assert FIRST == ["outer"]
    assert before == FIRST


@pytest.mark.parametrize(
    ("words", "own", "times"),
    [
        ([], 2, 1),
        (["model=b", "lr=0.1", "hydra.job.num=7"], 2, 1),
        (["--multirun", "model=a,b"], 6, 5),
        (["hydra.mode=MULTIRUN", "seed=1,2"], 6, 6),
        (["experiment=several"], 6, 6),  # its file asks for a grid
        (["experiment=one"], 2, 2),
    ],
)
def test_what_is_composed_once_is_what_hydra_composes(
    tmp_path: Path, words: list[str], own: int, times: int
) -> None:
    defaults = (
        "defaults: [{model: a}, {optional experiment: null}, _self_, "
        "{override hydra/job_logging: none}, {override hydra/hydra_logging: none}]\n"
    )
    folders = f"run: {{dir: {tmp_path}}}, sweep: {{dir: {tmp_path}, subdir: .}}"
    grid = "mode: MULTIRUN, sweeper: {params: {seed: '1,2'}}"
    for name, text in {
        "small": f"{defaults}seed: 3\nlr: 1.0\nhydra: {{output_subdir: null, {folders}}}\n",
        "model/a": "size: 3\n",
        "model/b": "size: ${seed}\n",
        "experiment/several": f"# @package _global_\nhydra: {{{grid}}}\n",
        "experiment/one": "# @package _global_\nhydra: {mode: RUN}\n",
    }.items():
        file = tmp_path / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)

    def composed() -> tuple[list[str], int]:
        made = []
        load = ConfigLoaderImpl._load_configuration_impl
        with (
            patch.object(
                ConfigLoaderImpl, "_load_configuration_impl", autospec=True, side_effect=load
            ) as loaded,
            patch("sys.argv", ["train.py", *words]),
        ):
            job = hydra.main(version_base="1.3", config_path=str(tmp_path), config_name="small")
            job(
                lambda config: made.append(
                    OmegaConf.to_yaml(HydraConfig.instance().cfg) + OmegaConf.to_yaml(config)
                )
            )()
        return made, loaded.call_count

    expected, as_often = composed()
    with composed_once(grid=not {"--multirun", "hydra.mode=MULTIRUN"}.isdisjoint(words)):
        got, count = composed()
    clock = re.compile(r"\d\d-\d\d-\d\d")
    assert [clock.sub("", text) for text in got] == [clock.sub("", text) for text in expected]
    assert (as_often, count) == (own, times)


def test_a_default_that_must_be_given_is_missed_as_ever(conf: Path, tmp_path: Path) -> None:
    (tmp_path / "must.yaml").write_text("defaults: [train, {colour: '???'}]\n")
    words = [f"--config-dir={tmp_path}", "--config-name=must"]
    with (
        composed_once(grid=False),
        patch("sys.argv", ["train.py", *words]),
        patch.dict("os.environ", HYDRA_FULL_ERROR="1"),
        pytest.raises(ConfigCompositionException, match="You must specify 'colour'"),
    ):
        hydra.main(version_base="1.3", config_path=str(conf), config_name="train")(lambda _: None)()
