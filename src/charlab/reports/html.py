"""HTML from text that cannot be trusted: everything is escaped unless it is :class:`Html`."""

import html
from collections.abc import Iterable, Sequence

from charlab.system.terminal import visible


class Html(str):
    """Markup that was put together here and is meant as such."""

    __slots__ = ()


def escape(text: object) -> Html:
    """Text as markup that shows it to the letter, controls and all; markup as it is."""
    return text if isinstance(text, Html) else Html(html.escape(visible(text, keep="\n\t")))


def join(parts: Iterable[object], between: str = "") -> Html:
    """Several pieces one after the other."""
    return Html(between.join(escape(part) for part in parts))


def element(tag: str, *content: object, **attributes: str) -> Html:
    """An element; an attribute's name may begin with "_" (``_class="wide"``)."""
    arguments = "".join(
        f' {name.lstrip("_").replace("_", "-")}="{html.escape(value)}"'
        for name, value in attributes.items()
    )
    return Html(f"<{tag}{arguments}>{join(content)}</{tag}>")


def data_block(data: str, **attributes: str) -> Html:
    """JSON that a script reads; no text in it can end the element."""
    for sign in "&<>":
        data = data.replace(sign, f"\\u{ord(sign):04x}")
    return element("script", Html(data), type="application/json", **attributes)


def section(title: str, *content: object) -> Html:
    """A part of the page with a heading."""
    return element("section", element("h2", title), *content)


def paragraph(*content: object, **attributes: str) -> Html:
    """A paragraph."""
    return element("p", *content, **attributes)


def command(line: str) -> Html:
    """A command line that one click selects."""
    return element("pre", element("code", line), _class="command")


def table(
    header: Sequence[str], rows: Iterable[Sequence[object]], *, text_columns: Sequence[int] = (0,)
) -> Html:
    """A table that scrolls by itself where it is too wide.

    Args:
        header: the columns' names.
        rows: cells.
        text_columns: columns of words, set to the left; the others hold numbers.
    """

    def cells(tag: str, row: Sequence[object]) -> Html:
        kinds = ["words" if i in text_columns else "figures" for i in range(len(row))]
        return join(element(tag, cell, _class=kind) for cell, kind in zip(row, kinds, strict=True))

    head = element("thead", element("tr", cells("th", header)))
    body = element("tbody", *(element("tr", cells("td", row)) for row in rows))
    return element("div", element("table", head, body), _class="scroll")


def facts(pairs: Iterable[tuple[str, object]]) -> Html:
    """Names and what they stand for."""
    items = [element("div", element("dt", name), element("dd", value)) for name, value in pairs]
    return element("dl", *items)


def folded(title: str, *content: object) -> Html:
    """A part that opens with a click."""
    return element("details", element("summary", title), *content)
