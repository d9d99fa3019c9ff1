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
from charlab.runs.event_files import event_files
from charlab.system.signals import Stopped
from charlab.training import run
from charlab.training.callbacks import log_dataset
from charlab.training.callbacks.log_dataset import LogDataset
from charlab.training.loggers.run_loggers import RunLoggers
from charlab.training.loggers.tensorboard import EventFiles
from tests.support.shell import TINY, only_run

WORDS = [*TINY, "trainer.max_steps=4", "trainer.log_every=1", "trainer.progress=none"]
PICTURES = ["your data/bigrams", "your data/labels", "your data/lengths"]
NOBODY: Any = None  # the hooks look at neither trainer nor task


def points(folder: Path) -> EventAccumulator:
    events = EventAccumulator(str(folder))
    events.Reload()
    return events


def pictures(output_dir: Path) -> list[str]:
    """Those in the one run of the dataset, if there is one."""
    found = {path.parent for path in (output_dir / "data").rglob("events.*")}
    assert len(found) <= 1
    return sorted(tag for folder in found for tag in points(folder).Tags()["images"])


def test_a_run_shows_its_data(command_line: Any, names_folder: Path, tmp_path: Path) -> None:
    arguments = ["dataset=names", f"dataset.path={names_folder}", *WORDS]
    assert command_line("train.py", *arguments).returncode == 0
    folder = only_run(tmp_path / "outputs")
    (place,) = (tmp_path / "outputs/data/names").iterdir()
    shown = points(place)
    assert pictures(tmp_path / "outputs") == PICTURES
    for tag in PICTURES:
        (picture,) = shown.Images(tag)
        assert picture.step == 0
        assert picture.encoded_image_string.startswith(b"\x89PNG")
        own = points(next(event_files(folder)).parent)
        assert picture.wall_time > own.Scalars("train/loss")[0].wall_time  # nothing waited for it
    assert shown.Tags()["scalars"] == []

    for further in ([f"resume={folder}", "trainer.max_steps=6"], [*arguments, "seed=2"]):
        done = command_line("train.py", *further)
        assert done.returncode == 0, done.stderr
    assert len(points(place).Images("your data/bigrams")) == 1
    assert pictures(tmp_path / "outputs") == PICTURES


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
    run.train(prepare(options), watch=watch)
    assert pictures(tmp_path) == []


def test_without_validation_they_come_at_the_end(
    compose_options: Callable[..., RunOptions], names_folder: Path, tmp_path: Path
) -> None:
    arguments = ["dataset=names", f"dataset.path={names_folder}", *WORDS, f"output_dir={tmp_path}"]
    options = compose_options(*arguments, "dataset.split.fractions=[0.8,0,0.2]")
    run.train(prepare(options))
    assert pictures(tmp_path) == PICTURES


@pytest.fixture
def corpus(make_corpus: Callable[..., Corpus]) -> Corpus:
    return make_corpus([(f"name {i}", "ab"[i % 2]) for i in range(20)])


def test_the_entropies_are_those_of_the_train_part(corpus: Corpus, tmp_path: Path) -> None:
    curves = RunLoggers([EventFiles(tmp_path)])
    log_dataset.show_data(curves, corpus)
    curves.close("completed")
    (shown,) = points(tmp_path).Tensors("your data/text_summary")
    text = shown.tensor_proto.string_val[0].decode()
    for order, bits in inspect_corpus(corpus).entropies.bits.items():
        assert f"{order:<8} {bits:.4f}" in text


ENDS: dict[str, Callable[[LogDataset], None]] = {
    "validation": lambda looks: looks.on_validation_end(NOBODY, NOBODY),
    "end": lambda looks: looks.on_fit_end(NOBODY, NOBODY),
    "signal": lambda looks: looks.on_exception(NOBODY, NOBODY, Stopped(2)),
}


@pytest.mark.parametrize("first", ENDS)
def test_shown_once_whatever_comes_first(
    first: str, corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[tuple[object, object]] = []
    monkeypatch.setattr(log_dataset, "show_data", lambda *given: shown.append(given))
    curves = RunLoggers([EventFiles(tmp_path)])
    looks = LogDataset(curves, corpus, tmp_path / "data", wanted=True)
    looks.on_exception(NOBODY, NOBODY, RuntimeError("a bug"))  # no time for pictures
    assert shown == []
    ENDS[first](looks)
    ((_, given),) = shown
    assert given is corpus
    for end in ENDS.values():
        end(looks)
        end(LogDataset(curves, corpus, tmp_path / "data", wanted=False))
    assert len(shown) == 1
    curves.close("completed")
