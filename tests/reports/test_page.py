import base64
import hashlib
import json
import re
from datetime import datetime

import numpy as np
import pytest
from PIL import Image

from charlab.reports.charts import sweep_charts
from charlab.reports.page import render
from charlab.reports.sweep_report import sweep_page
from tests.support.browser import needs_browser, visit
from tests.support.sweep_samples import sweep, trial

EVIL = (
    "<img src=x onerror=document.title='hacked'></script><script>document.title='hacked'</script>"
)


@pytest.fixture(scope="module")
def odd_page():
    """A sweep whose every text is an attack."""
    trials = [
        trial(
            i,
            value=float(i),
            parameters={EVIL: value, "lr": 0.1**i},
            curve=((10, 3.0), (20, float(i))),
            arguments=(f"{EVIL}={value}",),
            reason=EVIL,
        )
        for i, value in enumerate([EVIL, "b", "c"])
    ]
    trials.append(trial(3, "pruned", parameters={"lr": 0.5}, curve=((10, 4.0),)))
    results = sweep(
        trials,
        name=EVIL,
        space={EVIL: EVIL, "lr": "tag(log, interval(0.001, 1))"},
        objectives=(EVIL,),
    )
    return sweep_page(results, sweep_charts(results), written=datetime(2026, 11, 22))


def with_script(page, script):
    """The page with a script that its policy allows."""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    allowed = page.replace("script-src ", f"script-src 'sha256-{digest}' ", 1)
    return allowed.replace("</body>", f"<script>{script}</script></body>")


def used(page, chart, mark):
    """The page with a script that uses a chart as a reader does.

    It enlarges the chart's middle, shows all of it again, enlarges the first chart's, and points at
    the end of a falling line.
    """
    script = f"""
        const svg = document.querySelectorAll(".chart svg")[{chart}];
        const box = svg.querySelector('[data-marks="{mark}"] path').getBoundingClientRect();
        const place = {{ clientX: box.right, clientY: box.bottom }};
        const drag = (svg) => {{
            const {{ left, top, width, height }} = svg.getBoundingClientRect();
            for (const [name, share] of [["down", 0.4], ["move", 0.6], ["up", 0.6]])
                svg.dispatchEvent(new PointerEvent(`pointer${{name}}`, {{ pointerType: "mouse",
                    clientX: left + share * width, clientY: top + share * height }}));
        }};
        drag(svg);
        if (svg.viewBox.baseVal.x < 100) console.error("it is not enlarged");
        svg.dispatchEvent(new MouseEvent("dblclick"));
        drag(document.querySelector(".chart svg"));
        svg.dispatchEvent(new PointerEvent("pointermove", place));
    """
    return with_script(page, script)


@needs_browser
def test_every_chart_is_drawn_and_nothing_that_users_write_is_run(odd_page, tmp_path):
    """One visit, for a browser takes its time to start: on a dark screen, pointing at a curve."""
    assert odd_page.count("<svg") == 5  # history, curves, importances, slices, parallel
    page = used(odd_page, chart=1, mark="0")
    elements, console = visit(page, tmp_path, "--blink-settings=preferredColorScheme=0")
    assert console == []
    assert "<img" not in elements
    assert "<title>hacked" not in elements
    # the curve's trial is shown in every chart that has it: history, curves, two slices, parallel
    assert elements.count("shown") - odd_page.count("shown") == 5
    first, second = re.findall(r'viewBox="([^"]*)"', odd_page)[:2]
    enlarged, whole = re.findall(r'viewBox="([^"]*)"', elements)[:2]
    assert whole == second
    width, height = (float(length) for length in first.split()[2:])
    middle = [0.4 * width, 0.4 * height, 0.2 * width, 0.2 * height]
    assert [float(length) for length in enlarged.split()] == pytest.approx(middle, rel=0.02)
    (tip,) = re.findall(r'<div id="tip"[^>]*>([^<]*)</div>', elements)
    lines = tip.splitlines()
    assert lines[0] == "trial 0 (complete)"
    assert lines[-2] == "characters seen in training: 20"
    assert lines[-1].endswith(": 0")
    screen = np.asarray(Image.open(tmp_path / "screen.png").convert("RGB"))
    assert (screen[0, 0] == (21, 24, 29)).all()  # the dark palette's paper
    light = (screen > 230).all(axis=-1).mean()
    assert light < 0.05  # letters, and no chart on white paper
    assert (screen == (255, 154, 92)).all(axis=-1).any()  # the best trial, for a dark screen


@needs_browser
def test_on_a_phone_tables_scroll_and_the_page_does_not(tmp_path):
    wide = sweep(
        [trial(0, value=1.0, parameters={f"model.a_long_name_{i}": "x" * 60 for i in range(9)})],
        name="n" * 90,
        words=("sweep=optuna", "k" * 400),
        n_trials=2,
    )
    page = sweep_page(wide, {}, written=datetime(2026, 11, 22)).replace(
        "<details>", "<details open>"
    )
    script = """
        const { scrollWidth, clientWidth } = document.documentElement;
        const boxes = [...document.querySelectorAll(".scroll")];
        const scrolling = boxes.filter((box) => box.scrollWidth > box.clientWidth).length;
        console.error(`${clientWidth} ${scrollWidth} ${scrolling}`);
    """
    (tmp_path / "inner.html").write_text(with_script(page, script), encoding="utf-8")
    frame = (tmp_path / "inner.html").as_uri()
    _, console = visit(f'<iframe src="{frame}" width="360" height="900"></iframe>', tmp_path)
    (said,) = console
    width, needed, scrolling = map(int, re.search(r'"(\d+) (\d+) (\d+)"', said).groups())
    assert needed == width <= 360
    assert scrolling >= 2  # the settings and all trials


def test_data_cannot_leave_its_element(odd_page):
    (block,) = re.findall(r'<script type="application/json" id="hover">(.*?)</script>', odd_page)
    assert not set("<>&'") & set(block)
    assert EVIL[:38] in json.loads(block)["0"]


def test_what_turns_the_writing_is_shown():
    results = sweep([trial(0, "failed", reason="a\u202e\x1b\n<")], name="a\u202e\x1b\n<")
    page = sweep_page(results, {}, written=datetime(2026, 11, 22))
    assert page.count("a\\u202e\\x1b\n&lt;") >= 2
    assert "\u202e" not in page


def test_columns_of_words_and_of_numbers():
    results = sweep([trial(0, "failed", parameters={"x": 0.5}, reason="a")])
    page = sweep_page(results, {}, written=datetime(2026, 11, 22))
    (row,) = re.findall(r'<tr>\s*(<td class="figures">0.*?)</tr>', page, flags=re.DOTALL)[:1]
    assert re.findall(r'class="(\w+)"', row) == ["figures", "words", "words", "words"]


def test_a_template_names_nothing_that_is_not_given():
    with pytest.raises(Exception, match="'results' is undefined"):
        render("sweep.html", {}, hover={}, written=datetime(2026, 11, 22))
