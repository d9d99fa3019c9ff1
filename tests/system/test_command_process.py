"""How a command ends: its exit code, and what it says of an error."""

import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NoReturn

import pytest

from charlab.errors import ConfigError
from charlab.system import command_process
from charlab.system.command_process import exit_code, main, report_known
from tests.support.golden_runs import CLASSIFY
from tests.support.shell import through_bash


@pytest.fixture(autouse=True)
def as_it_was(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(command_process, "_WANTS_TRACEBACK", False)
    monkeypatch.setattr(sys, "unraisablehook", sys.unraisablehook)
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(sys, "argv", ["command.py", "a=1"])
    on_ctrl_c = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, on_ctrl_c)


def raising(error: BaseException) -> Callable[[list[str]], int]:
    def command(_: list[str]) -> NoReturn:
        raise error

    return command


def code_of(command: Callable[[list[str]], int]) -> object:
    with pytest.raises(SystemExit) as ended:
        main(command)
    return ended.value.code


def test_a_command_gets_the_words_and_gives_the_code() -> None:
    given = []

    def command(words: list[str]) -> int:
        given.append(words)
        return 3

    assert code_of(command) == 3
    assert given == [["a=1"]]


def test_what_the_user_can_mend_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(raising(ConfigError("model=gur: no such choice"))) == 1
    assert capsys.readouterr().err == "error: model=gur: no such choice\n"


def test_ctrl_c_and_whoever_has_read_enough(capsys: pytest.CaptureFixture[str]) -> None:
    assert code_of(raising(KeyboardInterrupt())) == 130
    assert capsys.readouterr().err == "interrupted\n"
    assert code_of(raising(BrokenPipeError())) == 0
    assert capsys.readouterr().err == ""


def test_our_own_faults_are_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError):
        main(raising(ZeroDivisionError("division by zero")))
    assert report_known(ZeroDivisionError("division by zero")) is None


def test_a_signal_s_code() -> None:
    assert exit_code(None) == 0
    assert exit_code(signal.SIGTERM) == 143


@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-", ">&- 2>&- <&-", ">/dev/full"])
@pytest.mark.parametrize("word", ["--help", "rnu=2"])
def test_closed_streams(word: str, closed: str) -> None:
    done = through_bash("sample.py", word, redirect=closed)
    assert done.returncode == (word != "--help" or closed == ">/dev/full")
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


@pytest.mark.slow
def test_an_answer_without_streams(tmp_path: Path) -> None:
    arguments = [f"run={CLASSIFY}", "text=la", f"output={tmp_path / 'x.csv'}"]
    done = through_bash("predict.py", *arguments, redirect=">&- 2>&- <&-")
    assert done.returncode == 0
    assert len((tmp_path / "x.csv").read_text().splitlines()) == 2
    assert through_bash("predict.py", arguments[0], stdin="la\n", redirect="<&-").stderr == (
        "error: standard input is empty: there is nothing to answer\n"
    )
