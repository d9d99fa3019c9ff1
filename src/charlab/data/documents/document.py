"""The unit of a corpus."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple


class Document(NamedTuple):
    """A text with what is known of it: a name and its language, a word and its pronunciation.

    Attributes:
        text: the characters.
        label: what a classifier is to say about it; None if nothing is known.
        split: "train", "val" or "test" where the data itself says so; None: to be assigned to
            splits.
        group: documents of one group are never in two splits, unless there are fewer groups than
            splits; None: those of the same text are one.
        tags: of each character the tag that is to be told there, or None; a word's tag stands at
            its last character. None: the text has no tags.
        target: the text that this one is to be turned into; None: there is none.
    """

    text: str
    label: str | None = None
    split: str | None = None
    group: str | None = None
    tags: Sequence[str | None] | None = None
    target: str | None = None

    @property
    def has_fields(self) -> bool:
        """Whether there is more than a text, a label and a split."""
        return self[3:] != (None, None, None)


class LongDocument(NamedTuple):
    r"""A text too large to hold: read piece by piece, as often as asked for.

    Attributes:
        pieces: begins to read anew and gives the text in pieces of some million characters:
            decoded, newlines of every system as ``\n``, without a byte-order mark. Raises
            DataError where the bytes are no text, or the file changes while it is read.
        label: as of a `Document`.
        identity: stays the same as long as the file does: path, size, modified and changed (ns),
            inode, encoding. A cache may be keyed by it.
        split: as of a `Document`.
        utf8: the same text still in UTF-8, cut anywhere and not checked; None where it is not at
            hand. Whoever finds it to be no text reads ``pieces``, which say what is wrong.
    """

    pieces: Callable[[], Iterator[str]]
    label: str | None
    identity: tuple[str | int, ...]
    split: str | None = None
    utf8: Callable[[], Iterator[bytes]] | None = None


AnyDocument = Document | LongDocument

SPLITS = ("train", "val", "test")
SHORT_DOCUMENT = 256  # characters; a document up to here is taken whole or not at all
