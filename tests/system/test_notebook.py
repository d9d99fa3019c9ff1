import io
import sys
import types
from html.parser import HTMLParser

import pytest

from charlab.system.notebook import NotebookBar, html_table, in_notebook


class _Cells(HTMLParser):
    """The cells of a table, as a browser has them; whatever else is in it is kept as a tag."""

    def __init__(self, text):
        super().__init__()
        self.cells, self.tags = [], set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data):
        self.cells[-1] += data


def test_a_table_holds_texts_to_the_letter():
    texts = ["<script>alert(1)</script>", "a & b", "two\nlines", 'say "no"', ""]
    read = _Cells(html_table(["text"], [[text] for text in texts]))
    assert read.cells == ["text", *texts]
    assert read.tags == {"table", "tr", "th", "td"}


def test_a_cell_is_known_by_where_its_output_goes(monkeypatch):
    assert not in_notebook()
    stream = type("OutStream", (io.StringIO,), {"__module__": "ipykernel.iostream"})()
    monkeypatch.setattr(sys, "stdout", stream)
    assert in_notebook()


@pytest.fixture
def shown(monkeypatch):
    """What a page shows, one entry for each change."""
    changes = []
    handle = types.SimpleNamespace(update=lambda data, raw: changes.append(data))

    def display(data, *, raw, display_id):
        assert raw
        assert display_id
        changes.append(data)
        return handle

    module = types.ModuleType("IPython.display")
    vars(module)["display"] = display
    monkeypatch.setitem(sys.modules, "IPython", types.ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    return changes


def test_a_bar_moves_in_its_place_a_few_times_a_second(shown, monkeypatch):
    clock = iter(range(100, 200))
    monkeypatch.setattr("time.monotonic", lambda: next(clock) / 10)  # a tenth of a second each
    bar = NotebookBar()
    for step in range(20):
        bar.update(step / 20, f"loss < {step}")
    assert len(shown) == 7  # at 0, 0.3, …, 1.8 seconds
    assert shown[-1]["text/plain"] == "90% loss < 18"
    assert 'value="0.9000"' in shown[-1]["text/html"]
    assert "loss &lt; 18" in shown[-1]["text/html"]
    bar.stop()
    assert set(shown[-1].values()) == {""}


def test_a_bar_that_was_never_shown_leaves_nothing(shown):
    NotebookBar().stop()
    assert not shown
