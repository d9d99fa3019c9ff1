"""Dates against Babel's own patterns, read back by eye where a pattern is numbers alone."""

import datetime
import re

from charlab.data.documents.sources import Request, read_source


def test_texts_stand_for_one_date_and_say_its_year_and_day():
    documents = list(read_source("dates", Request()))
    assert len({document.label for document in documents}) == 75
    assert len(documents) > 30_000
    targets: dict[str, set[str]] = {}
    for document in documents:
        targets.setdefault(document.text, set()).add(document.target)
        date = datetime.date.fromisoformat(document.target)
        numbers = [int(number) for number in re.findall(r"\d+", document.text)]
        assert date.day in numbers
        assert {date.year, date.year % 100} & set(numbers)
    assert {len(dates) for dates in targets.values()} == {1}
    assert documents == list(read_source("dates", Request()))
