"""A command as a process: its streams, and from an error to one line and an exit code."""

import contextlib
import os
import signal
import sys
from collections.abc import Callable

from charlab.errors import CharlabError, line_about_the_machine
from charlab.system.startup import prepare

_WANTS_TRACEBACK = os.environ.get("HYDRA_FULL_ERROR") == "1"


def main(command: Callable[[list[str]], int]) -> None:
    """Runs a command with the arguments of the command line and exits.

    Exit codes: 0 done, 1 bad input (one line on standard error; ``HYDRA_FULL_ERROR=1`` shows the
    traceback), 128 + the signal's number where one ended it (130: Ctrl-C).
    """
    _prepare_streams()
    sys.unraisablehook = _on_unraisable
    prepare()
    try:
        code = _print_version() if "--version" in sys.argv[1:] else command(sys.argv[1:])
        sys.stdout.flush()
    except KeyboardInterrupt as error:
        _end_quietly()
        complain("interrupted", kind="")
        code = 128 + getattr(error, "signum", signal.SIGINT)
    except BrokenPipeError:  # whoever read our output has enough
        code = 0
    except Exception as error:
        known = report_known(error)
        if known is None:
            from charlab.system.terminal import say_traceback

            sys.excepthook = say_traceback
            raise
        code = known
    finally:
        _end_quietly()
    _drop_unwritten()
    sys.exit(code)


def exit_code(signum: int | None) -> int:
    """0, or what a shell expects of a command that a signal ended."""
    return 0 if signum is None else 128 + signum


def report_known(error: Exception) -> int | None:
    """Says what the user can do something about and returns an exit code; None for our own bugs."""
    message = line_about_the_machine(error)
    lines = error.lines if isinstance(error, CharlabError) else (message,) if message else ()
    if not lines:
        return None
    if _WANTS_TRACEBACK:
        from charlab.system.terminal import say_traceback

        say_traceback(type(error), error, error.__traceback__)
    else:
        complain(*lines)
    return 1


def complain(*lines: str, kind: str = "error: ") -> None:
    """Says what is wrong, a line each, on standard error."""
    from charlab.system.style import line, styled
    from charlab.system.terminal import remark

    with contextlib.suppress(OSError):  # standard error itself may be full
        for text in lines:
            remark(line(styled(kind, "bad"), text))


def _print_version() -> int:
    from importlib.metadata import version

    print(f"charlab {version('charlab')}")
    return 0


def _on_unraisable(found: "sys.UnraisableHookArgs") -> None:
    """As Python says it, but for a Ctrl-C that came while an object was let go."""
    if not isinstance(found.exc_value, KeyboardInterrupt):
        sys.__unraisablehook__(found)


def _end_quietly() -> None:
    """Nothing but the way out is left: another Ctrl-C ends the process, and prints nothing."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _drop_unwritten() -> None:
    """Lets go of output that cannot be written: Python would complain of it at its end."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _prepare_streams() -> None:
    """Any script passes, whatever the locale; what a stream cannot say is escaped.

    A stream that the shell closed is the null device: else the next file that is opened would be
    standard output to whoever writes to it by number.
    """
    while (descriptor := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(descriptor, True)
    os.close(descriptor)
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
