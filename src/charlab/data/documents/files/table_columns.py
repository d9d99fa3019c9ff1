"""Which columns of a table are asked for, and what their cells must be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from charlab.data.documents.document import Document
from charlab.data.documents.normalize import normalize_label
from charlab.errors import DataError, nearest

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
        remark: told in one line how the table is read.
    """

    title: str
    text: str | None
    label: str | None
    remark: Callable[[str], object] = lambda text: None

    @property
    def wanted(self) -> list[str]:
        """The columns that are asked for by name."""
        return [name for name in (self.text, self.label) if name is not None]

    def choose(
        self, names: Sequence[str], where: str = "", form: str = ""
    ) -> tuple[str, str | None]:
        """The names of the columns of texts and labels.

        Args:
            names: the table's columns.
            where: the line that they were found in, for messages.
            form: how the table is written, for the remark.

        Raises:
            DataError: if one is not there or is there twice, or which is meant is open; lists the
                columns.
        """
        text, label = self._choose(names, f"{self.title}{where}")
        for name in (text, label):
            if names.count(name) > 1:
                raise DataError(
                    f"{self.title}{where} has {names.count(name)} columns {name!r}: give them "
                    "names of their own, for which is meant is open"
                )
        labels = "" if label is None else f", labels in {label!r}"
        self.remark(f"{form}texts are in the column {text!r}{labels}")
        return text, label

    def _choose(self, names: Sequence[str], title: str) -> tuple[str, str | None]:
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
        if isinstance(label, bytes):
            try:
                label = label.decode()
            except UnicodeDecodeError as error:
                raise DataError(f"{self.title}, {where}: the label is no UTF-8 text") from error
        if isinstance(label, float | list | dict):
            raise DataError(
                f"{self.title}, {where}: the label is {_KINDS[type(label)]}, "
                f"{label!r:.40}; labels are words or whole numbers"
            )
        word = "" if label is None else normalize_label(str(label))
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
