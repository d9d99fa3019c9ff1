"""Which columns of a table are asked for, and what their cells must be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from charlab.data.document import Document
from charlab.errors import DataError
from charlab.registry import nearest

TEXT = "text"  # the column that texts are in unless told otherwise
_SHOWN = 20  # columns that a message lists at most

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
        text: the column of texts; None: `TEXT`, or the only column beside the labels'.
        label: the column of labels; None: there are no labels.
    """

    title: str
    text: str | None
    label: str | None

    def choose(self, names: Sequence[str], where: str = "") -> tuple[str, str | None]:
        """The names of the columns of texts and labels.

        Args:
            names: the table's columns.
            where: the line that they were found in, for messages.

        Raises:
            DataError: if one is not there, or which is meant is open; lists the columns.
        """
        title = f"{self.title}{where}"
        if self.label is not None and self.label not in names:
            raise _missing(title, "label_column", self.label, names)
        if self.text is not None:
            if self.text not in names:
                raise _missing(title, "text_column", self.text, names)
            return self.text, self.label
        others = [name for name in names if name != self.label]
        if TEXT in others:
            return TEXT, self.label
        if len(others) != 1:
            raise DataError(
                f"{title}: choose the column that holds the texts (dataset.text_column=…): "
                f"{_listing(names)}"
            )
        return others[0], self.label

    def document(self, text: Any, label: Any, where: str) -> Document | None:
        """A row as a document; None if it has no text.

        Args:
            text: its cell of text.
            label: its cell of label; of no meaning without a column of labels.
            where: the row's place, for messages.

        Raises:
            DataError: if a cell cannot be what it is to be.
        """
        if text is None:
            return None
        if not isinstance(text, str):
            kind = _KINDS.get(type(text), type(text).__name__)
            raise DataError(f"{self.title}, {where}: the text is {kind}, not text")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if not text.strip():
            return None
        self._check_characters(text, where)
        return Document(text, None if self.label is None else self._label(label, where))

    def _label(self, label: Any, where: str) -> str:
        if isinstance(label, float | list | dict):
            raise DataError(
                f"{self.title}, {where}: the label is {_KINDS[type(label)]}, "
                f"{label!r:.40}; labels are words or whole numbers"
            )
        word = "" if label is None else str(label).strip()
        if not word:
            raise DataError(
                f"{self.title}, {where}: the label ({self.label}) is empty; fill it in, or leave "
                "the row out"
            )
        self._check_characters(word, where)
        return word

    def _check_characters(self, text: str, where: str) -> None:
        try:
            text.encode()
        except UnicodeEncodeError as error:  # JSON can spell half a character: "\ud800"
            raise DataError(
                f"{self.title}, {where}: {text[error.start]!r} is half a character (a surrogate)"
            ) from error
        if "\0" in text:
            raise DataError(f"{self.title}, {where}: a zero character is no text")


def _missing(title: str, key: str, name: str, names: Sequence[str]) -> DataError:
    near = nearest(name, list(names))
    hint = f"{near} " if near.startswith("did") else ""
    return DataError(f"{title} has no column {name!r} (dataset.{key}); {hint}{_listing(names)}")


def _listing(names: Sequence[str]) -> str:
    more = f", … ({len(names)} in all)" if len(names) > _SHOWN else ""
    return f"the columns: {', '.join(map(repr, names[:_SHOWN]))}{more}"
