import re
import shutil
import subprocess
from datetime import datetime

import pytest

from charlab.reports.sweep_report import sweep_page
from tests.support.sweep_samples import sweep, trial

BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
EVIL = (
    "<img src=x onerror=document.title='hacked'></script><script>document.title='hacked'</script>"
)

needs_browser = pytest.mark.skipif(
    BROWSER is None, reason="no chromium, chromium-browser or google-chrome on PATH"
)


def visit(page, tmp_path, *flags):
    """The page's elements after its scripts ran, and what stood in the console."""
    path = tmp_path / "report.html"
    path.write_text(page, encoding="utf-8")
    done = subprocess.run(
        [
            BROWSER,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--enable-logging=stderr",
            "--v=0",
            f"--user-data-dir={tmp_path / 'profile'}",
            *flags,
            "--dump-dom",
            path.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


@needs_browser
def test_every_chart_is_drawn_and_nothing_that_users_write_is_run(tmp_path):
    """One visit, for a browser takes its time to start: an odd sweep on a dark screen."""
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
    page = sweep_page(results, written=datetime(2026, 11, 22))
    elements, console = visit(page, tmp_path, "--blink-settings=preferredColorScheme=0")
    assert console == []
    charts = page.count('class="plot"')
    assert charts == 6  # history, curves, importances, two slices, parallel coordinates
    assert len(re.findall(r'<g class="cartesianlayer">', elements)) == charts
    assert len(re.findall(r'class="main-svg"', elements)) >= charts
    assert "background: rgb(21, 24, 29)" in elements  # the dark palette's paper
    assert "<img" not in elements
    assert "<title>hacked" not in elements
