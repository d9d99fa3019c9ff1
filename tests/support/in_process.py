"""charlab's commands in the process of the tests: their words and exit codes, torch imported
once.
"""

import contextlib
import io
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest

from charlab import cli
from charlab.system import command_process
from tests.support.shell import ROOT, environment


def in_process(
    script: str,
    *arguments: str,
    stdin: str | bytes = "",
    folder: Path = ROOT,
    terminal: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Does what ``python SCRIPT WORD …`` does, without a process of its own.

    For what a command says, writes and returns in a folder. What a shell, a pipe, a signal or a
    fresh interpreter has a part in goes through ``tests.support.shell``. A fault that the command
    does not know comes out as the exception that it is. With ``terminal`` what it writes goes to a
    terminal, as far as the command can tell.
    """
    sink = _Terminal if terminal else io.BytesIO
    out, err = io.TextIOWrapper(sink()), io.TextIOWrapper(sink())
    given = io.BytesIO(stdin.encode() if isinstance(stdin, str) else stdin)
    argv = [str(ROOT / script), *arguments]
    with (
        _as_it_was(folder),
        patch.object(sys, "argv", argv),
        patch.object(sys, "stdin", io.TextIOWrapper(given)),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        pytest.raises(SystemExit) as ended,
    ):
        command_process.main(getattr(cli, script.removesuffix(".py")))
    code = ended.value.code
    assert isinstance(code, int)
    return subprocess.CompletedProcess(argv, code, _text(out), _text(err))


class _Terminal(io.BytesIO):
    """Says that it is a terminal."""

    def isatty(self) -> bool:
        return True


@contextlib.contextmanager
def _as_it_was(folder: Path) -> Iterator[None]:
    """A user's environment and folder; afterwards the tests' own, and their logging."""
    logger = logging.getLogger("charlab")
    handlers, level, propagate = logger.handlers[:], logger.level, logger.propagate
    on_ctrl_c = signal.getsignal(signal.SIGINT)
    with (
        patch.dict(os.environ, environment(), clear=True),
        patch.object(command_process, "_WANTS_TRACEBACK", False),
        patch.object(sys, "unraisablehook", sys.unraisablehook),
        contextlib.chdir(folder),
    ):
        try:
            yield
        finally:
            logger.handlers[:] = handlers
            logger.setLevel(level)
            logger.propagate = propagate
            signal.signal(signal.SIGINT, on_ctrl_c)


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
