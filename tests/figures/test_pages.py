"""Pages that are one file: what stands in a text stays a text."""

import re

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from charlab.figures.colors import PALETTE
from charlab.figures.pages import as_unicode, digest, page_environment, source_of


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        (Markup("<b>&amp;</b>"), "<b>&amp;</b>"),
        (None, ""),
        ("", ""),
        (0, "0"),
        (False, "False"),
        ("a\n\tb", "a\n\tb"),
        ("\x1b[31m\x00", "\\x1b[31m\\x00"),
        ("a\u202eb", "a\\u202eb"),  # it would turn the writing of all that follows
        ("ж中🙂", "ж中🙂"),
    ],
)
def test_a_value_is_a_text_to_the_letter(value: object, shown: str) -> None:
    template = page_environment("charlab.gallery").from_string("[{{ value }}]")
    assert template.render(value=value) == f"[{shown}]"


def test_what_a_template_lacks_is_no_empty_place() -> None:
    template = page_environment("charlab.gallery").from_string("{{ absent }}")
    with pytest.raises(UndefinedError, match="'absent' is undefined"):
        template.render()


@pytest.mark.parametrize("package", ["charlab.gallery", "charlab.play", "charlab.reports"])
def test_every_package_s_pages_have_the_style_in_both_palettes(package: str) -> None:
    environment = page_environment(package)
    style = environment.get_template("base.css").render()
    light, dark = style.split("@media (prefers-color-scheme: dark)")
    for screen, text in enumerate((light, dark)):
        found = dict(re.findall(r"--([\w-]+): (#\w+);", text))
        assert found == {meaning: colors[screen] for meaning, colors in PALETTE.items()}
    assert source_of(environment, "base.css").count("{% for") == 2  # as it stands in its file
    used = set(re.findall(r"var\(--([\w-]+)\)", style))
    assert used <= PALETTE.keys()


@pytest.mark.parametrize(
    ("text", "known"),
    [
        # both from the standard, Content Security Policy Level 3, and RFC 4648's padding
        ("alert('Hello, world.');", "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng="),
        ("", "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
    ],
)
def test_a_policy_s_name_of_a_script(text: str, known: str) -> None:
    assert digest(text) == known


def test_a_page_is_unicode_whatever_a_file_was_called() -> None:
    assert as_unicode("ж🙂 \udcff.txt") == "ж🙂 ?.txt"
    assert as_unicode("") == ""
