"""The table of Faker's locales, against what Faker has."""

import importlib
import pkgutil
import re

import pytest
from faker.providers import person

from charlab.data.documents.sources.locales import (
    FAMILY_FIRST,
    GIVEN_AND_FAMILY_NAMES,
    GIVEN_FIRST,
    LANGUAGES,
    LEFT_OUT,
    LISTS,
    ROMANIZED,
)

USED = [locale for locales in LANGUAGES.values() for locale in locales]


def test_the_table_is_consistent() -> None:
    assert len(USED) == len(set(USED))
    assert not set(USED) & set(LEFT_OUT)
    assert set(LISTS) <= set(USED)
    assert set(ROMANIZED) | {*FAMILY_FIRST, *GIVEN_FIRST} <= set(LANGUAGES)
    assert not set(FAMILY_FIRST) & set(GIVEN_FIRST)


def test_each_locale_of_faker_is_of_a_language_or_left_out() -> None:
    there = {module.name for module in pkgutil.iter_modules(person.__path__) if module.ispkg}
    romanized = {locale for locales in ROMANIZED.values() for locale in locales}
    assert len(there) > 60
    assert there <= {*USED, *romanized, *LEFT_OUT}


@pytest.mark.parametrize("locale", [x for x, why in LEFT_OUT.items() if "no names of its" in why])
def test_what_is_left_out_for_want_of_names_has_none(locale: str) -> None:
    provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
    assert not [name for name in vars(provider) if "first_name" in name or "last_name" in name]


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("first_names", True),
        ("last_names", True),
        ("first_names_female", True),
        ("unisex_last_names", True),
        ("first_names_male_est", True),
        ("last_name", False),
        ("middle_names", False),
        ("prefixes_female", False),
        ("last_names_", False),
    ],
)
def test_which_lists_hold_given_and_family_names(name: str, is_one: bool) -> None:
    assert bool(re.fullmatch(GIVEN_AND_FAMILY_NAMES, name)) == is_one
