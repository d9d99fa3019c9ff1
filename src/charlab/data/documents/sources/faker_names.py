"""The embedded names: what Faker's locales hold, read as data and rid of what is no name."""

import importlib
import logging
import random
import re
import unicodedata
from collections.abc import Callable
from functools import cache

from charlab.data.documents.document import Document
from charlab.data.documents.sources.locales import (
    FAMILY_FIRST,
    GIVEN_AND_FAMILY_NAMES,
    GIVEN_FIRST,
    LANGUAGES,
    LISTS,
    ROMANIZED,
)
from charlab.data.documents.sources.romanized import TRANSLITERATED, capitalized, transliterated

log = logging.getLogger(__name__)

APOSTROPHES = "'’‘ʼ"
JOINERS = "\u200c\u200d"  # choose between letter forms inside Indic and Persian words
REMARKS = {"auch", "recte", "The"}  # "also called Y", "X, rightly Y"; "The Elder"
JAPANESE = {"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"}  # beside CJK, in one name
SYLLABIC = {"CJK", "HANGUL"}  # a character is a syllable or more, and may be a name
_PLAIN = re.compile("[A-Z][a-z]+")  # most entries: a name at first sight, for speed


def embedded_names() -> list[Document]:
    """The names in Faker's locale modules, read as data: no generator is made or run.

    Languages and names are sorted, so that the order hangs on nothing but the data.
    """
    return [
        Document(name, language)
        for language in sorted(LANGUAGES)
        for name in sorted(_names_of(language))
    ]


def romanized_names(remark: Callable[[str], object]) -> list[Document]:
    """Names in Latin letters, sorted, of languages with a script of their own.

    Args:
        remark: told how many there are, and which of them a library transliterated.
    """
    found = {language: _in_latin(language) for language in sorted({*ROMANIZED, *TRANSLITERATED})}
    listed, other = (
        sum(len(found[language]) for language in languages)
        for languages in (ROMANIZED, TRANSLITERATED)
    )
    remark(f"romanized: {listed:,} names that Faker lists ({', '.join(ROMANIZED)})")
    remark(f"transliterated: {other:,} by AnyAscii ({', '.join(TRANSLITERATED)})")
    return [Document(name, language) for language in found for name in sorted(found[language])]


def _in_latin(language: str) -> set[str]:
    """A language's names in Latin letters, and some whole ones where these are usual.

    A whole name is a given name with a family name that is drawn, the same each time.
    """
    given, family = (sorted(_parts_in_latin(language, part)) for part in ("first", "last"))
    draw = random.Random(language)
    whole: set[str] = set()
    if language in FAMILY_FIRST:
        whole = {f"{draw.choice(family)} {name}" for name in given}
    elif language in GIVEN_FIRST:
        whole = {f"{name} {draw.choice(family)}" for name in given}
    return {*given, *family, *whole}


def _parts_in_latin(language: str, part: str) -> set[str]:
    """Given ("first") or family ("last") names in Latin letters."""
    lists = rf"(?:\w+_)?{part}_(?:romanized_)?names(?:_\w+)?"
    names = {
        name
        for locale in ROMANIZED.get(language, LANGUAGES[language])
        for entry in _entries(locale, lists)
        if (name := clean_name(capitalized(entry))) is not None
    }
    if language in ROMANIZED:
        return {name for name in names if _kind(name[0]) == "LATIN"}
    return set(transliterated(language, names))


def _names_of(language: str) -> set[str]:
    """A language's names in its own script."""
    return {
        name
        for locale in LANGUAGES[language]
        for entry in _entries(locale, LISTS.get(locale, GIVEN_AND_FAMILY_NAMES))
        if (name := clean_name(entry)) is not None
    }


def clean_name(raw: str) -> str | None:
    """An entry of a list of names as a name, or None if it is none.

    White space around it goes, and runs of it become one space. No name is what

    - holds anything but letters, their marks, spaces, hyphens and apostrophes: abbreviations
      ("Hans D."), remarks in brackets, two names in one, digits;
    - does not begin with a letter (or an apostrophe: "'s Gravensande");
    - mixes scripts: misspellings with a look-alike letter, from which nothing can be learnt;
    - has a word in capitals only: abbreviations, Roman numerals ("Koch II");
    - is a single character, but for scripts where that is a syllable;
    - has a word that makes it a remark ("auch Schlauchin").
    """
    if _PLAIN.fullmatch(raw) and raw not in REMARKS:
        return raw
    name = " ".join(raw.split())
    kinds = {_kind(character) for character in name}
    scripts = kinds - {"mark", "between"}
    words = name.replace("-", " ").split()
    fits = (
        "foreign" not in kinds
        and len(scripts) == 1
        and (_kind(name[0]) in scripts or name[0] in APOSTROPHES)
        and (len(name) > 1 or bool(scripts & SYLLABIC))
        and not any(len(word) > 1 and word.isupper() for word in words)
        and not REMARKS.intersection(words)
    )
    return name if fits else None


@cache
def _kind(character: str) -> str:
    """What a character is to a name: a letter of some script, a "mark", "between", or "foreign"."""
    if character in APOSTROPHES or character in JOINERS or character in " -":
        return "between"
    if unicodedata.category(character).startswith("M"):
        return "mark"
    if not character.isalpha():
        return "foreign"
    # There is no table of scripts in Python, but the names begin with it: "GREEK SMALL LETTER XI".
    script = unicodedata.name(character, "UNNAMED").split()[0]
    return "CJK" if script in JAPANESE else script


def _entries(locale: str, lists: str) -> set[str]:
    """What a locale's own class lists under names that fit a regular expression.

    What it inherits belongs to another language.
    """
    module = f"faker.providers.person.{locale}"
    try:
        provider = importlib.import_module(module).Provider
    except ModuleNotFoundError as error:
        if error.name != module:
            raise
        log.warning("this version of Faker lacks the locale %s: its names are missing", locale)
        return set()
    return {
        entry
        for attribute, value in vars(provider).items()
        if re.fullmatch(lists, attribute) and isinstance(value, (tuple, list, dict, set, frozenset))
        for entry in value
    }
