"""Comments of YAML files, by setting."""

from pathlib import Path

import pytest

from charlab.config.comments import first_sentence, read_comments

FILE = """\
# @package _global_
# A model of my own (Doe et al. 2020): "read" it. It has
# two lines.
name: mine
size: 3 # how "big": #1
text: "a # b" # after a quoted one
many: [1, 2] # a list
group: # of settings
  inner: null # one inside
  # above the setting,
  # in two lines
  other: 4
bare: 5
block: |
  # no comment
"""


def test_by_dotted_key(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(FILE)
    head, comments = read_comments(path, "model")
    assert head == 'A model of my own (Doe et al. 2020): "read" it. It has two lines.'
    assert comments == {
        "model.size": 'how "big": #1',
        "model.text": "after a quoted one",
        "model.many": "a list",
        "model.group": "of settings",
        "model.group.inner": "one inside",
        "model.group.other": "above the setting, in two lines",
    }
    assert "size" in read_comments(path, "_global_")[1]


@pytest.mark.parametrize(
    "text", ["", "# only this", "- a # list", "a: [b # broken", "\n\n# x\na: 1"]
)
def test_of_any_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.yaml"
    path.write_text(text)
    read_comments(path, "")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("One. Two.", "One"),
        ("Names by language: many, or your own. More", "Names by language: many, or your own"),
        ("A recipe: python train.py experiment=x", "A recipe"),
        ("An LSTM (Gers et al. 2000).", "An LSTM (Gers et al. 2000)"),
        ("", ""),
    ],
)
def test_first_sentence(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence
