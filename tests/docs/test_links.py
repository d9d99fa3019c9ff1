"""Every relative link of a page leads to a file or folder of the project."""

import re
from pathlib import Path

import pytest

from tests.support.shell import ROOT

PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("experiments/**/*.md")]
LINK = re.compile(r"\]\(([^)\s#]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_pages_are_found() -> None:
    assert {page.name for page in PAGES} >= {"README.md", "CONTRIBUTING.md", "architecture.md"}
