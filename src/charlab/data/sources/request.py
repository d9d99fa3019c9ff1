"""What a source is asked for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """Where a source is to read, and how.

    Attributes:
        path: the user's own file, folder or pattern, "-" for standard input; None for what the
            dataset brings (embedded or downloaded).
        encoding: of the files, a name that Python's codecs know.
        text_column: of a table, the column of texts; None: "text", or the only column.
        label_column: of a table, the column of labels; None: there are no labels.
        url: another address for what is downloaded; None: the dataset's own.
    """

    path: str | None = None
    encoding: str = "utf-8"
    text_column: str | None = None
    label_column: str | None = None
    url: str | None = None
