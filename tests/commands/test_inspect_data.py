import re

import pytest

from charlab.commands.inspect_data import inspect_data
from charlab.errors import CharlabError


@pytest.fixture
def only_told(monkeypatch):
    """Pictures take longer than all the rest, and one test looks at them."""
    monkeypatch.setattr("charlab.commands.inspect_data.draw", lambda *_: [])


def test_prints_figures_and_draws_pictures(names_folder, tmp_path, capsys):
    arguments = ["dataset=names", f"dataset.path={names_folder}"]
    assert inspect_data(arguments, str(tmp_path / "out")) == 0
    said = capsys.readouterr().out
    assert "3 labels, documents of each:" in said
    assert "Плутон" in said
    assert "entropy in bits per character (end marks are predicted too):" in said
    assert "\u043e Cyrillic" in said or "\u0430 Cyrillic" in said
    for name in ("bigrams.png", "lengths.png", "labels.png"):
        assert (tmp_path / "out" / name).read_bytes().startswith(b"\x89PNG")


def test_all_text_counts_whatever_the_split(only_told, text_folder, tmp_path, capsys):
    arguments = [
        "dataset=text",
        f"dataset.path={text_folder}",
        "dataset.split.fractions=[0.5,0.3,0.2]",
    ]
    inspect_data(arguments, str(tmp_path))
    characters = sum(len(file.read_text()) for file in text_folder.iterdir())
    assert f"2 documents, {characters:,} characters" in capsys.readouterr().out


@pytest.mark.parametrize("unit", ["byte", "word"])
def test_other_units_are_also_told_per_character(only_told, text_folder, tmp_path, capsys, unit):
    arguments = ["dataset=text", f"dataset.path={text_folder}", f"dataset.unit={unit}"]
    inspect_data(arguments, str(tmp_path))
    said = capsys.readouterr().out
    assert f"entropy in bits per {unit}:" in said
    assert "per character" in said


def test_tags_and_targets_are_counted(only_told, tmp_path, capsys):
    (tmp_path / "tags.csv").write_text("text,tags\nab b,A B\nab a,A A\n")
    words = ["task=tag", "dataset=table", f"dataset.path={tmp_path / 'tags.csv'}"]
    inspect_data([*words, "dataset.tag_column=tags"], str(tmp_path))
    said = capsys.readouterr().out
    assert re.search(r"2 tags, how often each is told:\n  A +3 +75.00%\n  B +1 +25.00%", said)
    (tmp_path / "pairs.tsv").write_text("ab\tx y\nba\ty y y\n")
    words = ["task=transduce", "dataset=pairs", f"dataset.path={tmp_path / 'pairs.tsv'}"]
    inspect_data([*words, "dataset.target_unit=symbol"], str(tmp_path))
    said = capsys.readouterr().out
    assert "2 targets, 5 symbols\n" in said
    assert "their lengths in symbols: shortest 2" in said
    assert re.search(r"2 distinct symbols in them.*:\n  y +4 +80.00%\n  x +1 +20.00%", said)


def test_bad_settings_are_one_line(tmp_path):
    with pytest.raises(CharlabError, match=r"did you mean 'dataset\.path'"):
        inspect_data(["dataset.pth=x"], str(tmp_path))


def test_a_folder_that_cannot_be_written(names_folder, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CharlabError, match="cannot write the pictures"):
        inspect_data([f"dataset.path={names_folder}"], str(tmp_path / "file"))
