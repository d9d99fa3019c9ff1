"""Dates against Babel's own patterns, read back by eye where a pattern is numbers alone."""

import datetime
import re

import pytest

from charlab.data.documents.sources import Request, dates, read_source


def test_texts_stand_for_one_date_and_say_its_year_and_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dates, "DATES", 15)
    documents = list(read_source("dates", Request()))
    assert len({document.label for document in documents}) == 75
    assert len(documents) > 3_000
    targets: dict[str, set[str | None]] = {}
    for document in documents:
        targets.setdefault(document.text, set()).add(document.target)
        date = datetime.date.fromisoformat(str(document.target))
        numbers = [int(number) for number in re.findall(r"\d+", document.text)]
        assert date.day in numbers
        assert {date.year, date.year % 100} & set(numbers)
    assert {len(of_text) for of_text in targets.values()} == {1}


def test_a_text_that_stands_for_two_dates_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """As English writes them with two digits of the year, of whichever century."""
    for name, value in (("LOCALES", ["en_US"]), ("PATTERNS", ("short",)), ("DATES", 4000)):
        monkeypatch.setattr(dates, name, value)
    documents = list(read_source("dates", Request()))
    targets: dict[str, set[str | None]] = {}
    for document in documents:
        targets.setdefault(document.text, set()).add(document.target)
    assert 3000 < len(documents) < 4000
    assert {len(of_text) for of_text in targets.values()} == {1}
