"""The figures in a run's folder and what it looks at in the end: which, when, and of what."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from matplotlib.figure import Figure

from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.gallery import pictures
from charlab.runs.checkpoint import load
from charlab.system.terminal import LOGGER
from charlab.training import run, run_figures
from charlab.training.run import Result
from tests.support.shell import TINY
from tests.support.stop_after import StopAfter

Train = Callable[..., Result]
Told = list[tuple[str, tuple[int, ...]]]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Figure]]:
    """The figures that runs write, by their names, instead of their files."""
    found: list[tuple[str, Figure]] = []
    monkeypatch.setattr(
        run_figures, "_write", lambda figure, path: found.append((path.name, figure))
    )
    return found


@pytest.fixture
def train(
    undrawn: None,
    compose_options: Callable[..., RunOptions],
    names_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Train:
    """Trains a classifier of names, or what the arguments say."""
    monkeypatch.setattr(run, "write_run_figures", run_figures.write_run_figures)

    def train(*arguments: str, **rest: Any) -> Result:
        given = ["dataset=names", f"dataset.path={names_folder}", f"output_dir={tmp_path}"]
        given += [*TINY, "task=classify", "trainer.progress=none", "trainer.figures=auto"]
        return run.train(prepare(compose_options(*given, *arguments)), **rest)

    return train


def lines(figure: Figure) -> list[list[list[list[float]]]]:
    return [[line.get_xydata().tolist() for line in axes.lines] for axes in figure.axes]  # type: ignore[union-attr]


def test_a_classifier_leaves_curves_and_the_confusion_of_its_test_part(train: Train) -> None:
    folder = train("trainer.max_steps=4").folder
    assert {file.name for file in folder.glob("*.png")} == {"curves.png", "confusion.png"}
    for file in folder.glob("*.png"):
        assert file.read_bytes().startswith(b"\x89PNG")


def test_they_show_what_was_measured(train: Train, drawn: list[tuple[str, Figure]]) -> None:
    metrics = train("trainer.max_epochs=3").metrics
    (name, curves), (other, confusion) = drawn
    assert (name, other) == ("curves.png", "confusion.png")
    loss, accuracy = curves.axes
    assert (loss.get_ylabel(), accuracy.get_ylabel()) == ("loss", "accuracy")
    for axes in curves.axes:
        trained, validated, best = lines(curves)[curves.axes.index(axes)]
        name = f"val/{axes.get_ylabel()}"
        assert [epochs for epochs, _ in validated] == [1, 2, 3]
        assert validated[-1][1] == metrics[name]
        assert best[0] in validated
        assert trained[-1][0] == 3
    assert lines(curves)[0][2][0][1] == metrics["best/val/loss"]
    title = confusion.axes[0].get_title()
    assert title.startswith("test part, best checkpoint: ")
    assert title.endswith(f"{metrics['test/accuracy']:.1%} right")


def test_a_generator_s_curves_are_of_perplexity(
    train: Train, drawn: list[tuple[str, Figure]]
) -> None:
    metrics = train("task=generate").metrics
    ((name, curves),) = drawn
    assert name == "curves.png"
    assert curves.axes[0].get_ylabel() == "perplexity"
    assert lines(curves)[0][1][-1][1] == metrics["val/perplexity"]
    # what TensorBoard's last point of training says is the curve's last
    assert lines(curves)[0][0][-1][1] == pytest.approx(metrics["train/perplexity"])


def test_a_stopped_run_has_them_and_its_resume_draws_the_whole_curve(
    train: Train, drawn: list[tuple[str, Figure]], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train("trainer.validate_every=5", "trainer.log_every=1", "trainer.max_steps=20")
    expected = lines(drawn[0][1])
    drawn.clear()
    with monkeypatch.context() as patch:
        patch.setattr(run, "StopSignals", lambda: StopAfter(13))
        stopped = train("trainer.validate_every=5", "trainer.log_every=1", "trainer.max_steps=20")
    assert (whole.status, stopped.status) == ("completed", "interrupted")
    (_, curves), (_, confusion) = drawn
    begun = lines(curves)
    assert 0 < len(begun[0][0]) < len(expected[0][0])
    assert confusion.axes[0].get_title().startswith("validation part, best checkpoint: ")
    drawn.clear()
    last = load(stopped.folder / "checkpoints/last.ckpt")
    run.resume(last, last.options, stopped.folder)
    assert lines(drawn[0][1]) == expected


@pytest.mark.parametrize(
    ("arguments", "rest", "count"),
    [
        (["debug=smoke"], {}, 0),
        ([], {"watch": lambda metrics, characters: False}, 0),
        (["trainer.figures=never"], {}, 0),
        (["debug=smoke", "trainer.figures=always"], {}, 2),
    ],
)
def test_which_runs_draw(
    train: Train,
    drawn: list[tuple[str, Figure]],
    arguments: list[str],
    rest: dict[str, Any],
    count: int,
) -> None:
    train("trainer.max_steps=4", *arguments, **rest)
    assert len(drawn) == count


def test_a_figure_that_cannot_be_drawn_costs_a_line(
    train: Train, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*given: object) -> None:
        raise RuntimeError("no\nfonts")

    monkeypatch.setattr("charlab.figures.run_curves.run_curves_figure", fail)
    monkeypatch.setattr(LOGGER, "propagate", True)
    result = train("trainer.max_steps=4")
    assert result.status == "completed"
    assert [file.name for file in result.folder.glob("*.png")] == ["confusion.png"]
    said = {id(record): record.message for record in caplog.records if "curves" in record.message}
    assert list(said.values()) == ["cannot draw curves.png: no fonts; all else goes on"]


@pytest.fixture
def finish(
    compose_options: Callable[..., RunOptions],
    names_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., tuple[Path, Told]]:
    """Trains a generator of names for a few steps; its folder, and the images that loggers saw."""
    told: Told = []
    monkeypatch.setattr("charlab.training.callbacks.log_dataset.show_data", lambda *_: None)
    monkeypatch.setattr(run, "write_run_figures", lambda *_: None)
    monkeypatch.setattr(run, "write_look", run_figures.write_look)
    monkeypatch.setattr(
        "charlab.training.loggers.run_loggers.RunLoggers.image",
        lambda self, tag, pixels, step: told.append((tag, pixels.shape)),
    )

    def train(*words: str) -> tuple[Path, Told]:
        options = compose_options(
            f"dataset.path={names_folder}", f"output_dir={tmp_path}", *TINY, "trainer.max_steps=3",
            *words,
        )  # fmt: skip
        result = run.train(prepare(options))
        assert result.status == "completed"
        return result.folder, told

    return train


def test_quick_pictures_and_their_page(finish: Callable[..., tuple[Path, Told]]) -> None:
    folder, told = finish("trainer.figures=auto")
    names = {path.name for path in (folder / "look").iterdir()}
    assert names == {"index.html", "curves.png", "predictions.png", "surprise.png", "unfolded.png"}
    assert [tag for tag, _ in told] == [
        f"your network/{name}" for name in ("curves", "predictions", "surprise", "unfolded")
    ]
    assert all(shape[2] == 3 for _, shape in told)


@pytest.mark.parametrize(
    "words", [["trainer.figures=never"], ["trainer.figures=auto", "debug=smoke"]]
)
def test_unasked_a_debug_run_draws_none(
    finish: Callable[..., tuple[Path, Told]], words: list[str]
) -> None:
    folder, told = finish(*words)
    assert not (folder / "look").exists()
    assert told == []


def test_what_cannot_be_drawn_ends_no_run(
    finish: Callable[..., tuple[Path, Told]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise ValueError("no fonts")

    said: list[str] = []
    everything = pictures.pictures_of
    monkeypatch.setattr(
        pictures,
        "pictures_of",
        lambda *of: [p for p in everything(*of) if p.name in ("predictions", "unfolded")],
    )
    monkeypatch.setattr(LOGGER, "warning", lambda text, *rest: said.append(str(text)))
    monkeypatch.setattr(pictures, "unfolded_figure", fails)
    monkeypatch.setattr(run_figures, "warn", said.append)
    folder, told = finish("trainer.figures=auto")
    assert any("cannot draw unfolded: ValueError: no fonts" in text for text in said)
    assert (folder / "look" / "predictions.png").exists()
    assert [tag for tag, _ in told] == ["your network/predictions"]
