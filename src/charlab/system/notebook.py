"""What a notebook shows: a bar that moves in its place, small tables."""

import html
import sys
import time
from collections.abc import Iterable, Sequence
from typing import Any

_SECONDS_BETWEEN_UPDATES = 0.25


def in_notebook() -> bool:
    """Whether standard output goes below a notebook's cell: Jupyter, VS Code, Colab."""
    return type(sys.stdout).__module__.split(".")[0] == "ipykernel"


class NotebookBar:
    """A bar with a line of text below a cell; what is printed meanwhile stands below it."""

    def __init__(self) -> None:
        self._handle: Any = None
        self._shown_at = 0.0

    def update(self, share: float, words: object) -> None:
        """Shows how much is done, from 0 to 1; a few times a second at most."""
        now, text = time.monotonic(), str(words)
        if now - self._shown_at >= _SECONDS_BETWEEN_UPDATES:
            self._shown_at = now
            bar = f'<progress value="{share:.4f}" max="1"></progress> {html.escape(text)}'
            self._show({"text/plain": f"{share:.0%} {text}", "text/html": bar})

    def stop(self) -> None:
        """Takes the bar away."""
        if self._handle is not None:
            self._show({"text/plain": "", "text/html": ""})

    def _show(self, data: dict[str, str]) -> None:
        if self._handle is None:
            from IPython.display import display

            self._handle = display(data, raw=True, display_id=True)
        else:
            self._handle.update(data, raw=True)


def html_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table for ``_repr_html_``; texts keep their line breaks and are never taken for markup."""
    style = "text-align:left;white-space:pre-wrap"

    def line(tag: str, cells: Sequence[object]) -> str:
        written = (html.escape(str(cell)) for cell in cells)
        return "".join(f'<{tag} style="{style}">{cell}</{tag}>' for cell in written)

    body = "".join(f"<tr>{line('td', row)}</tr>" for row in rows)
    return f"<table><tr>{line('th', columns)}</tr>{body}</table>"
