"""``look.py``: pictures of a run, and the page that shows them."""

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from charlab.api import TrainedModel
from charlab.builders.corpus import prepare
from charlab.commands import load_for
from charlab.commands.train import compose
from charlab.config.cli_options import LookArguments
from charlab.data.facts import facts_of
from charlab.errors import ConfigError
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.figures import spare
from charlab.figures.picture import Picture
from charlab.gallery.files import LOOK, Gallery, write_gallery
from charlab.gallery.page import Heading
from charlab.gallery.pictures import Subject, pictures_of
from charlab.gallery.projector import write_projector
from charlab.gallery.selection import chosen
from charlab.runs.folder import run_of
from charlab.system.entry_point import command_line
from charlab.system.files import read_bounded, user_path
from charlab.system.style import line, styled
from charlab.system.terminal import remark, show, start_logging
from charlab.tasks import TASKS
from charlab.tasks.task import Task

_MOST_TEXT = 2**20  # bytes of input=


def look(arguments: LookArguments) -> int:
    """Draws what a run is asked for, tells of each picture, and writes the page.

    Raises:
        CharlabError: if a run or its data are unfit, there is no such picture, or the folder cannot
            be written.
    """
    models = [load_for(dataclasses.replace(arguments, run=run)) for run in arguments.runs]
    first = models[0]
    others = {model.task for model in models if model.task != first.task}
    if others:
        raise ConfigError(
            f"run= names runs with task={first.task} and task={others.pop()}: pictures show "
            "several runs of one task"
        )
    first.require_split(arguments.split)
    subject = first.subject(_text(arguments), models[1:], arguments.unit)
    pictures = chosen(pictures_of(subject, arguments.split), arguments.names)
    own = run_of(first.path)
    if arguments.output is not None:
        folder = user_path(arguments.output)
    elif own is not None:
        folder = own / LOOK
    else:
        raise ConfigError(f"output= is needed: {first.path} lies in no run's folder")
    remark(f"run: {', '.join(str(model.path) for model in models)}")
    run = own if arguments.run == "latest" else arguments.run
    command = command_line("look", f"run={run}", *_repeated(arguments))
    heading = subject.heading(arguments.split, first.metrics, command)
    gallery = _write(pictures, folder, heading, arguments)
    if "states" in gallery.files:
        _write_projector(first, arguments.split, folder / "projector")
    return int(not any(gallery.files.values()) and bool(gallery.faults))


def _write_projector(model: TrainedModel, split: str, folder: Path) -> None:
    """The final states for TensorBoard; what goes wrong with them costs only them."""
    with spare("TensorBoard's projector"):
        if write_projector(model.trained_for, model.trained, split, folder):
            show(line("projector: ", styled(f"tensorboard --logdir {folder}", "command")))


def look_untrained(words: Sequence[str], arguments: LookArguments) -> int:
    """Draws what a configuration shows without training: the network and the data.

    Args:
        words: overrides as ``train.py`` takes them.
        arguments: the command's own words.

    Raises:
        CharlabError: if the configuration or its data are unfit, or the folder cannot be written.
    """
    options = compose(words)
    start_logging()
    prepared = prepare(options)
    task: Task[Any] = TASKS[options.task.name](prepared.options, facts_of(prepared.corpus))
    network = task.build_network().eval()
    subject = Subject(task, TrainedNetwork(network, prepared.corpus, options.seed))
    pictures = chosen(pictures_of(subject, arguments.split), arguments.names)
    folder = user_path(
        arguments.output or f"{options.output_dir}/look/{subject.title.replace(' · ', '_')}"
    )
    command = command_line("look", *words, *_repeated(arguments))
    heading = subject.heading(arguments.split, {}, command)
    _write(pictures, folder, heading, arguments)
    return 0


def _text(arguments: LookArguments) -> str | None:
    """What the user wants to look at.

    Raises:
        ConfigError: if it cannot be read, or is given twice.
    """
    if arguments.input is None:
        return arguments.text
    if arguments.text is not None:
        raise ConfigError("text= and input= are two texts to look at: give one")
    try:
        return read_bounded(user_path(arguments.input), _MOST_TEXT).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ConfigError(f"input={arguments.input} is no UTF-8: {error.reason}") from error
    except OSError as error:
        raise ConfigError(f"cannot read input={arguments.input}: {error.strerror}") from error


def _repeated(arguments: LookArguments) -> list[str]:
    """The command's words that make the same pictures again."""
    keys = ("pictures", "split", "text", "input", "format")
    given = {key: getattr(arguments, key) for key in keys}
    defaults = {field.name: field.default for field in dataclasses.fields(LookArguments)}
    return [f"{key}={value}" for key, value in given.items() if value != defaults[key]]


def _write(
    pictures: Sequence[Picture], folder: Path, heading: Heading, arguments: LookArguments
) -> Gallery:
    """Writes the pictures and says of each where it is, or why there is none."""

    def tell(picture: Picture, files: Sequence[Path], fault: str) -> None:
        where = ", ".join(file.name for file in files) or "in the page"
        told = line(styled("skipped: ", "warning"), fault) if fault else styled(where, "path")
        show(line(f"  {picture.name:<18} ", told))

    gallery = write_gallery(
        pictures, folder, heading, file_format=arguments.format, on_picture=tell
    )
    show(line("page: ", styled(gallery.page, "path")))
    return gallery
