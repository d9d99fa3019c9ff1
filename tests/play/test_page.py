"""The page in headless Chromium: every task, two networks, hostile texts, the keyboard, a phone."""

import json
import re
import subprocess
from collections.abc import Callable
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from charlab.api import TrainedModel
from charlab.figures.pages import digest
from charlab.play.description import describe
from charlab.play.page import play_page, script
from charlab.play.playable import Playable
from tests.support.played import BROWSER, needs_browser, trained_model

EVIL = "</script><img src=x onerror=document.title='hacked'>\"'<!--<script>"
WORDS = ("the", " the", " king", "king", ",", " ", " said", " a", "ab")
NOW = datetime(2026, 11, 22)

# Uses a page as a reader does, and says what is there then.
_USE = """
const all = (name) => [...document.querySelectorAll(name)];
const change = (id, value, type = "input") => {
  const field = document.getElementById(id);
  field.value = value;
  field.dispatchEvent(new Event(type));
};
const press = (element, ...keys) => keys.forEach((key) =>
  element.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })));
const said = { task: document.querySelector("main").className };
const texts = () => all(".text-box .text").map((element) => element.textContent);
const [text] = all(".text");
if (document.getElementById("prompt")) {
  change("seed", "3", "change");
  change("temperature", "1");
  change("prompt", "the ");
  press(text, "Enter", "Enter", "Enter");
  said.sampled = texts();
  press(text, "Backspace", "Backspace", "Backspace");
  said.again = texts();
  change("prompt", "ab");
  change("temperature", "1.5");
  press(text, "Enter", "Enter", "Enter");
  said.written = texts();
  said.ended = !document.querySelector(".end").hidden;
  press(text, "Home", "Enter");
  said.branched = texts();
  said.branches = all("#branch-list li").length;
  document.querySelector("#branch-list button").click();
  said.back = texts();
  press(text, "Home");
  said.expected = document.querySelector(".next").textContent;
  press(text, "Escape");
  text.scrollIntoView();
  const range = document.createRange();
  range.setStart(text.firstChild, 1);
  range.setEnd(text.firstChild, 2);
  const { left, right, top, bottom } = range.getBoundingClientRect();
  const place = { clientX: left + 0.8 * (right - left), clientY: (top + bottom) / 2 };
  text.dispatchEvent(new MouseEvent("click", { ...place, bubbles: true }));
  said.clicked = document.querySelector(".next").textContent;
  press(text, "Escape");
  document.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", ctrlKey: true }));
  said.playing = document.getElementById("play").textContent.includes("Pause");
  document.getElementById("play").click();
  press(text, "Home");
} else change("input", "ab \u05d0\u05d1 ba");
const map = document.querySelector(".heat-map");
press(map, "ArrowDown", "Enter");
said.unit = all(".unit")[0].value;
said.coloured = [...CSS.highlights.keys()].some((name) => name.startsWith("signed-"));
press(map, "Escape");
said.free = all(".unit")[0].value;
requestAnimationFrame(() => requestAnimationFrame(() => {
  const { left, top } = map.querySelector("canvas").getBoundingClientRect();
  map.dispatchEvent(new PointerEvent("pointermove", { clientX: left + 40, clientY: top + 30 }));
  said.pointed = document.querySelector(".said").textContent;
  map.dispatchEvent(new PointerEvent("pointerleave"));
}));
said.bars = all(".network")[0].querySelectorAll(".bars li").length;
said.curves = all(".curve polyline").length;
said.tags = all(".tags li").length;
said.cells = all(".attention tbody td").length;
said.output = document.querySelector(".output")?.textContent;
said.images = document.images.length;
said.title = document.title;
said.requests = performance.getEntriesByType("resource").length;
said.wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
setTimeout(() => console.error("said" + JSON.stringify(said).replace(/[^ -~]/g, (c) =>
  "\\\\u" + c.charCodeAt(0).toString(16).padStart(4, "0"))), 300);
"""


def networks(compose: Any, *models: str, task: str, **sizes: Any) -> list[Playable]:
    """Networks without training, whose every name is an attack."""
    found = []
    for model in models:
        trained = trained_model(compose, task, model, **sizes)
        description = {**describe(trained), "name": EVIL + model}
        labels = [EVIL, *description.get("labels", [])[1:]]
        description |= {"labels": labels} if description.get("labels") else {}
        description |= {"tags": [EVIL, *description["tags"][1:]]} if "tags" in description else {}
        followed = [{"name": EVIL, "layer": 0, "part": "hidden", "unit": 2, "correlation": 0.5}]
        facts = [("run", EVIL)]
        found.append(Playable(EVIL, "LSTM", EVIL, description, facts, [EVIL, "ab"], EVIL, followed))
    return found


@pytest.fixture(scope="module")
def pages(compose_options: Callable[..., Any]) -> dict[str, str]:
    """A page of each task, and one of two networks."""
    cases: dict[str, tuple[str, tuple[str, ...], dict[str, Any]]] = {
        "generate": ("generate", ("lstm",), {"num_layers": 2}),
        "classify": ("classify", ("gru",), {}),
        "tag": ("tag", ("lstm",), {"bidirectional": True}),
        "transduce": ("transduce", ("gru",), {"bidirectional": True}),
        "two": ("generate", ("vanilla", "lstm"), {"of_data": {"layout": "stream"}}),
    }
    return {
        name: play_page(networks(compose_options, *models, task=task, **sizes), written=NOW)
        for name, (task, models, sizes) in cases.items()
    }


def of_words(compose: Any) -> TrainedModel:
    """A network of words that begin with their space."""
    data = {"unit": "word", "layout": "stream"}
    return trained_model(compose, "generate", "gru", of_data=data, symbols=WORDS)


def used(pages: dict[str, str], folder: Path) -> tuple[list[dict[str, Any]], list[str]]:
    """What pages on a phone say after they were used, and what else stood in the console."""
    frames = []
    for name, page in pages.items():
        allowed = page.replace("script-src ", f"script-src '{digest(_USE)}' ", 1)
        path = folder / f"{name}.html"
        path.write_text(allowed.replace("</body>", f"<script>{_USE}</script></body>"), "utf-8")
        frames.append(f'<iframe src="{path.as_uri()}" width="360" height="900"></iframe>')
    outer = folder / "all.html"
    outer.write_text("".join(frames), "utf-8")
    assert BROWSER is not None
    done = subprocess.run(
        [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--v=0",
         f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=3000",
         "--window-size=2000,1000", "--dump-dom", outer.as_uri()],
        capture_output=True, text=True, check=True, timeout=240,
    )  # fmt: skip
    lines = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    said = [match[1] for line in lines if (match := re.search(r'"said(\{.*\})", source', line))]
    return [json.loads(each) for each in said], [line for line in lines if '"said' not in line]


@needs_browser
def test_every_task_is_used_by_the_keyboard_on_a_phone(
    pages: dict[str, str], compose_options: Callable[..., Any], tmp_path: Path
) -> None:
    """One visit to all pages, for a browser takes its time to start."""
    words = of_words(compose_options)
    shown = Playable("", "GRU", "words", describe(words, "float32"), [], ["a"], None, [])
    said, console = used(pages | {"words": play_page([shown], written=NOW)}, tmp_path)
    assert console == []
    (typed,) = (each for each in said if each["title"].endswith("write words"))
    said.remove(typed)
    (sample,) = words.generate("the ", seed=3, length=3)
    assert typed["sampled"] == [sample.text]
    assert typed["again"] == ["the "]
    by_task = {each["task"].removesuffix(" short"): each for each in said}
    assert sorted(by_task) == [
        "one classify", "one generate", "one tag", "one transduce", "two generate",
    ]  # fmt: skip
    for each in said:
        assert each["images"] == each["requests"] == each["wide"] == 0, each
        assert not each["title"].startswith("hacked")
        assert "<img src=x" in each["title"]  # the name is shown to the letter
        assert (each["unit"] != "") == each["coloured"] is True
        assert each["free"] == ""
        assert re.match(r"unit \d at “.+”: −?\d\.\d\d", each["pointed"])
    nothing = "Nothing stands before the first character"  # of a stream
    expected = {"one generate": "Expected in the place of a", "two generate": nothing}
    for name in expected:
        one = by_task[name]
        assert len(set(one["written"])) == 1  # both networks read the same text
        assert one["written"][0].startswith("ab")
        assert len(one["written"][0]) == 5 or one["ended"]
        assert len(one["branched"][0]) <= 1
        assert one["branches"] == 1
        assert one["back"] == one["written"]
        assert one["expected"] == expected[name]
        assert one["clicked"] == "Expected in the place of b"
        assert one["playing"]
        assert one["bars"] in ((0,) if expected[name] == nothing else (5, 6))
    assert by_task["one classify"]["bars"] == by_task["one classify"]["curves"] == 3
    assert by_task["one tag"]["tags"] == 3
    assert by_task["one transduce"]["cells"] % len("ab אב ba") == 0
    assert set(by_task["one transduce"]["output"]) <= set("uvwxyz")


def test_data_cannot_leave_their_element(pages: dict[str, str]) -> None:
    for page in pages.values():
        (block,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page)
        assert not set("<>&'") & set(block)
        assert json.loads(block)["networks"][0]["short"].startswith(EVIL)
        assert "<img" not in page


def test_the_policy_names_the_one_script_and_the_one_style(pages: dict[str, str]) -> None:
    page = pages["generate"]
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    directives = dict(part.split(maxsplit=1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["script-src"] == f"'{digest(script())}'"
    assert directives["style-src"] == f"'{digest(style)}'"
    names: set[str] = set()
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attributes: names.update(dict(attributes))  # type: ignore[method-assign]
    parser.feed(page)
    assert not {name for name in names if name in ("style", "src", "href") or name.startswith("on")}
    assert not re.search(r"https?://(?!www.w3.org/2000/svg)|innerHTML|eval\(|fetch\(", script())


def test_the_default_network_is_a_page_of_less_than_ten_megabytes(
    compose_options: Callable[..., Any],
) -> None:
    sizes = {"hidden_size": 256, "embedding_size": 64}
    page = play_page(networks(compose_options, "lstm", task="generate", **sizes), written=NOW)
    assert len(page.encode()) < 10e6
