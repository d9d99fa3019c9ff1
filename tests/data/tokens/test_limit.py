"""Only the first part of a corpus."""

from collections.abc import Iterator

from charlab.data.documents.document import AnyDocument, Document, LongDocument
from charlab.data.documents.sources import draw
from charlab.data.tokens.limit import Allowance

LONG = "x" * 300


def long(text: str, split: str | None = None, size: int = 7) -> LongDocument:
    pieces = lambda: (text[i : i + size] for i in range(0, len(text), size))  # noqa: E731
    return LongDocument(pieces, None, (text, 0, 0, 0, 0, "utf-8"), split)


def read(limit: int | None, *documents: AnyDocument) -> list[str]:
    """What of the documents may be read, if anything."""
    cut = Allowance(limit).cut(documents)
    return [doc.text if isinstance(doc, Document) else "".join(doc.pieces()) for doc in cut]


def test_no_limit_is_none() -> None:
    assert read(None, Document(LONG), long("abc" * 9)) == [LONG, "abc" * 9]


def test_long_texts_are_cut_and_nothing_comes_after() -> None:
    assert read(400, Document(LONG), Document(LONG), Document("ab")) == [LONG, LONG[:100]]
    assert read(300, Document(LONG), Document("a")) == [LONG]
    assert read(10, long("abcdefghijklmnop"), long("q")) == ["abcdefghij"]


def test_short_texts_are_whole_or_not_there() -> None:
    assert read(7, Document("Anna"), Document("Berta"), Document("Cy")) == ["Anna"]
    assert read(6, Document("Anna"), Document("Bo"), Document("Cy")) == ["Anna", "Bo"]
    assert read(3, Document("Anna")) == ["Ann"]  # the first: better than nothing


def test_parts_have_limits_of_their_own() -> None:
    documents = [Document(LONG, None, split) for split in ("train", "val", None)]
    assert read(200, *documents, long(LONG, "val")) == [LONG[:200]] * 3


def test_a_long_document_is_read_no_further_than_the_limit() -> None:
    came = []

    def pieces() -> Iterator[str]:
        for letter in "abcdef":
            came.append(letter)
            yield letter * 10

    document = LongDocument(pieces, None, ("", 0, 0, 0, 0, ""))
    assert read(25, document) == ["a" * 10 + "b" * 10 + "c" * 5]
    assert came == ["a", "b", "c"]


def test_no_document_is_drawn_after_there_are_enough() -> None:
    def source() -> Iterator[AnyDocument]:
        for letter in "abcdef":
            came.append(letter)
            yield Document(letter * 10)

    for limit, count in [(None, 6), (25, 3), (30, 3), (31, 4), (1, 1)]:
        came: list[str] = []
        assert len(list(draw(source(), limit))) == len(came) == count
    # Whoever says a part has perhaps another one to come.
    parts = [Document(LONG, None, "train"), Document(LONG, None, "val")]
    assert list(draw(parts, 5)) == parts
