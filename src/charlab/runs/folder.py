"""Runs on disk: where a run's folder is, what it is called, how the latest is found."""

import os
import re
import shlex
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from charlab.errors import RunError, RunInUseError, closest
from charlab.system.entry_point import command_line
from charlab.system.file_locks import is_locked, lock
from charlab.system.files import clean_up, open_regular, user_path

HYDRA = ".hydra"
CHECKPOINTS = "checkpoints"
BEST = "best.ckpt"
LAST = "last.ckpt"
EXPORTED = ".safetensors"  # how a network's file ends that is used elsewhere
LOCK = ".lock"
WANDB = "wandb"  # where its logger writes
_FOLDER_NAME = re.compile(r"(\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d)(?:-(\d+))?")


def allocate(output_dir: str, task: str, dataset: str, model: str, *, debug: bool = False) -> Path:
    """Makes a folder that belongs to one run alone: ``<task>/<dataset>/<model>/<date>_<time>[-n]``.

    Raises:
        RunError: if the folder cannot be made.
    """
    parent = user_path(output_dir) / ("debug" if debug else "") / task / dataset / model
    try:
        parent.mkdir(parents=True, exist_ok=True)
        return first_free(parent)
    except OSError as error:
        raise RunError(
            f"cannot write the run's folder {parent}: {error.strerror}; "
            "set output_dir= to a folder that you may write to"
        ) from error


def require_writable(output_dir: str) -> None:
    """Finds out before anything heavy is imported whether runs can be written.

    Raises:
        RunError: if they cannot.
    """
    folder = user_path(output_dir)
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not existing.is_dir():
        raise RunError(f"output_dir={output_dir}: {existing} is a file, not a folder")
    if not os.access(existing, os.W_OK | os.X_OK):
        raise RunError(
            f"output_dir={output_dir}: cannot write to {existing}: permission denied; set "
            "output_dir= to a folder that you may write to"
        )


def claim(folder: Path) -> Path:
    """Takes a folder that the user named for a run, if no run lives there yet.

    Raises:
        RunError: if a run lives there or the folder cannot be made.
    """
    if (folder / CHECKPOINTS).exists() or (folder / "metrics.json").exists():
        raise RunError(
            f"{folder} already holds a run; go on with it by resume={shlex.quote(str(folder))}"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RunError(f"cannot make the run's folder {folder}: {error.strerror}") from error
    if not os.access(folder, os.W_OK):
        raise RunError(f"cannot write to the run's folder {folder}: permission denied")
    return folder


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Keeps a run's folder to one process as long as the context lasts.

    The lock is the kernel's, so that it goes with the process, however that ends. What processes
    that died were writing is cleared away.

    Raises:
        RunInUseError: if another process has it.
        RunError: if a link leads out of it to where the run would write.
    """
    own = [folder, folder / HYDRA, folder / CHECKPOINTS]
    for part in (*own[1:], folder / WANDB):
        if part.is_symlink():
            raise RunError(f"{part} is a symbolic link, and a run writes into its own folder only")
    try:
        file = open_regular(folder / LOCK, "ab")
    except OSError as error:
        raise RunError(f"cannot lock the run's folder {folder}: {error.strerror}") from error
    with file:
        if not lock(file, wait=False):
            raise RunInUseError(f"{folder} is in use: the run goes on in another process")
        for part in own:
            clean_up(part)
        yield


def true_status(folder: Path, status: str) -> str:
    """A run's status as its folder says it; "died" where no process is behind "running" any more.

    Who was killed at once (``kill -9``, want of memory, a power cut) could not write what became
    of it.
    """
    return "died" if status == "running" and not is_locked(folder / LOCK) else status


def newest_first(
    output_dir: str, tasks: Collection[str] = (), *, saved: bool = True
) -> Iterator[Path]:
    """Runs, newest first; neither debug runs nor trials of sweeps.

    Args:
        output_dir: where runs are ("outputs").
        tasks: only runs of these; (): of any.
        saved: only those with a checkpoint.
    """
    root = user_path(output_dir)
    ranked = []
    for folder in root.glob("*/*/*/*/"):
        if not (has_checkpoint(folder) or (not saved and (folder / HYDRA).exists())):
            continue
        match = _FOLDER_NAME.fullmatch(folder.name)
        kind = folder.relative_to(root).parts[0]
        wanted = kind in tasks if tasks else kind not in ("debug", "sweeps", "multirun")
        if match and wanted:
            ranked.append((match[1], int(match[2] or 1), str(folder), folder))
    for *_, folder in sorted(ranked, reverse=True):
        yield folder


def find_newest(output_dir: str) -> Path:
    """The newest run, which is the only one that ``resume=latest`` may mean.

    Raises:
        RunError: if there is none, or it has no checkpoint.
    """
    newest = next(newest_first(output_dir, saved=False), None)
    if newest is None or has_checkpoint(newest):
        return find("latest", output_dir, (), "resume")
    raise RunError(
        f"resume: the newest run, {newest}, has no checkpoint to go on from; another one is named "
        "by its folder: resume=FOLDER"
    )


def has_checkpoint(folder: Path) -> bool:
    """Whether a run has been saved."""
    return any((folder / CHECKPOINTS / name).exists() for name in (BEST, LAST))


def find(run: str, output_dir: str, tasks: Collection[str], command: str) -> Path:
    """The folder that ``run=`` names: "latest" or a path (a folder or a checkpoint in it).

    Raises:
        RunError: if there is none, or it has no checkpoint.
    """
    if run == "latest":
        for folder in newest_first(output_dir, tasks):
            return folder
        named = [f" task={task}" for task in tasks]
        kind = " with" + " or".join(named) if tasks else ""
        what = f"{command_line('train')}{''.join(named[:1])}"
        raise RunError(f"{command}: no run{kind} in {output_dir}/ yet; train one first: {what}")
    if not run:
        raise RunError(f"{command}: run= is empty: give latest, or a run's folder")
    folder = user_path(run)
    if not folder.exists():
        raise RunError(f"{command}: there is no run {run}{_similar(run, output_dir)}")
    if folder.is_dir() and not has_checkpoint(folder):
        raise RunError(f"{command}: {run} has no checkpoint{_inside(folder, output_dir)}")
    return folder


def is_bare_checkpoint(run: str) -> bool:
    """Whether ``run=`` names a checkpoint file and not a run's folder."""
    return run != "latest" and user_path(run).is_file()


def checkpoint_file(run: Path) -> Path:
    """A run's best checkpoint, or its last where none was best yet; a file stands for itself."""
    if run.is_file():
        return run
    best = run / CHECKPOINTS / BEST
    return best if best.exists() else run / CHECKPOINTS / LAST


def run_of(checkpoint: Path) -> Path | None:
    """The folder of the run that a checkpoint belongs to; None of one that lies elsewhere."""
    return checkpoint.parent.parent if checkpoint.parent.name == CHECKPOINTS else None


def first_free(parent: Path) -> Path:
    """Makes a folder that is named by the time and belongs to the caller: ``<date>_<time>[-n]``."""
    stamp, number = datetime.now().strftime("%Y-%m-%d_%H-%M-%S"), 1
    while True:
        folder = parent / (stamp if number == 1 else f"{stamp}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:  # another run of the same second
            number += 1
        else:
            return folder


def _similar(run: str, output_dir: str) -> str:
    """Words about the run that another word may stand for: the end of a message."""
    if closest(run, ["latest"]):
        return ": did you mean 'latest'?"
    folder = user_path(run)
    runs = [str(path) for path in newest_first(output_dir)]
    runs += sorted(
        (str(path.parent) for path in folder.parent.glob(f"*/{CHECKPOINTS}")), reverse=True
    )
    named = [path for path in runs if Path(path).name == folder.name]
    near = named[0] if named else closest(str(folder), runs)
    if near:
        return f": did you mean {near!r}?"
    return f"; the newest is {runs[0]!r}" if runs else ""


def _inside(folder: Path, output_dir: str) -> str:
    """Words about the newest run below a folder that is none itself."""
    inside = (path for path in newest_first(output_dir) if folder in path.parents)
    near = next(inside, None)
    return f"; the newest run below it is {str(near)!r}" if near else f" in {CHECKPOINTS}/ (yet)"
