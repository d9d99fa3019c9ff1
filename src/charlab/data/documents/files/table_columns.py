"""Which columns of a table are asked for, and what their cells must be."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from charlab.data.documents.document import Document
from charlab.data.documents.normalize import normalize_label
from charlab.errors import DataError, nearest
from charlab.system.words import counted

TEXT = "text"  # the column that texts are in unless told otherwise
_SHOWN = 20  # columns that a message lists at most

Chosen = dict[str, str]  # the names of columns by what they hold: "text", "label", "tag", "target"

_KINDS = {
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "a group",
}


@dataclass(frozen=True)
class Columns:
    """The columns asked for.

    Attributes:
        title: what messages call the table.
        text: the column of texts; None: `TEXT`, or the only column beside the others.
        beside: the other columns by what they hold: "label"; "tag", parted by white space;
            "target", what texts are turned into.
        remark: told in one line how the table is read.
    """

    title: str
    text: str | None
    beside: Mapping[str, str]
    remark: Callable[[str], object]

    @property
    def wanted(self) -> list[str]:
        """The columns that are asked for by name."""
        return [*([] if self.text is None else [self.text]), *self.beside.values()]

    def choose(self, names: Sequence[str], where: str = "", form: str = "") -> Chosen:
        """The names of the columns of texts and of what is beside them.

        Args:
            names: the table's columns.
            where: the line that they were found in, for messages.
            form: how the table is written, for the remark.

        Raises:
            DataError: if one is not there or is there twice, or which is meant is open; lists the
                columns.
        """
        chosen = {"text": self._choose(names, f"{self.title}{where}"), **self.beside}
        for name in chosen.values():
            if names.count(name) > 1:
                raise DataError(
                    f"{self.title}{where} has {names.count(name)} columns {name!r}: give them "
                    "names of their own, for which is meant is open"
                )
        beside = "".join(f", {what}s in {name!r}" for what, name in self.beside.items())
        self.remark(f"{form}texts are in the column {chosen['text']!r}{beside}")
        return chosen

    def _choose(self, names: Sequence[str], title: str) -> str:
        for what, name in [*self.beside.items(), ("text", self.text)]:
            if name is not None and name not in names:
                near = nearest(name, list(names))
                hint = f"{near} " if near.startswith("did") else ""
                raise DataError(
                    f"{title} has no column {name!r} (dataset.{what}_column); {hint}"
                    f"{_listing(names)}"
                )
        if self.text is not None:
            return self.text
        left = [name for name in names if name not in self.beside.values()]
        if TEXT in left:
            return TEXT
        if len(left) != 1:
            raise DataError(
                f"{title}: choose the column that holds the texts (dataset.text_column=…): "
                f"{_listing(names)}"
            )
        return left[0]

    def document(self, cells: Mapping[str, Any], where: str) -> Document | None:
        """A row as a document; None if it has no text.

        Args:
            cells: its cells by what they hold, as in `Chosen`.
            where: the table and the row's place in it, for messages.

        Raises:
            DataError: if a cell cannot be what it is to be.
        """
        text = self._text(cells["text"], "text", where)
        if text is None:
            return None
        label = self._label(cells["label"], where) if "label" in cells else None
        tags = target = None
        if "tag" in cells:
            told = self._text(cells["tag"], "cell of tags", where) or ""
            tags = self._tags(text, told.split(), where)
        if "target" in cells:
            target = self._text(cells["target"], "target", where)
            if target is None:
                raise DataError(
                    f"{where}: the target ({self.beside['target']}) is empty; fill it in, or "
                    "leave the row out"
                )
        return Document(text, label, tags=tags, target=target)

    def _text(self, cell: Any, what: str, where: str) -> str | None:
        """A cell as text; None if it is blank."""
        if cell is None:
            return None
        if not isinstance(cell, str):
            kind = _KINDS.get(type(cell), type(cell).__name__)
            raise DataError(f"{where}: the {what} is {kind}, not text")
        text = cell.replace("\r\n", "\n").replace("\r", "\n")
        if not text.strip():
            return None
        self._check_characters(text, where)
        return text

    def _tags(self, text: str, tags: list[str], where: str) -> list[str | None]:
        """Of each character its tag: one for each word, at its last character, or for each one."""
        ends = [word.end() - 1 for word in re.finditer(r"\S+", text)]
        if len(tags) != len(ends) and len(tags) != len(text):
            raise DataError(
                f"{where}: {counted(len(tags), 'tag')} for "
                f"{counted(len(ends), 'word')} (or {counted(len(text), 'character')}): {text!r:.40}"
            )
        if len(tags) != len(ends):
            return list(tags)
        at = dict(zip(ends, tags, strict=True))
        return [at.get(place) for place in range(len(text))]

    def _label(self, label: Any, where: str) -> str:
        if isinstance(label, bytes):
            try:
                label = label.decode()
            except UnicodeDecodeError as error:
                raise DataError(f"{where}: the label is no UTF-8 text") from error
        if isinstance(label, float | list | dict):
            raise DataError(
                f"{where}: the label is {_KINDS[type(label)]}, "
                f"{label!r:.40}; labels are words or whole numbers"
            )
        word = "" if label is None else normalize_label(str(label))
        if not word:
            raise DataError(
                f"{where}: the label ({self.beside['label']}) is empty; fill it in, or leave the "
                "row out"
            )
        self._check_characters(word, where)
        return word

    def _check_characters(self, text: str, where: str) -> None:
        try:
            text.encode()
        except UnicodeEncodeError as error:  # JSON can spell half a character: "\ud800"
            raise DataError(
                f"{where}: {text[error.start]!r} is half a character (a surrogate)"
            ) from error
        if "\0" in text:
            raise DataError(f"{where}: a zero character is no text")


def _listing(names: Sequence[str]) -> str:
    more = f", … ({len(names)} in all)" if len(names) > _SHOWN else ""
    return f"the columns: {', '.join(map(repr, names[:_SHOWN]))}{more}"
