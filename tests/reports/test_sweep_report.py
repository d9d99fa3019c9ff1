import base64
import hashlib
import html
import json
import re
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from charlab.reports.charts import sweep_charts
from charlab.reports.sweep_report import sweep_page
from tests.support.sweep_samples import large_sweep, sweep, trial, two_objectives

WRITTEN = datetime(2026, 11, 22, 10, 0)
EVIL = "<img src=x onerror=alert(1)></script><script>alert(2)</script>"
CURVE = ((10, 3.0), (20, 2.5))
X = {"x": 0.5, "kind": "a"}


class Page(HTMLParser):
    """What a browser would make of a page: its words, its scripts, its data, its tags."""

    def __init__(self, text):
        super().__init__()
        self.source = text
        self.tags, self.arguments, self.scripts, self.data = [], [], [], []
        self._inside = None
        self.feed(text)
        self.text = " ".join(" ".join(self.arguments).split())

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag in ("script", "style"):
            kind = dict(attributes).get("type")
            self._inside = self.data if kind else self.scripts if tag == "script" else []
            self._inside.append("")

    def handle_endtag(self, tag):
        if tag in ("script", "style"):
            self._inside = None

    def handle_data(self, data):
        if self._inside is None:
            self.arguments.append(data)
        else:
            self._inside[-1] += data

    @property
    def charts(self):
        return re.findall(r"<svg.*?</svg>", self.source, flags=re.DOTALL)

    @property
    def hover(self):
        return json.loads(self.data[-1])

    @property
    def headings(self):
        return [html.unescape(text) for text in re.findall("<h2>(.*?)</h2>", self.source)]


HEADINGS = [
    "Pareto front",
    "The front's best val/loss",
    "The winner",
    "The best trial",
    "Finalists",
    "What was searched",
    "History: trial by trial",
    "Learning curves",
    "Slices: one setting at a time",
    "Parameter importances",
    "Parallel coordinates",
    "Saved by pruning",
    "Failures",
    "All trials",
    "What the words mean",
]


def read(results):
    return Page(sweep_page(results, sweep_charts(results), written=WRITTEN))


def read_words(results, *names):
    """The page without its charts, which take their time, but for those that are named."""
    charts = sweep_charts(results) if names else {}
    return Page(sweep_page(results, {name: charts[name] for name in names}, written=WRITTEN))


def marked(chart):
    """The trials that a chart's points and lines stand for."""
    return {int(n) for names in re.findall(r'data-marks="([^"]*)"', chart) for n in names.split()}


@pytest.fixture(scope="module")
def large():
    return read(large_sweep())


def test_a_large_sweep_has_every_part(large):
    others = ("Pareto front", "The front's best val/loss", "The best trial")
    assert large.headings == [h for h in HEADINGS if h not in others]
    assert "58 trials of 65 are over" in large.text
    assert "41 complete, 15 pruned, 2 failed, 2 running" in large.text
    assert "the loss is not a number any more" in large.text
    # history, curves, importances, slices, parallel coordinates
    assert len(large.charts) == 5
    assert len(large.source) < 500_000


def test_the_winner_is_the_best_finalist_not_the_luckiest_trial(large):
    results = large_sweep()
    first, best = results.finalists[0], results.best
    assert best.number != first.trial
    place = large.text.index
    opening = large.text[place("The winner") : place("Finalists")]
    assert "2.0143 ± 0.0152" in opening  # 2.013, 2.021, 2.009
    assert f"the settings of trial {first.trial}" in opening
    assert f"trial {best.number} was first, with val/loss {best.values[0]:.4f}" in opening
    assert "model=lstm model.hidden_size=256 optimizer.lr=0.0041 seed=1" in opening


def test_without_finalists_the_best_trial_comes_with_its_command_and_a_word_on_luck():
    results = large_sweep(finalists=(), words=("--multirun", "sweep=optuna", "sweep.name=x"))
    page = read_words(results)
    assert results.best.command in page.text
    assert f"{results.best.values[0]:.4f}" in page.text
    assert "with a single seed each: a part of its lead is luck. One seed does not" in page.text
    again = "python train.py --multirun sweep=optuna sweep.name=x"
    assert f"{again} sweep.finalists=3" in page.text
    assert f"Go on with it: {again} Pareto" not in page.text
    assert page.source.count(f"<code>{again}</code>") == 1  # it is not finished


def test_the_luck_of_seeds_is_said_where_it_was_searched():
    trials = [
        trial(i, value=value, parameters={"model": model, "seed": seed})
        for i, (model, seed, value) in enumerate(
            [("a", 1, 2.0), ("a", 2, 2.2), ("b", 1, 3.0), ("b", 2, 3.4), ("c", 1, 9.0)]
        )
    ]
    # deviations 0.1, 0.1, 0.2, 0.2: variance (0.02 + 0.08) / 2
    page = read_words(sweep(trials), "seeds")
    assert "a standard deviation of 0.2236" in page.text
    # t(1) = 12.706: 12.706 * 0.1414 / sqrt(2) = 1.2706 on both sides of 2.1
    assert "1 a 2 2.1000 0.8294 to 3.3706 2 b 2 3.2000" in page.text
    assert "3 c 1 9 none (one seed)" in page.text
    assert page.hover["group-0"] == "model=a\n2.1000 ± 1.2706"
    assert "group-0" in page.charts[0]


def test_trials_of_one_seed_make_no_groups():
    trials = [trial(i, value=float(i), parameters={"seed": i}) for i in (1, 2)]
    assert "Means over seeds" in read_words(sweep(trials)).headings
    alone = [trial(i, value=float(i), parameters={"model.hidden_size": i}) for i in (1, 2)]
    assert "Means over seeds" not in read_words(sweep(alone)).headings


def test_a_network_that_loses_to_its_baseline_is_said_in_red():
    for perplexity, color in ((9.5, "notice"), (12.5, "notice loses")):
        metrics = {"test/perplexity": perplexity, "test/trigram_perplexity": 10.0}
        page = read_words(sweep([trial(0, value=2.0, metrics=metrics)]))
        verdict = "loses to" if perplexity > 10 else "beats"
        (said,) = re.findall(rf'<p class="{color}">(The best model.*?)</p>', page.source)
        assert said == (
            f"The best model {verdict} its baseline, an interpolated trigram model: "
            f"test/perplexity {perplexity:.4f} against 10."
        )
    assert "color: var(--failed)" in re.search(r"\.notice\.loses \{(.*?)\}", page.source)[1]


def test_finalists_have_intervals_over_seeds(large):
    # 2.013, 2.021, 2.009: mean 2.0143, s 0.00611, half 4.303 * s / sqrt(3)
    assert "2.0143 ± 0.0152" in large.text
    assert "2.0243 ± 0.0152" in large.text  # of the test part
    assert "over seeds" in large.text


def test_pointing_at_a_mark_says_what_it_is(large):
    results = large_sweep()
    history, curves, slices, importances, parallel = large.charts
    complete = {one.number for one in results.of_state("complete")}
    pruned = {one.number for one in results.of_state("pruned")}
    assert marked(history) == complete | pruned
    assert marked(curves) == {one.number for one in results.trials}
    assert marked(importances) == set()
    assert marked(slices) == complete | pruned
    assert marked(parallel) == complete
    best, given_up = results.best, results.of_state("pruned")[0]
    assert large.hover[str(best.number)].splitlines()[:2] == [
        f"trial {best.number} (complete)",
        f"val/loss: {best.values[0]:.4f}",
    ]
    assert f"last val/loss: {given_up.curve[-1][1]:.4f}" in large.hover[str(given_up.number)]


def test_charts_have_the_page_s_colors_and_no_ids_of_their_own(large):
    for chart in large.charts:
        assert "var(--" in chart
        used = set(re.findall(r'(?:xlink:href="#|url\(#)([^")]*)', chart))
        assert set(re.findall(r' id="([^"]*)"', chart)) == used
        assert not re.search("#(?:000000|ffffff|3568a8|c2410c)", chart)


def test_nothing_is_loaded_from_anywhere(large):
    names = {name for _, attributes in large.tags for name in attributes}
    assert not names & {"src", "href", "srcset", "action", "background"}
    links = {a["xlink:href"] for _, a in large.tags if "xlink:href" in a}
    assert all(link.startswith("#") for link in links)
    assert {tag for tag, _ in large.tags} >= {"meta", "table", "figure", "script"}
    assert not {"link", "iframe", "img", "object", "embed", "base"} & {t for t, _ in large.tags}


def test_only_the_page_s_own_scripts_may_run(large):
    (policy,) = [a["content"] for _, a in large.tags if a.get("http-equiv")]
    digests = [
        base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in large.scripts
    ]
    assert len(digests) == 1
    allowed = re.search(r"script-src ([^;]*);", policy)[1]
    assert allowed == " ".join(f"'sha256-{digest}'" for digest in digests)
    assert policy.startswith("default-src 'none'")


def test_what_users_write_is_only_text():
    trials = [
        trial(i, value=float(i), parameters={EVIL: value}, arguments=(f"{EVIL}={value}",))
        for i, value in enumerate([EVIL, "b", "c"])
    ]
    trials.append(trial(3, "failed", reason=EVIL, folder=Path(EVIL), curve=CURVE))
    page = read(sweep(trials, name=EVIL, space={EVIL: EVIL}, fixed=(EVIL,), sampler=EVIL))
    assert "img" not in {tag for tag, _ in page.tags}
    assert not any(name.startswith("on") for _, a in page.tags for name in a)
    assert len(page.scripts) == 1
    assert EVIL in page.text
    assert page.text.count("<img") >= 8  # shown to the letter, where it is said
    assert set(page.hover) == {"0", "1", "2", "3"}
    assert len(page.charts) == 5


def test_a_name_that_is_no_unicode_does_no_harm():
    page = read_words(sweep([trial(0, value=1.0, folder=Path("a\udcff"))]))
    assert "The run: a\\xff" in page.text


KINDS = {
    "nothing yet": ([], "No trial is complete yet"),
    "waiting": ([trial(0, "waiting")], "No trial has a value yet"),
    "one": ([trial(0, value=2.0, parameters=X, curve=CURVE)], "Cannot be computed yet"),
    "one without curve": ([trial(0, value=2.0)], "No trial was validated before its end"),
    "all pruned": (
        [trial(i, "pruned", parameters=X, curve=CURVE, seconds=9.0) for i in range(3)],
        "cannot be estimated",
    ),
    "all failed": ([trial(i, "failed", parameters=X) for i in range(3)], "not recorded"),
    "all equal": (
        [trial(i, value=2.0, parameters=X, curve=CURVE) for i in range(6)],
        "two complete",
    ),
    "infinite": (
        [trial(0, value=2.0), trial(1, value=float("inf"), parameters=X)],
        "The best trial",
    ),
}


@pytest.mark.parametrize(("trials", "arguments"), KINDS.values(), ids=KINDS)
def test_sweeps_of_every_kind_have_a_page(trials, arguments):
    page = read(sweep(trials))
    assert arguments in page.text
    assert not re.search(r"\b(?:nan|inf|None)\b", "".join(page.charts))


def test_a_finished_sweep_does_not_ask_for_patience():
    done = [trial(0, value=2.0), trial(1, "failed"), trial(2, "pruned")]
    assert "not finished" not in read_words(sweep(done)).text
    assert "1 trial of 2 is over" in read_words(sweep(done[:1], n_trials=2)).text


def test_several_objectives_show_a_front_and_no_best():
    results = two_objectives(20)
    page = read_words(results, "pareto")
    assert page.headings[:2] == ["Pareto front", "The front's best val/loss"]
    assert "The best trial" not in page.headings
    assert "Learning curves" not in page.headings
    assert marked(page.charts[0]) == {one.number for one in results.of_state("complete")}
    groups = re.findall(r'data-marks="([^"]*)"', page.charts[0])
    front = {one.number for one in results.study.best_trials}
    assert {int(number) for number in groups[-1].split()} == front
    for one in results.study.best_trials:
        assert results.trials[one.number].command in page.text


def test_three_objectives_make_three_pairs():
    trials = [trial(i, values=(float(i), float(-i), 1.0), parameters=X) for i in range(3)]
    results = sweep(trials, objectives=("a", "b", "c"), directions=("minimize",) * 3)
    labels = re.findall(r">(a|b|c)</text>", read(results).charts[0])
    assert labels == ["a", "b", "a", "c", "b", "c"]
