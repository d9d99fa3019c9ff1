"""What a user may do next with a run that has ended, in commands that can be copied."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from charlab.runs.folder import has_checkpoint, newest_first
from charlab.system.entry_point import command_line
from charlab.system.files import user_path
from charlab.system.style import line, styled
from charlab.system.terminal import say, screen_width

if TYPE_CHECKING:
    from charlab.config.schema import RunOptions
    from charlab.training.run import Result

_USUAL, _GAP = "outputs", "  "
_ASKING = {
    "sample": "text from this network",
    "predict": "asks it about lines that you type",
    "evaluate": "measures it again",
}


def say_next_steps(result: "Result", options: "RunOptions") -> None:
    """Says commands that ask a run's network, go on with the run and show its curves."""
    say_commands(*_steps(result, options))


def say_commands(*steps: tuple[str, str]) -> None:
    """Says commands, each with what it is for."""
    room = screen_width() - max((len(what) for _, what in steps), default=0) - 2 * len(_GAP)
    width = max((len(command) for command, _ in steps if len(command) <= room), default=0)
    if steps:
        say("")
    for command, what in steps:
        say(line(_GAP, styled(f"{command:<{width}}", "command"), styled(f"{_GAP}{what}", "dim")))


def _steps(result: "Result", options: "RunOptions") -> Iterator[tuple[str, str]]:
    if has_checkpoint(result.folder):
        run = _name(result.folder, options)
        if result.status != "completed":
            yield command_line("train", f"resume={run}"), "goes on where it stopped"
        command = (options.task.asked_by or "evaluate.py").removesuffix(".py")
        yield command_line(command, f"run={run}"), _ASKING[command]
        if options.task.asked_by:
            yield command_line("play", f"run={run}"), "a page in which it runs"
        if limit := _longer(result, options):
            yield command_line("train", f"resume={run}", limit), "trains on"
    if any(result.folder.rglob("events.out.tfevents.*")):
        inside = result.folder.is_relative_to(user_path(options.output_dir))
        folder = user_path(options.output_dir) if inside and not options.debug else result.folder
        yield shlex.join(["tensorboard", "--logdir", str(folder)]), "its curves"


def _name(folder: Path, options: "RunOptions") -> str:
    """What the commands call a run: "latest" where that means this one."""
    is_usual = options.output_dir == _USUAL and not options.debug
    is_latest = is_usual and next(newest_first(_USUAL, (), saved=False), None) == folder
    return "latest" if is_latest else str(folder)


def _longer(result: "Result", options: "RunOptions") -> str | None:
    """The limit that a run has reached, doubled; None where it ended for another reason."""
    share = result.metrics.get("progress/share")
    if result.status != "completed" or not isinstance(share, float) or share < 1:
        return None
    for what in ("steps", "epochs"):
        limit = getattr(options.trainer, f"max_{what}")
        if limit is not None and result.metrics[f"progress/{what}"] == limit:
            return f"trainer.max_{what}={2 * limit}"
    minutes = options.trainer.max_minutes
    return None if minutes is None else f"trainer.max_minutes={2 * minutes:g}"
