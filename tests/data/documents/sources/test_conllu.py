"""CoNLL-U as the format says: multi-word tokens, empty nodes, missing spaces, broken lines."""

import pytest

from charlab.data.documents.sources import Request, read_source
from charlab.errors import DataError


def row(number, form, upos, misc="_", xpos="_"):
    return "\t".join([str(number), form, "_", upos, xpos, "_", "0", "root", "_", misc])


SENTENCE = [
    "# sent_id = 1",
    "# text = Im Haus, don't.",
    row("1-2", "Im", "_"),
    row(1, "in", "ADP", xpos="P"),
    row(2, "dem", "DET"),
    row(3, "Haus", "NOUN", "SpaceAfter=No"),
    row(4, ",", "PUNCT"),
    row("4.1", "ghost", "VERB"),
    row("5-6", "don't", "_", "SpaceAfter=No"),
    row(5, "do", "AUX"),
    row(6, "n't", "PART"),
    row(7, ".", "PUNCT", "SpaceAfter=No"),
]


def read(path, **options):
    return list(read_source("conllu", Request(str(path), **options)))


def told(document):
    """Each word's end and tag."""
    return [(i, tag) for i, tag in enumerate(document.tags) if tag is not None]


def test_words_as_they_are_written(tmp_path):
    file = tmp_path / "a.conllu"
    file.write_text("\n".join([*SENTENCE, "", *SENTENCE[:2], row(1, "Ja", "INTJ"), "", ""]))
    first, second = read(file)
    assert first.text == "Im Haus, don't."
    assert told(first) == [
        (1, "ADP+DET"),
        (6, "NOUN"),
        (7, "PUNCT"),
        (10, "AUX"),
        (13, "PART"),
        (14, "PUNCT"),
    ]
    assert (second.text, told(second)) == ("Ja", [(1, "INTJ")])


def test_another_column(tmp_path):
    file = tmp_path / "a.conllu"
    file.write_text("\n".join([*SENTENCE, ""]))
    (document,) = read(file, tag_column="xpos")
    assert told(document)[0] == (1, "P+_")
    with pytest.raises(DataError, match=r"a.conllu'?: no word has anything in the column lemma"):
        read(file, tag_column="lemma")
    with pytest.raises(DataError, match=r"^dataset.tag_column=upso: did you mean 'upos'\?"):
        read(file, tag_column="upso")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["1\tJa\t_"], r"line 3: a word has 10 columns parted by tabs, and here are 3"),
        ([row(1, "Ja", "INTJ"), row("x", "Ja", "INTJ")], r"line 4: this is no CoNLL-U"),
        ([row("1-3", "Ja", "INTJ")], r"line 2: the words 1 to 3 are not all there"),
        ([row("1-999999999999", "Ja", "_"), row(1, "Ja", "X")], r"line 2: .* are not all there"),
        ([row(1, "", "INTJ")], r"line 3: the column form is empty"),
        ([row(1, "Ja", " ")], r"line 3: the column upos is empty"),
    ],
)
def test_a_broken_line_is_named(tmp_path, lines, message):
    file = tmp_path / "a.conllu"
    file.write_text("\n".join(["", "# a", *lines, "", ""]))
    with pytest.raises(DataError, match=message) as error:
        read(file)
    assert "a.conllu" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["\n\n", "# newdoc\n\n# licence = X\n"])
def test_a_file_without_sentences_is_empty(tmp_path, text):
    (tmp_path / "a.conllu").write_text(text)
    with pytest.raises(DataError, match="is empty"):
        read(tmp_path / "a.conllu")


def test_remarks_without_words_are_no_sentence(tmp_path):
    lines = ["# licence = X", "", row(1, "Ja", "INTJ"), "", "# end", ""]
    (tmp_path / "a.conllu").write_text("\n".join(lines))
    assert [document.text for document in read(tmp_path / "a.conllu")] == ["Ja"]


@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.rstrip("\n").encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.encode("utf-8-sig"),
    ],
)
def test_files_of_other_systems_are_read_alike(tmp_path, written):
    text = "\n".join([*SENTENCE, "", row(1, "Ja", "INTJ"), "", ""])
    (tmp_path / "a.conllu").write_text(text)
    (tmp_path / "b.conllu").write_bytes(written(text))
    assert read(tmp_path / "b.conllu") == read(tmp_path / "a.conllu")


def test_parts_are_told_apart_by_the_files_names(tmp_path):
    for part in ("train", "dev", "test"):
        (tmp_path / f"xx_y-ud-{part}.conllu").write_text(f"{row(1, part, 'X')}\n\n")
    (tmp_path / "README.md").write_text("about")
    parts = {document.text: document.split for document in read(tmp_path)}
    assert parts == {"train": None, "dev": "val", "test": "test"}
    alone = read(tmp_path / "xx_y-ud-test.conllu")
    assert [document.split for document in alone] == ["test"]
