"""What a run says of tags and targets before it starts."""

import pytest

from charlab.data.corpus import Corpus
from charlab.data.documents.document import Document
from charlab.training.describe import describe_corpus
from tests.support.corpora import short_documents


def corpus_of(documents: list[Document], field: str) -> Corpus:
    return short_documents(documents, fields=(field,))


def test_what_train_lacks_is_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "charlab")
    train, test = Document("ab", tags=["A", "B"]), Document("ab", split="test", tags=["A", "C"])
    describe_corpus(corpus_of([train, test], "tags"), predicts_label=False)
    assert "2 distinct, 3 tags;" in caplog.text
    assert "tags never in train: C (but counted)" in caplog.text
    caplog.clear()
    train, test = Document("ab", target="xyx"), Document("ba", split="test", target="xz")
    describe_corpus(corpus_of([train, test], "target"), predicts_label=False)
    assert "2 distinct, targets of 2 distinct characters;" in caplog.text
    said = "unknown characters of targets: 50.000% of test (never in train, but counted)"
    assert said in caplog.text
    caplog.clear()
    describe_corpus(corpus_of([train], "target"), predicts_label=False)
    assert "unknown" not in caplog.text
