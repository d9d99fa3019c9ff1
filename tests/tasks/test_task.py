"""Every task keeps the contract; a new one is a file and a YAML file."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from charlab.builders.corpus import resolve
from charlab.config.schema import RunOptions
from charlab.data.corpus import Corpus
from charlab.data.tokens.ragged import EncodedSplit
from charlab.tasks import TASKS
from charlab.tasks.task import Task, facts_of
from charlab.testing.task_contract import TaskContract
from tests.support.shell import TINY, only_run, through_bash

TOYS = Path(__file__).parent / "toys"
NAMES = [(f"{a}{b * n}{a}", a) for n in (1, 2, 5) for a in "aei" for b in "xyzw"]
STREAM = [("the quick brown fox jumps over the lazy dog; " * 6, label) for label in ("x", "y")]
SMALL = ["model.hidden_size=5", "model.embedding_size=3", "model.dropout=0.3"]
SMALL += ["dataset.seq_len=8", "dataset.batch_size=4", "dataset.split.fractions=[0.4,0.6,0]"]


class _OfCharlab(TaskContract):
    arguments: tuple[str, ...] = ()
    texts: Any = NAMES

    @pytest.fixture
    def corpus(self, make_corpus: Callable[..., Corpus]) -> Corpus:
        return make_corpus(self.texts, fractions=(0.4, 0.6, 0.0))

    @pytest.fixture
    def task(self, compose_options: Callable[..., RunOptions], corpus: Corpus) -> Task[Any]:
        options = resolve(compose_options(*SMALL, *self.arguments), corpus)
        return TASKS[options.task.name](options, facts_of(corpus))

    @pytest.fixture
    def split(self, corpus: Corpus) -> EncodedSplit:
        return corpus.splits["val"]


class TestGenerateNames(_OfCharlab):
    arguments = ("task=generate",)


class TestGenerateNamesWithoutLabels(_OfCharlab):
    arguments = ("task=generate", "task.condition_on_label=false", "model=gru")


class TestGenerateText(_OfCharlab):
    arguments = ("task=generate", "model=vanilla")
    texts = STREAM[:1]


class TestClassifyNames(_OfCharlab):
    arguments = ("task=classify", "model.bidirectional=true")


class TestClassifyText(_OfCharlab):
    arguments = ("task=classify",)
    texts = STREAM


def test_a_new_task_is_one_file_and_one_yaml(tmp_path: Path) -> None:
    """It trains, stops, goes on and is evaluated through the ordinary commands."""

    def run(script: str, *arguments: str) -> str:
        output = f"output_dir={tmp_path}"
        done = through_bash(script, *arguments, output, CHARLAB_TASKS=str(TOYS))
        assert done.returncode == 0, done.stderr
        return done.stdout

    names = tmp_path / "names.txt"
    names.write_text("\n".join(f"{a}{b}{c}" for a in "bdfg" for b in "aeio" for c in "klmn"))
    arguments = [*TINY, "task=vowels", f"dataset.path={names}", "model.bidirectional=true"]
    run("train.py", "--config-dir", str(TOYS / "conf"), *arguments)
    folder = only_run(tmp_path)
    assert folder.relative_to(tmp_path).parts[0] == "vowels"
    first = json.loads((folder / "metrics.json").read_text())
    run("train.py", f"resume={folder}", "trainer.max_epochs=40")
    after = json.loads((folder / "metrics.json").read_text())
    assert after["progress/epochs"] == 40
    assert after["best/val/accuracy"] > max(0.9, first["best/val/accuracy"] - 1e-9)
    assert "val/accuracy" in run("evaluate.py", f"run={folder}", "split=val")
