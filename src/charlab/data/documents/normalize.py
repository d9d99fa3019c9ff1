"""Normalization: which spellings of a text count as the same characters."""

import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Literal

from charlab.errors import ConfigError, nearest
from charlab.system.files import escape_bytes

# In the order in which they are applied, whatever order they are written in.
STEPS = ("none", "nfc", "nfkc", "ascii", "lower")

_OUTSIDE_ASCII = re.compile(r"[^\t\n -~]")


def check_steps(steps: str) -> tuple[str, ...]:
    """Reads normalization steps as a config words them, such as ``"ascii+lower"``.

    - ``none``: nothing; not to be combined.
    - ``nfc``, ``nfkc``: Unicode's composed forms, canonical or compatibility (Unicode Annex 15).
    - ``ascii``: decomposed (NFD), combining marks dropped; what is then neither printable ASCII,
      newline nor tab is dropped and counted.
    - ``lower``: lower case.

    Returns:
        The steps in the order of their application.

    Raises:
        ConfigError: if a step is unknown (names the nearest), or two contradict each other.
    """
    words = steps.split("+")
    for word in words:
        if word not in STEPS:
            hint = nearest(word.strip().lower(), list(STEPS))
            raise ConfigError(f"dataset.normalize={steps}: unknown step {word!r}; {hint}")
    for pair in ({"nfc", "nfkc"}, *({"none", step} for step in STEPS[1:])):
        if pair <= set(words):
            one, other = sorted(pair)
            raise ConfigError(f"dataset.normalize={steps}: {one} and {other} exclude each other")
    return tuple(step for step in STEPS if step in words)


@lru_cache(maxsize=4096)  # rows are many, labels few
def normalize_label(label: str) -> str:
    r"""A label as it is stored and asked for: composed (NFC), no white space around it.

    Bytes of a file's name that are no UTF-8 are escaped: ``caf\xe9``.
    """
    return unicodedata.normalize("NFC", escape_bytes(label)).strip()


def normalize_text(text: str, steps: Sequence[str], dropped: Counter[str]) -> str:
    """Applies checked steps to one text; twice is the same as once.

    Args:
        text: any text.
        steps: as `check_steps` gives them.
        dropped: counts the characters that ``ascii`` loses. Accents are not among them: folding
            them is what was asked for.
    """
    form: Literal["NFC", "NFKC"] = "NFKC" if "nfkc" in steps else "NFC"
    composed = "nfc" in steps or "nfkc" in steps
    if composed and not (form == "NFC" and _is_narrow(text)):
        text = unicodedata.normalize(form, text)
    if "ascii" in steps:
        text = _fold(text, dropped)
    if "lower" in steps:
        text = text.lower()
        if composed:  # h with a line below is one character, H with a line below is two
            text = unicodedata.normalize(form, text)
    return text


def normalize_tagged(
    text: str, tags: Sequence[str | None], steps: Sequence[str], dropped: Counter[str]
) -> tuple[str, list[str | None]]:
    """Applies checked steps to a text and keeps each tag where it belongs.

    A character and the marks on it are normalized together, and the last character of what they
    become has their last tag. The tag of what is dropped goes to the character before it, unless
    that has one.

    Args: as of `normalize_text`.
        tags: of each character the tag, or None.
    """
    if normalize_text(text, steps, Counter()) == text:
        return text, list(tags)
    begins = [i for i, character in enumerate(text) if not i or not _joins_before(character)]
    pieces, kept = [], list[str | None]()
    for begin, end in pairwise([*begins, len(text)]):
        piece = normalize_text(text[begin:end], steps, dropped)
        tag = next((tag for tag in reversed(tags[begin:end]) if tag is not None), None)
        pieces.append(piece)
        kept += [None] * len(piece)
        if tag is not None and kept and (piece or kept[-1] is None):
            kept[-1] = tag
    return "".join(pieces), kept


def _joins_before(character: str) -> bool:
    """Whether a character may compose with the one before it: marks, and parts of Hangul."""
    return unicodedata.category(character).startswith("M") or "\u1160" <= character <= "\u11ff"


def _is_narrow(text: str) -> bool:
    """Whether it is certain that no code point is above 255: then nothing composes.

    Python keeps a text in as many bytes a character as its largest code point needs: far quicker
    to find out than to normalize.
    """
    return text.isascii() or sys.getsizeof(text) < 2 * len(text)


def _fold(text: str, dropped: Counter[str]) -> str:
    text = unicodedata.normalize("NFD", text)
    outside = Counter(_OUTSIDE_ASCII.findall(text))
    for character, count in outside.items():
        if not unicodedata.category(character).startswith("M"):
            dropped[character] += count
    return _OUTSIDE_ASCII.sub("", text)
