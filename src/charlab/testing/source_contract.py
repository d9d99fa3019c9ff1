"""What every source of documents must do, as tests to inherit. Needs pytest.

class TestMySource(SourceContract):
    name = "my_source"

    @pytest.fixture
    def request_(self, tmp_path):
        ...  # writes a small dataset
        return Request(str(tmp_path / "mine.txt"))
"""

# ruff: noqa: D102 (a test's name is its sentence)

from dataclasses import replace
from pathlib import Path

import pytest

from charlab.data.documents.document import SPLITS, AnyDocument, Document, LongDocument
from charlab.data.documents.sources import Request, read_parts, read_source, strips
from charlab.data.tokens.limit import Allowance
from charlab.errors import DataError


class SourceContract:
    """A subclass gives the source's ``name`` and the fixture ``request_``."""

    name: str

    def read(self, request: Request) -> list[AnyDocument]:
        """The documents."""
        return list(read_source(self.name, request))

    def text(self, document: AnyDocument) -> str:
        """The whole text of a document, long or not."""
        return document.text if isinstance(document, Document) else "".join(document.pieces())

    def refused(self, request: Request) -> str:
        """What is said of data that cannot be read: one line."""
        with pytest.raises(DataError) as error:
            list(map(self.text, self.read(request)))
        assert "\n" not in str(error.value)
        return str(error.value)

    def test_documents_hold_text(self, request_: Request) -> None:
        documents, stripped = self.read(request_), strips(self.name)
        assert documents
        for document in documents:
            text = self.text(document)
            assert text.strip()
            assert not text.startswith("\ufeff")
            assert document.split in (None, *SPLITS)
            assert not stripped or text == text.strip()

    def test_all_documents_have_labels_or_none_has(self, request_: Request) -> None:
        labels = {document.label for document in self.read(request_)}
        assert None not in labels or len(labels) == 1
        assert all(label is None or label == label.strip() != "" for label in labels)

    def test_fields_fit_their_texts(self, request_: Request) -> None:
        documents = [d for d in self.read(request_) if isinstance(d, Document)]
        for document in documents:
            assert document.tags is None or len(document.tags) == len(document.text)
            assert document.target is None or document.target.strip()
        for name in ("tags", "target"):
            assert len({getattr(d, name) is None for d in documents}) <= 1

    def test_reading_again_gives_the_same(self, request_: Request) -> None:
        def say(documents: list[AnyDocument]) -> list[tuple[object, ...]]:
            return [(self.text(d), d.label, d.split) for d in documents]

        first, second = self.read(request_), self.read(request_)
        assert say(first) == say(second) == say(first)  # a long one begins anew each time
        identities = [
            [d.identity for d in some if isinstance(d, LongDocument)] for some in (first, second)
        ]
        assert identities[0] == identities[1]
        assert len(set(identities[0])) == len(identities[0])

    def test_no_more_is_read_than_the_limit(self, request_: Request) -> None:
        documents = self.read(request_)
        for limit in (1, 7, 10**9):
            drawn = list(read_parts(self.name, request_, limit=limit))
            assert [d.label for d in drawn] == [d.label for d in documents][: len(drawn)]
            before = sum(len(self.text(d)) for d in drawn[:-1] if d.split is None)
            assert before < limit
            read = [self.text(d) for d in Allowance(limit).cut(drawn)]
            assert read[0]
            pairs = any(isinstance(d, Document) and d.target is not None for d in drawn)
            if not (pairs and len(read) == 1):  # the first pair comes whole
                assert sum(map(len, read)) <= limit * len({d.split for d in drawn})
        assert len(drawn) == len(documents)

    def test_what_is_not_there_is_named(self, request_: Request, tmp_path: Path) -> None:
        assert "no-such" in self.refused(replace(request_, path=str(tmp_path / "no-such.txt")))

    @pytest.mark.parametrize("content", [b"", b" \n\t\r\n", b"\xef\xbb\xbf\n"])
    def test_an_empty_file_is_named(
        self, request_: Request, tmp_path: Path, content: bytes
    ) -> None:
        (tmp_path / "leer.txt").write_bytes(content)
        assert "leer.txt" in self.refused(replace(request_, path=str(tmp_path / "leer.txt")))

    def test_what_is_no_text_is_named(self, request_: Request, tmp_path: Path) -> None:
        (tmp_path / "odd.txt").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff" * 3)
        assert "odd.txt" in self.refused(replace(request_, path=str(tmp_path / "odd.txt")))
