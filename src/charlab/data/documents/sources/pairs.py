"""Pairs of texts, one to a line: what is read, a tab, what it is turned into."""

from collections.abc import Iterator

from charlab.data.documents.document import Document
from charlab.data.documents.files.arrangement import arrange
from charlab.data.documents.files.entries import find
from charlab.data.documents.files.text_files import filled_lines
from charlab.data.documents.request import Request
from charlab.data.documents.sources import sources, stripping
from charlab.errors import DataError


@sources.register("pairs")
@stripping
def read(request: Request) -> Iterator[Document]:
    """The lines of files: a text, a tab, its target. Blank lines are left out.

    Raises:
        DataError: if a file cannot be read, or a line is no pair.
    """
    if request.path is None:
        raise DataError("dataset=pairs needs a file: dataset.path=FILE.tsv (text, tab, target)")
    placed = arrange(find(request.path), labelled=request.labelled, remark=request.remark)
    for entry, label, split in placed:
        for number, line in filled_lines(entry, request.encoding):
            text, *targets = (part.strip() for part in line.split("\t"))
            if len(targets) != 1 or not text or not targets[0]:
                raise DataError(
                    f"{entry.title}, line {number}: a pair is a text, a tab and its target; "
                    + ("one side is empty" if len(targets) == 1 else f"tabs: {len(targets)}")
                    + f": {line!r:.40}"
                )
            yield Document(text, label, split, target=targets[0])
