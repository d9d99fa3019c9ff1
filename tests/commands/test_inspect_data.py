import pytest

from charlab.commands.inspect_data import inspect_data
from charlab.errors import CharlabError


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


def test_all_text_counts_whatever_the_split(text_folder, tmp_path, capsys):
    arguments = [
        "dataset=text",
        f"dataset.path={text_folder}",
        "dataset.split.fractions=[0.5,0.3,0.2]",
    ]
    inspect_data(arguments, str(tmp_path))
    characters = sum(len(file.read_text()) for file in text_folder.iterdir())
    assert f"2 documents, {characters:,} characters" in capsys.readouterr().out


@pytest.mark.parametrize("unit", ["byte", "word"])
def test_other_units_are_also_told_per_character(text_folder, tmp_path, capsys, unit):
    arguments = ["dataset=text", f"dataset.path={text_folder}", f"dataset.unit={unit}"]
    inspect_data(arguments, str(tmp_path))
    said = capsys.readouterr().out
    assert f"entropy in bits per {unit}:" in said
    assert "per character" in said


def test_bad_settings_are_one_line(tmp_path):
    with pytest.raises(CharlabError, match=r"did you mean 'dataset\.path'"):
        inspect_data(["dataset.pth=x"], str(tmp_path))


def test_a_folder_that_cannot_be_written(names_folder, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CharlabError, match="cannot write the pictures"):
        inspect_data([f"dataset.path={names_folder}"], str(tmp_path / "file"))
