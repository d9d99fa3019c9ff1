"""Normalizing piece by piece, against normalizing the whole."""

import sys
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from charlab.data.documents.document import LongDocument
from charlab.data.documents.files.decode import decode_pieces, decode_text, utf8_blocks
from charlab.data.documents.normalize import check_steps, normalize_text
from charlab.data.tokens import chunks as module
from charlab.data.tokens import tokenizer
from charlab.data.tokens.chunks import cut_utf8, is_solid, normalized_pieces, safe_cut
from charlab.errors import DataError

STEPS = ["none", "nfc", "nfkc", "ascii", "lower", "nfc+lower", "nfkc+lower", "ascii+lower"]

# What normalization joins, splits, reorders, or reads together.
JOINING = "é\u0301\u0323\u0345\u0307\u1100\u1161\u11a8가각ｶﾞ\u3099か\u0958\u093c"
letters = st.sampled_from([*"aA \nΣσς.'\u00b7\u2019İIﬁﷺ中😀。", *JOINING])
texts = st.text(letters | st.characters(exclude_categories=["Cs"]), max_size=40)


def cut(text: str, places: list[int]) -> list[str]:
    bounds = [0, *sorted(min(place, len(text)) for place in places), len(text)]
    return [text[begin:end] for begin, end in pairwise(bounds)]


def normalized(
    text: str,
    places: list[int],
    steps: tuple[str, ...],
    unit: str = "char",
    dropped: Counter[str] | None = None,
) -> list[str]:
    """The pieces of a text that comes in pieces, cut as small as may be."""
    document = LongDocument(lambda: iter(cut(text, places)), None, ())
    counts = Counter() if dropped is None else dropped
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cut_utf8, "__defaults__", (5,))
        pairs = list(normalized_pieces(document, steps, counts, tokenizer(unit)))
    assert all(piece.encode() == utf8 for piece, utf8 in pairs)
    return [piece for piece, _ in pairs]


@pytest.mark.parametrize("steps", STEPS)
@settings(max_examples=50)
@given(text=texts, places=st.lists(st.integers(0, 40), max_size=12))
def test_pieces_equal_the_whole(steps: str, text: str, places: list[int]) -> None:
    chosen = check_steps(steps)
    expected_dropped: Counter[str] = Counter()
    dropped: Counter[str] = Counter()
    expected = normalize_text(text, chosen, expected_dropped)
    assert "".join(normalized(text, places, chosen, dropped=dropped)) == expected
    assert dropped == expected_dropped


@given(texts, st.sampled_from(["nfc+lower", "nfkc+lower", "ascii"]))
@example("ΑΣ.Α", "nfc+lower")  # a sigma looks past what is no letter
def test_any_safe_place_is_safe(text: str, steps: str) -> None:
    chosen = check_steps(steps)
    for place in range(1, len(text)):
        found = safe_cut(text[:place])
        assert found <= place
        if found:
            parts = [normalize_text(part, chosen, Counter()) for part in cut(text, [found])]
            assert "".join(parts) == normalize_text(text, chosen, Counter())


@pytest.mark.parametrize("form", ["", "NFKD"])
def test_sigma_sees_both_its_neighbours(form: str) -> None:
    """Every character that is a sigma, or becomes one: its small form depends on both sides."""
    all_of_them = map(chr, range(0x10000))
    capital = [c for c in all_of_them if "Σ" in (unicodedata.normalize(form, c) if form else c)]
    assert capital
    for character in capital:
        assert safe_cut(f"Α{character}Α") == 0
        assert safe_cut(f"ΑΒ{character}") == 1


@pytest.mark.parametrize("unit", ["char", "byte", "word"])
@settings(max_examples=50)
@given(text=texts, places=st.lists(st.integers(0, 40), max_size=12))
def test_no_token_is_cut(unit: str, text: str, places: list[int]) -> None:
    found = normalized(text, places, ("nfc",), unit)
    ours, whole = tokenizer(unit), tokenizer(unit)
    token_ids = [number for piece in found for number in ours.token_ids(piece).tolist()]
    expected = whole.token_ids(unicodedata.normalize("NFC", text)).tolist()
    mine, tokens = ours.tokens(), whole.tokens()
    assert [mine[number] for number in token_ids] == [tokens[number] for number in expected]


def test_nothing_solid_is_the_second_half_of_a_composition() -> None:
    seconds = set()
    for point in range(sys.maxunicode + 1):
        parts = unicodedata.decomposition(chr(point)).split()
        if len(parts) == 2 and not parts[0].startswith("<"):
            seconds.add(chr(int(parts[1], 16)))
    seconds |= {chr(point) for point in [*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)]}
    solid = [chr(point) for point in range(0x10000) if is_solid(chr(point))]
    assert len(solid) > 40_000
    for character in solid:
        first = unicodedata.normalize("NFKD", character)[0]
        assert first not in seconds
        assert unicodedata.combining(first) == 0


def test_a_text_without_a_place_to_cut_is_held_and_then_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    marks = "\u0301" * 30
    assert safe_cut(marks) == 0
    monkeypatch.setattr(module, "MOST_HELD", 20)
    assert safe_cut(marks) == 30
    assert "".join(normalized(marks, [10, 25], ("nfc",))) == marks


def test_pieces_are_given_on_as_they_come(monkeypatch: pytest.MonkeyPatch) -> None:
    came = []

    def source():
        for piece in ["one two th", "ree four", " five"]:
            came.append(piece)
            yield piece

    monkeypatch.setattr(cut_utf8, "__defaults__", (5,))
    document = LongDocument(source, None, ())
    found, _ = next(normalized_pieces(document, ("nfc",), Counter(), tokenizer("char")))
    assert found == "one "
    assert len(came) == 1


# The same of bytes, which are decoded only to see where they may be cut

NAME = "'text'"
sizes = st.integers(1, 20)


def blocks_of(data: bytes, size: int) -> Iterator[bytes]:
    return (data[i : i + size] for i in range(0, len(data), size))


def of_bytes(data: bytes, block: int) -> LongDocument:
    return LongDocument(
        pieces=lambda: decode_pieces(blocks_of(data, block), "utf-8", NAME),
        label=None,
        identity=(),
        utf8=lambda: utf8_blocks(blocks_of(data, block)),
    )


@given(texts, sizes, sizes)
@example("😀" * 20, 7, 5)  # no place to cut
@example("中" * 20, 7, 5)  # a place after each
def test_pieces_are_text_and_put_together_the_whole(text: str, block: int, size: int) -> None:
    pieces = list(cut_utf8(blocks_of(text.encode(), block), size))
    assert "".join(piece.decode() for piece in pieces) == text
    assert all(pieces)


@pytest.mark.parametrize("steps", ["none", "nfc", "nfkc", "nfc+lower", "ascii"])
@settings(max_examples=50)
@given(text=texts, block=sizes, size=sizes)
def test_both_forms_are_the_normalized_text(steps: str, text: str, block: int, size: int) -> None:
    chosen = check_steps(steps)
    clean = decode_text(text.replace("\0", "").encode(), "utf-8", NAME)
    dropped: Counter[str] = Counter()
    expected_dropped: Counter[str] = Counter()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cut_utf8, "__defaults__", (size,))
        source = of_bytes(text.replace("\0", "").encode(), block)
        pairs = list(normalized_pieces(source, chosen, dropped, tokenizer("char")))
    assert all(piece.encode() == data for piece, data in pairs)
    expected = normalize_text(clean, chosen, expected_dropped)
    assert "".join(piece for piece, _ in pairs) == expected
    assert dropped == expected_dropped


def test_where_nothing_can_be_cut_little_is_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_HELD", 100)
    pieces = list(cut_utf8(blocks_of(("😀" * 1000).encode(), 64), 16))
    assert max(map(len, pieces)) <= 200
    assert b"".join(pieces).decode() == "😀" * 1000


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"good \xff bad", "byte 0xff at offset 5"),
        (b"gut " * 9 + b"\xc3", "byte 0xc3 at offset 36"),
        (b"a\0b", "zero character at position 1"),
        ("\ud800".encode("utf-8", "surrogatepass"), "byte 0xed at offset 0"),
    ],
)
def test_what_is_no_text_is_said_where(data: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        list(normalized_pieces(of_bytes(data, 4), ("nfc",), Counter(), tokenizer("char")))
