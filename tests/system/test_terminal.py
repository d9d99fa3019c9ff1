import errno
import io
import logging
import os
import sys
from pathlib import Path

import pytest

from charlab.errors import ConfigError
from charlab.system import terminal
from charlab.system.style import line, styled
from charlab.system.terminal import (
    LogFile,
    as_shown,
    clipped,
    remark,
    say,
    show,
    start_logging,
    told,
    visible,
    write,
)

HOSTILE = "a\x1b[31m\x9b2J\r\n\tb\u202e\u2066\u2028\x07\x7f\udcffé\u200dש"
SEEN = r"a\x1b[31m\x9b2J\r\n\tb\u202e\u2066\u2028\x07\x7f\xffé" + "\u200dש"


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def logging_as_it_was():
    handlers = terminal.LOGGER.handlers[:]
    yield
    terminal.LOGGER.handlers[:] = handlers
    terminal.console.quiet = False


def test_what_a_terminal_obeys_is_made_visible():
    assert visible(HOSTILE) == SEEN
    assert visible("x\r\n\ty", keep="\n\t") == "x\\r\n\ty"
    assert visible("Größe 日本 👩‍🚀 שלום") == "Größe 日本 👩‍🚀 שלום"
    for point in range(sys.maxunicode + 1):
        seen = visible(chr(point))
        assert len(seen) == 1 or seen.isascii()


def test_every_line_passes_it(tmp_path, capsys, logging_as_it_was):
    start_logging()
    with LogFile(tmp_path / "x.log"):
        say(HOSTILE)
        terminal.warn(HOSTILE)
        try:
            raise ConfigError(HOSTILE)
        except ConfigError as error:
            terminal.LOGGER.debug("broke off", exc_info=error)
    show(HOSTILE, "second")
    remark(HOSTILE)
    out, err = capsys.readouterr()
    assert out.splitlines() == [SEEN, f"warning: {SEEN}", SEEN, "second"]
    assert err == SEEN + "\n"
    log = (tmp_path / "x.log").read_bytes().decode()
    assert log.count(SEEN) == 2
    assert not set(log) & set("\x1b\x9b\r\u202e\x07")


def test_an_answer_is_to_the_letter_but_on_a_terminal(monkeypatch):
    for screen, text in ((io.StringIO(), HOSTILE), (Terminal(), visible(HOSTILE, "\n\t"))):
        monkeypatch.setattr(sys, "stdout", screen)
        assert as_shown("\x1b\n") == ("\\x1b\\n" if screen.isatty() else "\x1b\n")
        write(HOSTILE)
        assert screen.getvalue() == text


def test_prose_is_broken_between_words_and_what_is_copied_is_not(monkeypatch, logging_as_it_was):
    monkeypatch.setattr(sys, "stdout", Terminal())
    monkeypatch.setattr(terminal.console, "_width", None)  # what the environment said at the import
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    start_logging()
    path = "a/long path/that is copied"
    say(told("data", "many documents and more"))
    say(line("run: ", styled(path, "path")))
    say("a sample to the letter, as drawn")
    show(told("note", "of several words"))
    assert sys.stdout.getvalue().splitlines() == [
        "data: many",
        "  documents and more",
        f"run: {path}",
        "a sample to the letter, as drawn",
        "note: of several",
        "  words",
    ]
    assert str(clipped("日本日本日本日本日本日本")) == "日本日本日本日本日 …"


def test_a_pipe_and_a_log_get_lines_as_they_are(tmp_path, capsys, logging_as_it_was):
    start_logging()
    long = told("data", "word " * 40, styled("end", "path"))
    with LogFile(tmp_path / "x.log"):
        say(long)
    assert capsys.readouterr().out == f"{long.plain}\n"
    assert (tmp_path / "x.log").read_text().endswith(f" INFO {long.plain}\n")


@pytest.mark.parametrize("error", [BrokenPipeError(32, "gone"), OSError(28, "full")])
def test_a_run_outlives_its_screen(error, monkeypatch, logging_as_it_was):
    class Gone(io.StringIO):
        def write(self, text):
            raise error

    start_logging()
    monkeypatch.setattr(sys, "stdout", Gone())
    say("one")
    say("two")
    assert terminal.console.quiet
    assert logging.getLogger("charlab").handlers


class FullDisk(io.StringIO):
    """A file on a full disk."""

    name = "/there/train.log"

    def flush(self):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_log_on_a_full_disk_says_so_once(tmp_path, capsys, logging_as_it_was):
    start_logging()
    with LogFile(tmp_path / "train.log") as log:
        log._handler.stream = FullDisk()
        for line in ("one", "two", "three"):
            say(line)
    out, err = capsys.readouterr()
    assert err == ""
    assert out.count("cannot write /there/train.log: No space left on device") == 1
    assert [line for line in out.splitlines() if "warning" not in line] == ["one", "two", "three"]


def test_a_screen_that_cannot_be_written_ends_nothing(tmp_path, monkeypatch, logging_as_it_was):
    start_logging()
    with (
        LogFile(tmp_path / "x.log"),
        Path("/dev/full").open("w") as full,
        monkeypatch.context() as patch,
    ):
        patch.setattr(sys, "stdout", full)
        say("one")
        say("two")
        assert os.fstat(full.fileno()).st_rdev == Path(os.devnull).stat().st_rdev
    log = (tmp_path / "x.log").read_text()
    assert [word for word in ("one", "two") if f" {word}\n" in log] == ["one", "two"]
    assert log.count("standard output cannot be written: No space left on device") == 1
