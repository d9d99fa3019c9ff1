"""The unit of a corpus."""

from typing import NamedTuple


class Document(NamedTuple):
    """A text with an optional label: a name and its language, a novel and its author."""

    text: str
    label: str | None = None
