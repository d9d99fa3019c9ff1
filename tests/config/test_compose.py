"""Composing in any process what the command line composed in the first."""

import shutil
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf

from charlab.config.compose import Composition
from charlab.errors import ConfigError


@cache
def composition(conf: Path, *arguments: str) -> Composition:
    with initialize_config_dir(str(conf), version_base="1.3"):
        return Composition.of(compose("train", list(arguments), return_hydra_config=True))


def test_it_composes_what_hydra_composes(conf: Path) -> None:
    arguments = ["model=gru", "dataset.path='a, b = c'"]
    with initialize_config_dir(str(conf), version_base="1.3"):
        expected = compose("train", arguments)
    plain = composition(conf).to_plain()
    found = Composition.from_plain(plain).compose(arguments)
    assert OmegaConf.to_yaml(found) == OmegaConf.to_yaml(expected)
    assert found.model.name == "gru"
    assert found.dataset.path == "a, b = c"


def test_further_places_are_searched(conf: Path, tmp_path: Path) -> None:
    place = tmp_path / "my confs"
    (place / "model").mkdir(parents=True)
    shutil.copy(conf / "model" / "gru.yaml", place / "model" / "mine.yaml")
    here = composition(conf, f"hydra.searchpath=[file://{place}]")
    assert here.config_dir == str(conf)
    assert here.search_path == (f"file://{place}",)
    assert here.hydra_words == ()
    assert here.compose(["model=mine"]).model.name == "gru"
    with pytest.raises(ConfigError, match="model=mine: no such choice"):
        composition(conf).compose(["model=mine"])


def test_hydras_own_words_stay(conf: Path) -> None:
    arguments = composition(conf, "hydra.run.dir=x", "hydra.mode=MULTIRUN", "seed=3").hydra_words
    assert arguments == ("hydra.run.dir=x",)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("modle=gru", "unknown setting 'modle': did you mean 'model'?"),
        ("model=gur", "model=gur: no such choice; did you mean 'gru'?"),
        ("seed=1,2", "several values make a grid of runs, which needs -m"),
    ],
)
def test_words_that_make_no_configuration(word: str, message: str, conf: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        composition(conf).compose([word])
    assert message in str(raised.value)


def test_the_program_s_own_hydra_is_left_as_it_was(conf: Path) -> None:
    """A sweep composes while Hydra's own main function is at work, also if that fails."""
    other = composition(conf)
    with initialize_config_dir(str(conf), version_base="1.3"):
        before: Any = GlobalHydra.instance().hydra
        assert before is not None
        other.compose([])
        assert GlobalHydra.instance().hydra is before
        with pytest.raises(ConfigError):
            other.compose(["modle=gru"])
        assert GlobalHydra.instance().hydra is before


def test_folders_of_members_are_searched_anyway(
    conf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model").mkdir()
    shutil.copy(conf / "model" / "gru.yaml", tmp_path / "model" / "mine.yaml")
    monkeypatch.setenv("CHARLAB_PATH", str(tmp_path))
    here = composition(conf, "model=mine")
    assert here.search_path == ()  # a command that repeats a run need not name them
    assert here.compose(["model=mine"]).model.name == "gru"


def test_what_a_command_line_needs_to_compose_the_same(conf: Path, tmp_path: Path) -> None:
    place = tmp_path / "my confs"
    place.mkdir()
    shutil.copy(conf / "train.yaml", place)
    assert composition(conf).arguments == ()
    assert Composition(str(place), "own", (), ()).arguments == (
        f"--config-path={place}",
        "--config-name=own",
    )
    elsewhere = Composition("/gone/with/another/machine/conf", "train", (), (), (str(place),))
    assert elsewhere.arguments == (f"--config-dir={place}",)
