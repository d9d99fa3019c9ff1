"""What a source is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """Where a source is to read, and how.

    Attributes:
        path: the user's own file, folder or pattern, "-" for standard input; None for what the
            dataset brings (embedded or downloaded).
        encoding: of the files, a name that Python's codecs know.
        text_column: of a table, the column of texts; None: "text", or the only column.
        label_column: of a table, the column of labels; None: there are no labels.
        tag_column: the column of tags; None: the source's own, if it has any.
        target_column: of a table, the column of targets; None: there are none.
        url: another address for what is downloaded; None: the dataset's own.
        labelled: whether every document must have a label (to classify); what has none is left
            out, and two ways to read labels are refused.
        romanized: whether names in Latin letters join those in their own script.
        distance: of the copying task, how many characters before its own place a character's tag
            stands; None: there is none.
        fields: what every document must have besides, of "tags" and "target".
        remark: told in one line what is left out or decided for the user.
    """

    path: str | None = None
    encoding: str = "utf-8"
    text_column: str | None = None
    label_column: str | None = None
    tag_column: str | None = None
    target_column: str | None = None
    url: str | None = None
    labelled: bool = False
    romanized: bool = False
    distance: int | None = None
    fields: tuple[str, ...] = ()
    remark: Callable[[str], object] = field(default=lambda text: None, compare=False)
