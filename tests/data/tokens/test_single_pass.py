"""One pass over documents; the reader's tests compare it in memory and piece by piece."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from charlab.data.documents.document import AnyDocument, Document, LongDocument
from charlab.data.tokens import single_pass
from charlab.data.tokens.single_pass import SinglePass


def settings(unit: str = "char", *, distinct: bool = False) -> dict[str, Any]:
    return {"unit": unit, "steps": ["nfc"], "distinct": distinct}


def passed(
    documents: Sequence[AnyDocument], how: dict[str, Any]
) -> tuple[list[str], dict[str, Any], npt.NDArray[np.int64]]:
    """The tokens, the plain data and a row for each document, as a file would have them."""
    ids: list[int] = []

    def drop(count: int) -> None:
        del ids[len(ids) - count :]

    one = SinglePass(how, lambda more: ids.extend(more.tolist()), drop)
    one.read(documents)
    tokens = one.tokens()
    return [tokens[i] for i in ids], *one.facts()


def long(text: str) -> LongDocument:
    return LongDocument(lambda: iter([text]), "x", (text,))


def test_short_texts_and_long_ones_are_read_in_their_order() -> None:
    tokens, about, rows = passed(
        [Document("ab", "y"), long("cafe\u0301"), Document("c", "x", "test")], settings()
    )
    assert "".join(tokens) == "abcaféc"
    assert rows[:, :3].tolist() == [[2, 2, -1], [4, 4, -1], [1, 1, 2]]
    assert (about["labels"], rows[:, 4].tolist()) == (["x", "y"], [1, 0, 0])


def test_of_what_is_blank_or_comes_again_nothing_stays() -> None:
    docs = [long("ab"), Document("ab", "x")]
    expected = passed(docs[:1], settings(distinct=True))
    found = passed([long("ab"), long(" \n"), *docs, Document("\t")], settings(distinct=True))
    assert found[0] == expected[0] == ["a", "b"]
    assert found[1] == expected[1] | {"emptied": 2, "repeats": 2}
    assert found[2].tolist() == expected[2].tolist()


@pytest.mark.parametrize("unit", ["char", "byte", "word", "symbol"])
def test_a_text_in_pieces_has_the_tokens_of_the_whole(
    unit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = "the naïve king, the queen \u4e2d\u6587 " * 3
    whole = passed([Document(text), Document("end")], settings(unit))
    monkeypatch.setattr(single_pass, "PIECE", 7)
    pieces = passed([Document(text), Document("end")], settings(unit))
    assert pieces[:2] == whole[:2]
    assert pieces[2].tolist() == whole[2].tolist()
