"""What TensorBoard shows of a run's data: once, and after the first validation."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.data.corpus import Corpus
from charlab.evaluation.dataset_statistics import inspect_corpus
from charlab.system.signals import Stopped
from charlab.training import run
from charlab.training.callbacks import log_dataset
from charlab.training.callbacks.log_dataset import LogDataset
from charlab.training.callbacks.tensorboard import TensorBoardWriter
from tests.support.shell import TINY, only_run

WORDS = [*TINY, "trainer.max_steps=4", "trainer.log_every=1", "trainer.progress=none"]
PICTURES = ["data/bigrams", "data/labels", "data/lengths"]
NOBODY: Any = None  # the hooks look at neither trainer nor task


def points(folder: Path) -> EventAccumulator:
    events = EventAccumulator(str(folder))
    events.Reload()
    return events


def pictures(folder: Path) -> list[str]:
    return sorted(tag for tag in points(folder).Tags()["images"] if tag.startswith("data/"))


def test_a_run_shows_its_data(command_line: Any, names_folder: Path, tmp_path: Path) -> None:
    arguments = ["dataset=names", f"dataset.path={names_folder}", *WORDS]
    assert command_line("train.py", *arguments).returncode == 0
    folder = only_run(tmp_path / "outputs")
    shown = points(folder)
    assert pictures(folder) == PICTURES
    for tag in PICTURES:
        (picture,) = shown.Images(tag)
        assert picture.step == 0
        assert picture.encoded_image_string.startswith(b"\x89PNG")
    for order in ("unigram", "bigram", "trigram"):
        (point,) = shown.Scalars(f"data/{order}_entropy")
        assert point.step == 0
        assert point.wall_time > shown.Scalars("train/loss")[0].wall_time  # nothing waited for it

    done = command_line("train.py", f"resume={folder}", "trainer.max_steps=6")
    assert done.returncode == 0, done.stderr
    assert len(points(folder).Images("data/bigrams")) == 1


@pytest.mark.parametrize("why", ["debug", "trial"])
def test_runs_that_do_not(
    why: str,
    compose_options: Callable[..., RunOptions],
    names_folder: Path,
    tmp_path: Path,
) -> None:
    arguments = ["dataset=names", f"dataset.path={names_folder}", *WORDS, f"output_dir={tmp_path}"]
    options = (
        compose_options(*arguments, "debug=smoke")
        if why == "debug"
        else compose_options(*arguments)
    )
    watch = (lambda metrics, characters: False) if why == "trial" else None
    assert pictures(run.train(prepare(options), watch=watch).folder) == []


def test_without_validation_they_come_at_the_end(
    compose_options: Callable[..., RunOptions], names_folder: Path, tmp_path: Path
) -> None:
    arguments = ["dataset=names", f"dataset.path={names_folder}", *WORDS, f"output_dir={tmp_path}"]
    options = compose_options(*arguments, "dataset.split.fractions=[0.8,0,0.2]")
    assert pictures(run.train(prepare(options)).folder) == PICTURES


@pytest.fixture
def corpus(make_corpus: Callable[..., Corpus]) -> Corpus:
    return make_corpus([(f"name {i}", "ab"[i % 2]) for i in range(20)])


def test_the_entropies_are_those_of_the_train_part(corpus: Corpus, tmp_path: Path) -> None:
    curves = TensorBoardWriter(tmp_path)
    log_dataset.show_data(curves, corpus)
    curves.close()
    shown = points(tmp_path)
    for order, bits in inspect_corpus(corpus).entropies.bits.items():
        assert shown.Scalars(f"data/{order}_entropy")[0].value == pytest.approx(bits)


ENDS: dict[str, Callable[[LogDataset], None]] = {
    "validation": lambda looks: looks.on_validation_end(NOBODY, NOBODY),
    "end": lambda looks: looks.on_fit_end(NOBODY, NOBODY),
    "signal": lambda looks: looks.on_exception(NOBODY, NOBODY, Stopped(2)),
}


@pytest.mark.parametrize("first", ENDS)
def test_shown_once_whatever_comes_first(
    first: str, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[object] = []
    monkeypatch.setattr(log_dataset, "show_data", lambda *given: shown.append(given))
    curves = TensorBoardWriter(tmp_path)
    looks = LogDataset(curves, corpus, wanted=True)
    looks.on_exception(NOBODY, NOBODY, RuntimeError("a bug"))  # no time for pictures
    assert shown == []
    ENDS[first](looks)
    assert shown == [(curves, corpus)]
    for end in ENDS.values():
        end(looks)
        end(LogDataset(curves, corpus, wanted=False))
    assert len(shown) == 1
    curves.close()
