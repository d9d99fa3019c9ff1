"""Tiny networks trained once from made-up data, for everything that is asked of a trained one."""

import random
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from tests.robustness.children import Limits, in_children
from tests.robustness.findings import Finding
from tests.support.in_process import in_process
from tests.support.shell import only_run, through_bash

TINY = (
    "model.hidden_size=6",
    "model.embedding_size=4",
    "model.num_layers=1",
    "dataset.seq_len=16",
    "dataset.batch_size=8",
    "trainer.max_steps=4",
    "trainer.validate_every=2",
    "trainer.progress=none",
    "trainer.accelerator=cpu",
)
SYLLABLES = {
    "Èlfico": ["lae", "thi", "riel", "ó", "nim", "Dor"],
    "Orkish": ["Gr", "ash", "nak", "ug", "bol", "'zag"],
    "Плутон": ["ор", "Ми", "тан", "ёл", "ка", "ще"],
}


class World(NamedTuple):
    """A trained network: its run's folder, what it was trained for and on, and the labels."""

    name: str
    run: str
    task: str
    source: str
    data: str
    normalize: str = "nfc"
    unit: str = "char"
    labels: tuple[str, ...] = ()

    def normal(self, text: str) -> str:
        """A text as this network reads it, by the standard library alone."""
        steps = self.normalize.split("+")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        for form in ("NFC", "NFKC"):
            if form.lower() in steps:
                text = unicodedata.normalize(form, text)
        if "lower" in steps:
            text = unicodedata.normalize("NFC", text.lower())
        return text


# name, task, source, normalization, unit, further words
PLANS = [
    ("names", "generate", "names", "nfc", "char", ()),
    ("labels", "classify", "names", "nfc", "char", ()),
    ("stream", "generate", "text", "nfc", "char", ()),
    ("lower", "generate", "text", "nfc+lower", "char", ("model=gru",)),
    ("words", "generate", "text", "nfc", "word", ("dataset.min_count=1",)),
    ("bytes", "generate", "text", "nfc", "byte", ("model=vanilla",)),
    ("rows", "classify", "table", "nfc+lower", "char", ("dataset.label_column=label",)),
    ("conditional", "generate", "names", "nfc", "char", ("task.condition_on_label=true",)),
]


def make_worlds(folder: Path, count: int | None = None) -> list[World]:
    """Trains networks below a folder, each in a process of its own: this one is to be forked."""
    paths = make_data(folder / "data")

    def train(number: int, do: Callable[..., subprocess.CompletedProcess[str]]) -> list[Finding]:
        name, task, source, normalize, unit, more = PLANS[number]
        words = [f"task={task}", f"dataset={source}", f"dataset.path={paths[source]}", *more]
        words += [f"dataset.normalize={normalize}", f"dataset.unit={unit}"]
        done = do("train.py", *TINY, *words, f"output_dir={folder / name}")
        return [Finding("no network", done.stderr)] if done.returncode else []

    in_child, plans = partial(in_process, folder=folder), range(len(PLANS[:count]))
    for number, found in in_children(lambda n: train(n, in_child), plans, Limits(seconds=600)):
        if found and "Autograd-and-Fork" in found[0].detail:  # this process has trained
            shutil.rmtree(folder / PLANS[number][0])
            found = train(number, through_bash)
        assert not found, found
    worlds = []
    for name, task, source, normalize, unit, _ in PLANS[:count]:
        labels = () if source == "text" else tuple(SYLLABLES)
        run, data = str(only_run(folder / name)), str(paths[source])
        worlds.append(World(name, run, task, source, data, normalize, unit, labels))
    return worlds


def make_data(folder: Path) -> dict[str, Path]:
    """Names by language, a text, and a labelled table; by source, where they are."""
    chance = random.Random(11)
    names = folder / "names"
    names.mkdir(parents=True, exist_ok=True)
    rows, lines = ["text,label"], []
    for label, parts in SYLLABLES.items():
        words = sorted({"".join(chance.choices(parts, k=chance.randint(1, 4))) for _ in range(40)})
        (names / f"{label}.txt").write_text("\n".join(words), encoding="utf-8")
        rows += [f"{word},{label}" for word in words]
        lines += [" ".join(chance.choices(words, k=6)) + ".\n" for _ in range(30)]
    chance.shuffle(lines)
    (folder / "text.txt").write_text("".join(lines), encoding="utf-8")
    (folder / "rows.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return {"names": names, "text": folder / "text.txt", "table": folder / "rows.csv"}
