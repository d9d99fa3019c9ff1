"""Hydra finds the sweeper by itself, and pays nothing for it."""

import subprocess
import sys
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.plugins import Plugins
from hydra.plugins.sweeper import Sweeper

from tests.support.shell import ROOT, environment


def test_hydra_finds_it() -> None:
    found = {plugin.__name__ for plugin in Plugins.instance().discover(Sweeper)}
    assert "CharlabSweeper" in found


def test_the_sweep_group_selects_it(conf: Path) -> None:
    with initialize_config_dir(str(conf), version_base="1.3"):
        swept = compose("train", ["sweep=optuna"], return_hydra_config=True)
        plain = compose("train", [], return_hydra_config=True)
    target = "hydra_plugins.charlab_sweeper.sweeper.CharlabSweeper"
    assert swept.hydra.sweeper._target_ == target
    assert plain.hydra.sweeper._target_ != target


def test_its_file_imports_nothing_heavy() -> None:
    """Every program that uses Hydra imports it."""
    code = (
        "import sys, hydra_plugins.charlab_sweeper.sweeper;"
        "heavy = {'torch', 'optuna', 'sqlalchemy', 'rich', 'charlab'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, cwd=ROOT, env=environment(), check=True
    )
    assert done.stdout.decode().strip() == "[]"
