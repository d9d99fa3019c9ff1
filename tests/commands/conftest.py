"""Small data of the user's own, and a shell."""

import random
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.shell import through_bash

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
def door(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs a door through ``bash``, words quoted for it; runs go to a folder of their own."""

    def run(
        script: str, *words: str, stdin: str | bytes = "", outputs: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        folder = tmp_path / "outputs" if outputs is None else outputs
        return through_bash(script, *words, f"output_dir={folder}", stdin=stdin)

    return run
