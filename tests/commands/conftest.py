"""Small data of the user's own, and the doors."""

import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.in_process import in_process
from tests.shell import through_bash

Door = Callable[..., subprocess.CompletedProcess[str]]

SYLLABLES = {
    "Èlfico": ["lae", "thi", "riel", "ó", "nim", "dor"],
    "Orkish": ["gr", "ash", "nak", "ug", "bol", "zag"],
    "Плутон": ["ор", "ми", "тан", "ёл", "ка", "ще"],
}


@pytest.fixture(scope="session")
def names_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three made-up languages, a file each; some names stand in two of them."""
    folder = tmp_path_factory.mktemp("names") / "мои names, with 'quotes'"
    folder.mkdir()
    chance = random.Random(3)
    for language, parts in SYLLABLES.items():
        names = {"".join(chance.choices(parts, k=chance.randint(1, 4))) for _ in range(60)}
        lines = [*sorted(names), "Ana"]
        (folder / f"{language}.txt").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def text_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two texts of different kinds."""
    folder = tmp_path_factory.mktemp("texts")
    chance = random.Random(5)
    words = {"prose": ["she", "said", "so,", "and", "went", "— ö\n"], "digits": ["1", "23", "77\n"]}
    for name, parts in words.items():
        text = " ".join(chance.choices(parts, k=700))
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def door(tmp_path: Path) -> Door:
    """Runs a door in this process; runs go to a folder of their own."""
    return _with_outputs(in_process, tmp_path / "outputs")


@pytest.fixture
def door_in_bash(tmp_path: Path) -> Door:
    """Runs a door through ``bash``, words quoted for it; runs go to a folder of their own."""
    return _with_outputs(through_bash, tmp_path / "outputs")


def _with_outputs(run: Door, folder: Path) -> Door:
    return lambda script, *words, **rest: run(script, *words, f"output_dir={folder}", **rest)
