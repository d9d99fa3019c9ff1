"""The doors: from a command line to a command, and from an error to one line and an exit code."""

import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from charlab.errors import CharlabError

FULL_ERROR = "HYDRA_FULL_ERROR"


def enter(command: Callable[[list[str]], int]) -> None:
    """Runs a command with the words of the command line and exits.

    Exit codes: 0 done, 1 bad input (one line on standard error; ``HYDRA_FULL_ERROR=1`` shows the
    traceback), 130 interrupted.
    """
    _use_utf8()
    try:
        code = command(sys.argv[1:])
    except CharlabError as error:
        code = _report(str(error))
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        code = 130
    except BrokenPipeError:  # whoever read our output has enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except (MemoryError, RuntimeError, OSError) as error:
        line = _line_about_the_machine(error)
        if line is None:
            raise
        code = _report(line)
    sys.exit(code)


def train(words: list[str]) -> int:
    """``train.py``: trains, or goes on with a run that stopped."""
    from charlab.config.overrides import take_out

    run, rest = take_out(words, "resume")
    if run is not None:
        from charlab.commands.resume import resume_from_words

        return resume_from_words(run, rest)
    from charlab.config.composing import run_composed

    return run_composed(_train_job, Path(sys.argv[0]).resolve().parent / "conf")


def _train_job(options: object, config: str, overrides: Sequence[str], folder: Path | None) -> int:
    from charlab.config.schema import RunOptions
    from charlab.runs import require_writable
    from charlab.terminal import start_logging

    assert isinstance(options, RunOptions)
    require_writable(options.output_dir)
    start_logging()
    from charlab.commands.train import train as train_run

    result = train_run(options, folder=folder, config_yaml=config, overrides=overrides)
    return exit_code(result.signal)


def exit_code(signum: int | None) -> int:
    """0, or what a shell expects of a command that a signal ended."""
    return 0 if signum is None else 128 + signum


def _report(message: str) -> int:
    if os.environ.get(FULL_ERROR) == "1":
        traceback.print_exc()
    else:
        for line in message.split("\n"):
            print(f"error: {line}", file=sys.stderr)
    return 1


def _line_about_the_machine(error: BaseException) -> str | None:
    """A line for what the machine lacks (memory, disk, permission); None for a fault of ours."""
    if isinstance(error, OSError) and error.strerror:
        where = f" {error.filename}" if error.filename else ""
        return f"the system says: {error.strerror}{where}"
    text = str(error).lower()
    if isinstance(error, MemoryError) or "out of memory" in text or "can't allocate" in text:
        return (
            "out of memory: lower dataset.batch_size, dataset.seq_len, model.hidden_size or "
            "model.embedding_size"
        )
    return None


def _use_utf8() -> None:
    """Any script passes, whatever the locale; what a stream cannot say is escaped."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
