"""The page that compares runs, and its table."""

import csv
import io
import json
import re
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from charlab.reports.charts import MOST_GROUPS, Curves, runs_charts
from charlab.reports.comparison import Comparison, compare
from charlab.reports.run_curves import RunCurves
from charlab.reports.run_records import RunFacts, read_run
from charlab.reports.runs_report import runs_csv, runs_page
from tests.support.run_samples import RUNS, run
from tests.support.sweep_samples import write_run

WRITTEN = datetime(2026, 11, 22)


def page_of(found: Comparison, pattern: str = "x", curves: Curves | None = None) -> str:
    curves = curves or {}
    charts = runs_charts(found, curves)
    return runs_page(found, charts, pattern=pattern, curves=curves, written=WRITTEN)


def hover_of(page: str) -> Any:
    (data,) = re.findall(r'id="hover">(.*?)</script>', page)
    return json.loads(data)


def rows_of(found: Comparison) -> list[list[str]]:
    return list(csv.reader(io.StringIO(runs_csv(found), newline=""), strict=True))


def test_the_table_holds_all_runs() -> None:
    rows = rows_of(compare(RUNS))
    assert rows[0] == ["place", "model.name", "seed", "test/loss", "status", "remark", "folder"]
    assert rows[1] == ["1", "gru", "1", "1.9", "completed", "", "outputs/gru/1"]
    assert rows[-1] == ["", "gru", "4", "1.0", "interrupted", "interrupted", "outputs/gru/4"]
    assert len(rows) == 1 + len(RUNS)


def test_odd_values_read_back_from_the_table() -> None:
    texts = ['a "b", c', "Größe\nçà", "", "=1+1"]
    runs = [run("gru", 1, 0.1 + 0.2 + i, dataset__path=text) for i, text in enumerate(texts)]
    unknown = RunFacts(Path("lost"), "completed", {"test/loss": 9.0}, None, problem="no file")
    header, *rows = rows_of(compare([*runs, unknown]))
    assert header[1] == "dataset.path"
    assert [row[1] for row in rows] == [*texts[:3], "'=1+1", ""]  # a spreadsheet would compute it
    assert [float(row[3]) for row in rows] == [0.1 + 0.2, *(0.1 + 0.2 + i for i in (1, 2, 3)), 9.0]
    assert rows[-1][-2:] == ["its settings are not known (no file)", "lost"]


def test_the_page_says_what_it_compares() -> None:
    line = RunCurves([(10, 3.0), (20, 2.0)], [(5, 4.0)], {"characters": [], "seconds": []})
    page = page_of(compare(RUNS), "<b>*", {"model=gru": [line]})
    assert "&lt;b&gt;*" in page
    assert "1.7516 to 2.2484" in page  # 2 ± 4.303 * 0.1 / sqrt(3)
    assert "none (one seed)" in page
    assert "Shown: 1 of 3 groups" in page
    assert page.count("<svg") == 2  # groups, and curves over steps: more is not known
    hover = hover_of(page)
    assert hover["group-0"] == "model=gru\n2.0000 ± 0.2484"
    assert hover["run-1-1"] == "model=lstm\nseed 2: 2.2000\noutputs/lstm/2"
    assert (hover["curve-0"], hover["train-0"]) == (
        "model=gru\nvalidation",
        "model=gru\ntraining",
    )
    assert {f"group-{i}" for i in range(3)} | {"curve-0"} <= hover.keys()
    assert 'data-marks="group-0 group-1 group-2"' in page
    assert 'data-marks="curve-0"' in page


def test_what_users_write_is_only_text() -> None:
    evil = "<img src=x onerror=alert(1)>$x^$</script>"
    found = compare([run("gru", 1, 2.0, dataset__path=evil), run("gru", 1, 2.1)])
    curves = {evil: [RunCurves([(10, 3.0)], [], {"characters": [], "seconds": []})]}
    page = page_of(found, evil, curves)
    assert "<img" not in page
    assert page.count("</script>") == 2
    assert "&lt;img src=x" in page


@pytest.mark.parametrize("runs", [[], [run("gru", 1, None, status="running")]])
def test_nothing_to_compare_is_no_error(runs: list[RunFacts]) -> None:
    found = compare(runs)
    assert "nothing to compare yet" in page_of(found)
    assert len(rows_of(found)) == 1 + len(runs)


def test_the_best_group_is_shown_by_a_run_of_its_own(tmp_path: Path) -> None:
    """Its settings under the names of the command line, its samples, what its figure measures."""
    for name, seed, value in (("gru", 1, 8.0), ("gru", 2, 9.0), ("lstm", 1, 9.5)):
        folder = write_run(
            tmp_path / name / str(seed),
            {"test/perplexity": value, "test/trigram_perplexity": 9.0},
            settings=f"task: {{name: generate}}\nmodel: {{name: {name}}}\nseed: {seed}\n",
        )
        (folder / "samples.txt").write_text(f"so spake {name} {seed}", encoding="utf-8")
    runs = [read_run(folder) for folder in sorted(tmp_path.glob("*/*"))]
    page = page_of(compare(runs, "test/perplexity"))
    assert re.findall(r"so spake \w+ \d", page) == ["so spake gru 2"]
    assert re.search(r"<td[^>]*>model</td>\s*<td[^>]*>gru</td>", page)
    assert "model.name" not in page
    assert "between so many equally likely tokens the network is undecided" in page
    assert (
        "The best model beats its baseline, an interpolated trigram model: "
        "test/perplexity 8.5000 against 9." in page
    )


def test_pointing_at_any_mark_that_is_drawn_says_what_it_is() -> None:
    found = compare([run(f"m{i:02}", 1, float(i)) for i in range(MOST_GROUPS + 1)])
    page = page_of(found)
    marks = {name for names in re.findall(r'data-marks="([^"]*)"', page) for name in names.split()}
    assert len(marks) >= MOST_GROUPS
    assert marks <= hover_of(page).keys()
    assert f"group-{MOST_GROUPS}" not in hover_of(page)
