"""Errors that a user can do something about, in words."""

import difflib
import errno
import os
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from charlab.errors import (
    CharlabError,
    ConfigError,
    DataError,
    closest,
    line_about_the_machine,
    nearest,
    one_line,
)


def test_an_error_has_a_line_for_each_thing_that_is_wrong() -> None:
    error = ConfigError("one: wrong", "two: too")
    assert error.lines == ("one: wrong", "two: too")
    assert str(error) == "one: wrong\ntwo: too"
    assert one_line(error) == "one: wrong; two: too"
    assert (CharlabError().lines, str(CharlabError())) == ((), "")


def test_a_notebook_shows_an_error_as_its_message(monkeypatch: pytest.MonkeyPatch) -> None:
    error = ConfigError("one: wrong", "two: too")
    assert error._render_traceback_() == ["ConfigError: one: wrong", "ConfigError: two: too"]
    monkeypatch.setenv("HYDRA_FULL_ERROR", "1")
    assert "charlab.errors.ConfigError: one: wrong\n" in error._render_traceback_()[-1]


def test_what_the_system_refuses_is_said_with_its_file(tmp_path: Path) -> None:
    for name in ("no-such", "two\nlines"):
        with pytest.raises(OSError, match="No such file") as caught:
            (tmp_path / name).read_bytes()
        line = line_about_the_machine(caught.value)
        shown = name.replace("\n", "\\n")
        assert line == f"the system says: No such file or directory {tmp_path}/{shown}"
        assert one_line(caught.value) == line


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_said_to_be_full(number: int) -> None:
    line = line_about_the_machine(OSError(number, os.strerror(number), "x.ckpt"))
    assert line == f"the disk is full: {os.strerror(number)} x.ckpt"
    assert line_about_the_machine(OSError(number, "no room")) == "the disk is full: no room"


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes"),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB."),
    ],
)
def test_a_lack_of_memory_says_which_settings_lower_it(error: Exception) -> None:
    line = line_about_the_machine(error)
    assert line is not None
    assert line.startswith("out of memory: lower dataset.batch_size, ")
    assert one_line(error) == line


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("a\n  b\tc"), "ValueError: a b c"),
        (KeyError("x"), "KeyError: 'x'"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (OSError("of our own"), "OSError: of our own"),
        (ValueError("é" * 301), f"ValueError: {'é' * 300}"),
    ],
)
def test_a_fault_of_ours_is_said_with_its_kind(error: BaseException, line: str) -> None:
    assert line_about_the_machine(error) is None
    assert one_line(error) == line


def test_whose_an_error_is_stands_behind_it() -> None:
    error = ValueError("bad")
    error.add_note("This was raised in\nyours.")
    assert one_line(error) == "ValueError: bad This was raised in yours."
    assert one_line(DataError("bad")) == "bad"


def test_the_nearest_choice_is_named_or_the_first_dozen() -> None:
    assert nearest("lstmm", ["gru", "lstm"]) == "did you mean 'lstm'?"
    assert nearest("zzz", ["gru", "lstm"]) == "choose one of: gru, lstm"
    many = [f"Language {i}" for i in range(40)]
    assert nearest("zzz", many) == f"choose one of: {', '.join(many[:12])}, … (40 in all)"
    twelve = many[:12]
    assert nearest("zzz", twelve) == f"choose one of: {', '.join(twelve)}"


@pytest.mark.parametrize(
    ("word", "choices", "meant"),
    [
        ("bilstm", ["bilstm_names", "gru_text"], "bilstm_names"),  # the beginning of one
        ("gru_text_large", ["bilstm", "gru"], "gru"),  # one is its beginning
        ("shakes", ["shakespeare_and_others", "shakespeare_alone"], "shakespeare_alone"),
        ("grus", ["grus_and_other_birds", "gru"], "gru"),  # what is most alike comes first
        ("LSTM", ["gru", "lstm"], "lstm"),
        ("ärabic", ["Arabic", "Welsh"], "Arabic"),
        ("gru", ["GRU", "gru", "Gru"], "GRU"),  # which case was meant is not asked
        ("gr", ["gruesome_and_long"], ""),  # two letters begin too much
        ("x", [], ""),
        ("", ["gru"], ""),
        ("zzz", ["gru", "lstm"], ""),
    ],
)
def test_the_choice_that_a_word_may_stand_for(word: str, choices: list[str], meant: str) -> None:
    assert closest(word, choices) == meant


WORDS = st.text("abAB", max_size=5)


@given(WORDS, st.lists(WORDS, max_size=4), st.sampled_from([0.3, 0.6, 0.9]))
def test_what_is_found_is_a_choice_that_has_enough_in_common(
    word: str, choices: list[str], cutoff: float
) -> None:
    def alike(choice: str) -> float:
        return difflib.SequenceMatcher(None, choice.lower(), word.lower()).ratio()

    found = closest(word, choices, cutoff)
    assert found == "" or found in choices
    if word.lower() in map(str.lower, choices):
        assert found.lower() == word.lower()
    elif max(map(alike, choices), default=0) >= cutoff:
        assert alike(found) == max(map(alike, choices))
    elif found:
        begins = found.lower().startswith(word.lower()), word.lower().startswith(found.lower())
        assert any(begins)
