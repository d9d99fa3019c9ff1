"""Python source, each character with the kind of token that it belongs to."""

import io
import keyword
import tokenize
from collections.abc import Iterator
from itertools import chain, islice

from charlab.data.documents.document import Document
from charlab.data.documents.files.text_files import documents
from charlab.data.documents.request import Request
from charlab.data.documents.sources import sources
from charlab.data.documents.sources.text import library_modules
from charlab.errors import DataError

SIZE = 800_000  # characters of the embedded source
PIECE = 400  # characters after which the next statement begins another document
SPACE = "space"

_KINDS = {
    tokenize.NUMBER: "number",
    tokenize.STRING: "string",
    tokenize.COMMENT: "comment",
    tokenize.OP: "operator",
}
# Since Python 3.12 a formatted string is several tokens: here it is one string, as before.
_OPENING = {getattr(tokenize, f"{kind}STRING_START", None) for kind in "FT"} - {None}
_CLOSING = {getattr(tokenize, f"{kind}STRING_END", None) for kind in "FT"} - {None}


@sources.register("python_tokens")
def read(request: Request) -> Iterator[Document]:
    """Python source in documents of whole statements, tagged by Python's own tokenizer.

    A tag is keyword, name, number, string, comment, operator or space. Without a path it is some
    800,000 characters of the standard library; a path is as that of dataset=text. Documents of one
    file are one group, where there are several files.

    Raises:
        DataError: if a file cannot be read, or is no Python.
    """
    files = _sources(request)
    first = list(islice(files, 2))
    for name, source, split in chain(first, files):
        try:
            kinds, begins = tag_source(source)
        except (SyntaxError, tokenize.TokenError) as error:
            raise DataError(f"{name} is no Python source: {error.args[0]}") from error
        group = name if len(first) > 1 else None
        bounds = [0]
        for begin in begins:
            if begin - bounds[-1] >= PIECE:
                bounds.append(begin)
        for begin, end in zip(bounds, [*bounds[1:], len(source)], strict=True):
            if source[begin:end].strip():
                yield Document(source[begin:end], None, split, group, kinds[begin:end])


def _sources(request: Request) -> Iterator[tuple[str, str, str | None]]:
    """The name, text and split of each file."""
    if request.path is None:
        for name, source in library_modules(SIZE):
            yield name, source, None
        return
    for number, document in enumerate(documents(request), start=1):
        if not isinstance(document, Document):
            raise DataError(
                f"{request.path!r} is too large to be tagged: give less than 32 MB of source"
            )
        yield f"{request.path}, file {number}", document.text, document.split


def tag_source(source: str) -> tuple[list[str], list[int]]:
    """The kind of each character of a module, and where its statements begin.

    Raises:
        SyntaxError, tokenize.TokenError: if it is no Python.
    """
    starts = [0]
    for line in io.StringIO(source):
        starts.append(starts[-1] + len(line))
    kinds = [SPACE] * len(source)
    begins: list[int] = []
    depth = opened = 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        begin = starts[token.start[0] - 1] + token.start[1]
        end = starts[token.end[0] - 1] + token.end[1]
        if token.type == tokenize.NEWLINE:
            begins.append(min(end, len(source)))
        if token.type in _OPENING:
            opened = opened if depth else begin
            depth += 1
        elif token.type in _CLOSING:
            depth -= 1
            if not depth:
                kinds[opened:end] = ["string"] * (end - opened)
        elif not depth and (kind := _kind(token)) is not None:
            kinds[begin:end] = [kind] * (end - begin)
    return kinds, begins


def _kind(token: tokenize.TokenInfo) -> str | None:
    if token.type == tokenize.NAME:
        return "keyword" if keyword.iskeyword(token.string) else "name"
    return _KINDS.get(token.type)
