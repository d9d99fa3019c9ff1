"""Treebanks in CoNLL-U: sentences whose words have a part of speech, or another column, as tag."""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from charlab.data.documents.document import Document
from charlab.data.documents.files.arrangement import PARTS, Placed, arrange
from charlab.data.documents.files.entries import Entry, find
from charlab.data.documents.files.text_files import empty, read_text
from charlab.data.documents.request import Request
from charlab.data.documents.sources import sources, stripping
from charlab.errors import DataError, nearest

COLUMNS = ("id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc")
EMPTY = "_"  # what stands in a column where there is nothing to say
TAGGED = ("upos", "xpos", "feats", "deprel", "lemma")
_PART = re.compile(rf"(?:^|[-_.])({'|'.join(PARTS)})(?=[-_.]|$)", re.IGNORECASE)


@sources.register("conllu")
@stripping
def read(request: Request) -> Iterator[Document]:
    """Sentences of treebanks as they were written, each word's tag at its last character.

    A path is a file, a folder, a zip archive or a pattern. Files named as treebanks name them
    (``en_x-ud-train.conllu``, ``-dev``, ``-test``) are these parts. The tags are
    ``request.tag_column``: upos (the default), xpos, feats, deprel or lemma.

    A multi-word token (``im`` for "in dem") is one written word: where its words are written one
    after another in it, each has its own tag, and else it has theirs joined by "+". Empty nodes are
    not written and left out.

    Raises:
        DataError: if a file cannot be read or is no CoNLL-U, or no word has a tag; also while
            documents are taken.
    """
    if request.path is None:
        raise DataError("dataset=conllu needs a treebank: dataset.path=FILE.conllu, or a folder")
    column = (request.tag_column or "upos").lower()
    if column not in TAGGED:
        raise DataError(f"dataset.tag_column={request.tag_column}: {nearest(column, list(TAGGED))}")
    some = told = False
    files = _files(request)
    for placed in files:
        for number, block in _blocks(read_text(placed.entry, request.encoding)):
            if all(line.startswith("#") for line in block):
                continue  # remarks that belong to no sentence
            sentence = _sentence(block, number, placed, column)
            some = True
            told = told or any(tag and tag.strip(f"{EMPTY}+") for tag in sentence.tags or ())
            yield sentence
    if not some:
        raise empty(files[0].entry.title)
    if not told:
        raise DataError(
            f"{files[0].entry.title}: no word has anything in the column {column}; choose another "
            f"dataset.tag_column ({', '.join(TAGGED)})"
        )


def _files(request: Request) -> list[Placed]:
    assert request.path is not None
    found = find(request.path)
    if found.single:
        return [Placed(entry, None, _split(entry)) for entry in found.entries]
    named = [entry for entry in found.entries if entry.name.lower().endswith((".conllu", ".conll"))]
    if not named:
        raise DataError(f"{request.path!r} holds no .conllu file")
    if any(_PART.search(_stem(entry)) for entry in named):
        return [Placed(entry, None, _split(entry)) for entry in named]
    return [
        placed._replace(label=None)
        for placed in arrange(found, labelled=False, remark=request.remark)
        if placed.entry in named
    ]


def _stem(entry: Entry) -> str:
    return entry.name.rpartition(".")[0]


def _split(entry: Entry) -> str | None:
    part = _PART.search(_stem(entry))
    return PARTS[part[1].lower()] if part else None


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """Sentences: the number of each one's first line, and its lines."""
    block: list[str] = []
    number = 0
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []
    if block:
        yield number - len(block) + 1, block


class _Word(NamedTuple):
    """A written word with the tags of the words in it, at where they end."""

    form: str
    tags: dict[int, str]
    spaced: bool


def _sentence(block: list[str], first: int, placed: Placed, column: str) -> Document:
    for number, line in enumerate(block, start=first):
        if not line.startswith("#"):
            _check(line, column, f"{placed.entry.title}, line {number}")
    where = f"{placed.entry.title}, line {first}"
    words = _words(_parsed(block, placed.entry.title, first), column, where)
    text, tags = "", list[str | None]()
    for word in words:
        tags += [word.tags.get(end) for end in range(1, len(word.form) + 1)]
        tags += [None] * word.spaced
        text += word.form + " " * word.spaced
    if text.endswith(" "):
        text, tags = text[:-1], tags[:-1]
    return Document(text, None, placed.split, tags=tags)


def _check(line: str, column: str, where: str) -> None:
    """Refuses a line that is no word, whatever stands around it."""
    fields = line.split("\t")
    if len(fields) != len(COLUMNS):
        raise DataError(
            f"{where}: a word has {len(COLUMNS)} columns parted by tabs, and here are "
            f"{len(fields)}: {line!r:.40}"
        )
    for name in ("id", "form", column):
        if not fields[COLUMNS.index(name)].strip():
            raise DataError(f"{where}: the column {name} is empty ({EMPTY} says: nothing)")


def _parsed(block: list[str], title: str, first: int) -> list[Any]:
    import conllu

    try:
        (sentence,) = conllu.parse("\n".join(block) + "\n\n")
    except (conllu.exceptions.ParseException, ValueError) as error:
        if len(block) > 1:  # which line is it?
            for number, line in enumerate(block, start=first):
                _parsed([line], title, number)
        raise DataError(f"{title}, line {first}: this is no CoNLL-U ({error})") from error
    return list(sentence)


def _words(tokens: list[Any], column: str, where: str) -> Iterator[_Word]:
    """The written words of a sentence; the words of a multi-word token follow it in the file."""
    inside = {token["id"]: token for token in tokens if isinstance(token["id"], int)}
    covered = 0
    for token in tokens:
        number = token["id"]
        if isinstance(number, tuple) and number[1] == ".":
            continue  # an empty node
        if isinstance(number, tuple):
            first, _, covered = number
            parts = [inside.get(i) for i in range(first, min(covered, first + len(tokens)) + 1)]
            if None in parts:
                raise DataError(f"{where}: the words {first} to {covered} are not all there")
        elif number <= covered:
            continue
        else:
            parts = [token]
        told = [(part["form"], _tag(part, column)) for part in parts if part is not None]
        spaced = (token["misc"] or {}).get("SpaceAfter") != "No"
        yield _Word(token["form"], _placed(token["form"], told), spaced)


def _placed(form: str, told: list[tuple[str, str]]) -> dict[int, str]:
    """Where in a written word each tag stands: after so many characters."""
    if form != "".join(part for part, _ in told):
        return {len(form): "+".join(tag for _, tag in told)}
    ends, end = {}, 0
    for part, tag in told:
        end += len(part)
        ends[end] = tag
    return ends


def _tag(word: Any, column: str) -> str:
    value = word[column]
    if isinstance(value, dict):
        value = "|".join(f"{name}={part}" for name, part in value.items())
    return EMPTY if value is None else str(value)
