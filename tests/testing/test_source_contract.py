"""A source that breaks a promise fails the test that holds it."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from charlab.data.documents.document import AnyDocument, Document, LongDocument
from charlab.data.documents.sources import Request, Source, sources, stripping
from charlab.errors import DataError
from charlab.testing.source_contract import SourceContract
from tests.support.contract_calls import CAUGHT


class Toy(SourceContract):
    name = "toy"


def refused(path: Path, why: str) -> DataError:
    return DataError(f"{path} {why}: give another file")


@stripping
def lines(request: Request) -> list[AnyDocument]:
    """A document for each line of a file: a sound source."""
    assert request.path is not None
    path = Path(request.path)
    try:
        text = path.read_text("utf-8-sig")
    except OSError:
        raise refused(path, "cannot be read") from None
    except UnicodeDecodeError:
        raise refused(path, "is no text") from None
    found: list[AnyDocument] = [Document(s.strip()) for s in text.splitlines() if s.strip()]
    if not found:
        raise refused(path, "is empty")
    return found


def giving(*documents: AnyDocument) -> Source:
    """A source of these documents, which strips."""
    return stripping(lambda request: documents)


def long(text: str, identity: int = 0) -> LongDocument:
    return LongDocument(lambda: iter([text]), None, (identity,))


def read_once() -> LongDocument:
    pieces = iter(["Anna ", "Bo"])
    return LongDocument(lambda: pieces, None, (0,))


def numbered() -> Source:
    """Other documents each time."""
    number = count()
    return stripping(lambda request: [Document(f"name {next(number)}")])


def identified() -> Source:
    """The same long document under another identity each time."""
    number = count()
    return stripping(lambda request: [long("Anna", next(number))])


def goes_on() -> Source:
    """Labels go on where the last reading stopped."""
    number = count()
    return stripping(lambda request: (Document(name, f"{next(number)}") for name in "abc"))


def saying(answer: Callable[[Path], Iterable[AnyDocument]]) -> Source:
    """As `lines`, but for what cannot be read."""

    def source(request: Request) -> Iterable[AnyDocument]:
        try:
            return lines(request)
        except DataError:
            assert request.path is not None
            return answer(Path(request.path))

    return stripping(source)


def without_name(path: Path) -> Iterable[AnyDocument]:
    raise DataError("the file cannot be read")


def in_two_lines(path: Path) -> Iterable[AnyDocument]:
    raise DataError(f"{path}\ncannot be read")


def something_else(path: Path) -> Iterable[AnyDocument]:
    return [Document("embedded")]


def nothing(path: Path) -> Iterator[AnyDocument]:
    return iter(())


def run(
    monkeypatch: pytest.MonkeyPatch, source: Source, test: str, request: Request, tmp_path: Path
) -> None:
    monkeypatch.setitem(sources._all(), "toy", source)
    method = getattr(Toy(), test)
    values: dict[str, Any] = {"request_": request, "tmp_path": tmp_path, "content": b" \n"}
    method(**{name: values[name] for name in inspect.signature(method).parameters})


TEXT, LABELS = "test_documents_hold_text", "test_all_documents_have_labels_or_none_has"
FIELDS, AGAIN = "test_fields_fit_their_texts", "test_reading_again_gives_the_same"
LIMIT, MISSING = "test_no_more_is_read_than_the_limit", "test_what_is_not_there_is_named"
EMPTY, NO_TEXT = "test_an_empty_file_is_named", "test_what_is_no_text_is_named"


@pytest.mark.parametrize(
    ("make", "test"),
    [
        pytest.param(make, test, id=f"{test}-{what}")
        for test, what, make in [
            (TEXT, "no documents", giving),
            (TEXT, "empty", lambda: giving(Document("Anna"), Document(""))),
            (TEXT, "white", lambda: giving(Document("\n"))),
            (TEXT, "byte-order mark", lambda: giving(Document("\ufeffŻółć"))),
            (TEXT, "unknown part", lambda: giving(Document("Anna", split="valid"))),
            (TEXT, "not stripped", lambda: giving(Document("佐藤 "))),
            (LABELS, "one lacks", lambda: giving(Document("a", "x"), Document("b"))),
            (LABELS, "spaces", lambda: giving(Document("a", " x"))),
            (LABELS, "empty", lambda: giving(Document("a", ""))),
            (FIELDS, "tags too few", lambda: giving(Document("ab", tags=["N"]))),
            (FIELDS, "empty target", lambda: giving(Document("ab", target=" "))),
            (FIELDS, "tags lack", lambda: giving(Document("a", tags=["N"]), Document("b"))),
            (FIELDS, "target lacks", lambda: giving(Document("a", target="b"), Document("b"))),
            (AGAIN, "other documents", numbered),
            (AGAIN, "pieces are gone", lambda: giving(read_once())),
            (AGAIN, "other identity", identified),
            (AGAIN, "one identity for two", lambda: giving(long("Anna"), long("Bo"))),
            (LIMIT, "goes on", goes_on),
            (LIMIT, "an empty one", lambda: giving(Document(""), Document("Anna"))),
            *[
                (test, answer.__name__, lambda answer=answer: saying(answer))
                for test in (MISSING, EMPTY, NO_TEXT)
                for answer in (without_name, in_two_lines, something_else, nothing)
            ],
        ]
    ],
)
def test_a_source_that_breaks_a_promise_is_caught(
    make: Callable[[], Source], test: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "names.txt").write_text("\ufeffŻółć\n\n  Jan Maria\t\n", "utf-8")
    request = Request(str(tmp_path / "names.txt"))
    run(monkeypatch, lines, test, request, tmp_path)
    with pytest.raises(CAUGHT):
        run(monkeypatch, make(), test, request, tmp_path)
