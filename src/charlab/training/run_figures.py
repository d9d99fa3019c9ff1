"""The figures in a run's folder: its learning curves, and what its task draws of a split."""

from pathlib import Path
from typing import Any

from charlab.evaluation.evaluate import Meter
from charlab.system.entry_point import command_line
from charlab.system.files import write_bytes
from charlab.system.terminal import warn
from charlab.training.loggers.run_loggers import RunLoggers
from charlab.training.session import Session

_GROUP = "your network"  # TensorBoard sorts by name: this comes after "train" and "val"


def write_run_figures(session: Session, folder: Path, test_meter: Meter | None) -> None:
    """Writes the figures; one that cannot be drawn costs a line.

    Args:
        session: the run at its end.
        folder: the run's.
        test_meter: what measured the test part; None: nothing did.
    """
    from charlab.figures import spare  # matplotlib takes half a second
    from charlab.figures.run_curves import run_curves_figure
    from charlab.gallery.curves import curves_of, title_of

    task, meter = session.task, test_meter or session.module.best_meter
    with spare("curves.png"):
        curves = curves_of(task, session.module.history, session.best.step, task.options.curves)
        if curves:
            _write(run_curves_figure(curves, title_of(task)), folder / "curves.png")
    if task.figure_name and meter is not None:
        name = f"{task.figure_name}.png"
        part = "test" if test_meter else "validation"
        with spare(name):
            figure = task.meter_figure(meter, f"{part} part, best checkpoint")
            _write(figure, folder / name)


def write_look(session: Session, folder: Path, loggers: RunLoggers) -> None:
    """Writes the quick pictures of the gallery into ``look/``, and shows them in the loggers.

    Args:
        session: the run at its end, with its best weights.
        folder: the run's.
        loggers: the run's.
    """
    from charlab.figures import read_image, spare
    from charlab.gallery.files import LOOK, write_gallery
    from charlab.gallery.pictures import Subject, pictures_of

    corpus, history = session.corpus, session.module.history
    split = "val" if "val" in corpus.splits else "train"
    with spare("the gallery"):
        subject = Subject(session.task, session.trained, history, session.best.step)
        heading = subject.heading(split, session.metrics(), command_line("look", f"run={folder}"))
        quick = [picture for picture in pictures_of(subject, split) if picture.quick]
        gallery = write_gallery(quick, folder / LOOK, heading)
        for name, fault in gallery.faults.items():
            warn(f"cannot draw {name}: {fault}; all else goes on")
        step = session.module.progress.step
        for path in (path for files in gallery.files.values() for path in files):
            loggers.image(f"{_GROUP}/{path.stem}", read_image(path), step)


def _write(figure: Any, path: Path) -> None:
    from charlab.figures import to_png

    write_bytes(path, to_png(figure))
