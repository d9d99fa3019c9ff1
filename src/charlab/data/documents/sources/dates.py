"""Dates as locales write them, into ISO 8601: patterns of the Unicode CLDR, through Babel."""

import datetime
import random
from collections import defaultdict
from collections.abc import Iterator

from charlab.data.documents.document import Document
from charlab.data.documents.request import Request
from charlab.data.documents.sources import sources, stripping
from charlab.data.documents.sources.pairs import read as read_pairs

# Of each script and family some; those of one language that differ in order or words.
LOCALES = """
    af am ar az be bg bn bs ca cs cy da de el en_GB en_US es et eu fa fi fil fr ga gl gu he hi hr
    hu hy id is it ja ka kk km kn ko ky lo lt lv mk ml mn mr ms my nb ne nl pa pl pt ro ru si sk
    sl sq sr sv sw ta te th tr uk ur uz vi zh zu
""".split()  # noqa: SIM905 (a list of words would fill a page)
PATTERNS = ("medium", "long", "full")
DATES = 150  # of each locale and pattern
_FIRST, _LAST = datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)


@sources.register("dates")
@stripping
def read(request: Request) -> Iterator[Document]:
    """Dates in words, labelled by their locale; the target is the date as YYYY-MM-DD.

    Dates are drawn evenly from 1900 to 2099, the same always. A text that stands for two dates is
    left out. With a path, the user's own as dataset=pairs reads them.

    Raises:
        DataError: as dataset=pairs.
    """
    return _dates() if request.path is None else read_pairs(request)


def _dates() -> Iterator[Document]:
    from babel import Locale  # not at the top: every dataset's module is imported by every run
    from babel.dates import format_date

    draw = random.Random(0)
    days = (_LAST - _FIRST).days
    found = defaultdict[str, set[str]](set)
    written = []
    for name in LOCALES:
        locale = Locale.parse(name)
        for pattern in PATTERNS:
            for _ in range(DATES):
                date = _FIRST + datetime.timedelta(draw.randint(0, days))
                text = format_date(date, pattern, locale).strip()
                found[text].add(date.isoformat())
                written.append((text, name, date.isoformat()))
    for text, name, iso in written:
        if len(found[text]) == 1:
            yield Document(text, name, target=iso)
