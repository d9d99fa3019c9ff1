"""The embedded names of languages with a script of their own, in Latin letters.

Most people type Nakamura, not 中村. Where Faker has a language's names in Latin letters, those are
taken (`ROMANIZED`); the names of other languages are transliterated by the library AnyAscii, after
the spelling rules below. Scripts that do not write all vowels (Arabic, Hebrew, Persian) and those
whose letters cannot be read one by one (Indic, Thai) are not transliterated.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from anyascii import anyascii

# Where a language's usual spelling is not the library's, which reads each character by itself.
# Regular expressions on names in lower case, in this order.
_CYRILLIC = ("ь(?=[её])", "y"), ("[ъьʼ’']", "")
_RULES: dict[str, tuple[tuple[str, str], ...]] = {
    "Armenian": (
        (r"\bու|ու", "u"),
        (r"\bո(?=[^ւ])", "vo"),
        (r"\bե", "ye"),
        ("և", "ev"),
        ("ռ", "r"),
    ),
    "Bulgarian": (("ъ", "a"), ("щ", "sht"), ("х", "h"), ("ь", "y"), (r"ия\b", "ia")),
    "Georgian": (),
    "Greek": (
        *(("ου", "ou"), (r"\bμπ", "b"), ("γγ", "ng"), ("γχ", "nch"), ("γξ", "nx")),
        *((r"(?<=[αε])υ(?=[βγδζλμνραεηιουω])", "v"), ("(?<=[αε])υ", "f"), ("ηυ", "iv")),
    ),
    "Macedonian": (("ц", "c"), ("х", "h"), ("ѓ", "gj"), ("ќ", "kj")),
    "Russian": (*_CYRILLIC, (r"[иы]й\b", "y"), (r"(?:\b|(?<=[аеёиоуыэюя]))е", "ye")),
    "Ukrainian": (*_CYRILLIC, (r"ий\b", "y"), ("г", "h"), ("ґ", "g"), ("и", "y")),
    "Vietnamese": (),  # its tone marks are left out abroad: Nguyen
}

# Korean syllables in people's usual spelling, where the official one differs: Kim, not Gim.
_KOREAN = dict(
    re.findall(
        "([가-힣])([a-z]+)",
        "강kang 건kun 경kyung 고ko 곽kwak 광kwang 구koo 국kook 권kwon 근keun 기ki "
        "길kil 김kim 노noh 명myung 문moon 박park 병byung 선sun 성sung 수soo 숙sook "
        "순soon 신shin 심shim 안ahn 영young 오oh 우woo 유yoo 윤yoon 이lee 임lim 정jung "
        "조cho 주joo 준joon 철chul 최choi 현hyun 훈hoon 희hee",
    )
)

TRANSLITERATED = (*sorted((*_RULES, "Korean")),)
"""Those whose names the library transliterates."""


def transliterated(language: str, names: Iterable[str]) -> Iterator[str]:
    """Names of one of `TRANSLITERATED` in Latin letters; of Korean given names in two spellings."""
    for name in names:
        if language == "Korean":
            yield from _korean(name)
        else:
            yield _by_rules(name, _RULES[language])


def _by_rules(name: str, rules: tuple[tuple[str, str], ...]) -> str:
    text = unicodedata.normalize("NFD", name.lower())
    text = unicodedata.normalize("NFC", re.sub("(?<=[αεηιουω])\u0301", "", text))
    for pattern, spelling in rules:
        text = re.sub(pattern, spelling, text)
    return capitalized(re.sub("[^a-z -]", "", anyascii(text).lower()))


def _korean(name: str) -> Iterator[str]:
    """The official spelling as one word and the usual one with a hyphen: Jiseong, Ji-sung."""
    official = [_syllable(syllable) for syllable in name]
    usual = [_KOREAN.get(s, spelt) for s, spelt in zip(name, official, strict=True)]
    yield "-".join(usual).capitalize()
    if len(name) > 1:
        yield "".join(official).capitalize()


def _syllable(syllable: str) -> str:
    """A syllable by the Revised Romanization: no voiced ending, r where it begins."""
    spelt = anyascii(syllable).lower()
    spelt = re.sub("^l", "r", spelt)
    ending = {"b": "p", "d": "t", "g": "k"}
    return re.sub("(?<!n)[bdg]$", lambda m: ending[m[0]], spelt)


def capitalized(name: str) -> str:
    """A name with a capital for each word: Chia-hao, Ó Briain."""
    return " ".join(word[:1].upper() + word[1:].lower() for word in name.split(" "))
