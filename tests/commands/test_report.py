import csv
import dataclasses
import html
import json
import os
import re
import shlex
import shutil
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest

from charlab.commands.report import report, sweep_summary
from charlab.config.cli_options import ReportArguments
from charlab.errors import CharlabError, ConfigError, RunError, SweepError
from charlab.reports.comparison import compare
from charlab.reports.run_records import find_runs, read_run
from charlab.sweeps.results.sweep_file import RECORD
from tests.support.in_process import in_process
from tests.support.same_run import assert_same_run
from tests.support.shell import ROOT, TINY, only_run, through_bash
from tests.support.sweep_samples import large_sweep, sweep, trial, two_objectives, write_run

pytestmark = pytest.mark.usefixtures("undrawn")

PNG = b"\x89PNG\r\n\x1a\n"

SMALL = [
    "model.embedding_size=6",
    "model.hidden_size=8",
    "model.num_layers=1",
    "dataset.batch_size=8",
    "trainer.max_epochs=1",
    "trainer.accelerator=cpu",
    "trainer.figures=never",
]


@pytest.fixture
def known(monkeypatch, tmp_path):
    """Sweeps by name, in place of what is on disk; gives the names that were asked for."""
    sweeps = {"latest": large_sweep(20), "two": two_objectives(12), "empty": sweep([])}
    asked = []

    def find_sweep(name, output_dir):
        asked.append((name, output_dir))
        if name not in sweeps:
            raise SweepError(f"there is no sweep {name!r}: did you mean 'two'?")
        return tmp_path / "sweeps" / name

    loading = types.ModuleType("charlab.sweeps.results.load")
    loading.find_sweep = find_sweep
    loading.load_results = lambda folder, storage: dataclasses.replace(
        sweeps[folder.name], folder=folder
    )
    monkeypatch.setitem(sys.modules, "charlab.sweeps.results.load", loading)
    monkeypatch.setattr("charlab.figures.to_png", lambda figure: PNG)  # one test draws
    return asked


def files(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_without_words_it_is_the_latest_sweep(known, tmp_path, capsys):
    assert report(ReportArguments()) == 0
    assert known == [("latest", "outputs")]
    folder = tmp_path / "sweeps" / "latest"
    assert files(folder) == {
        "report.html",
        "trials.csv",
        *(f"figures/{n}.png" for n in ("history", "curves", "importances", "slices", "parallel")),
    }
    for path in (folder / "figures").iterdir():
        assert path.read_bytes().startswith(PNG)
    with (folder / "trials.csv").open(newline="") as file:
        assert len(list(csv.reader(file))) == 21
    arguments = capsys.readouterr().out.splitlines()
    best = large_sweep(20).best
    assert arguments[0].startswith("sweep lr_and_size: 20 of 25 trials (")
    assert arguments[1:] == [
        f"best: val/loss {best.values[0]:.4f} (trial {best.number})",
        f"  {best.command}",
        f"report: {folder / 'report.html'}",
    ]


def test_several_objectives(known, tmp_path, capsys):
    assert report(ReportArguments(sweep="two", output=str(tmp_path / "o ut"))) == 0
    assert known == [("two", "outputs")]
    found = files(tmp_path / "o ut")
    assert "figures/pareto.png" in found
    assert "figures/slices_speed_train_chars_per_second.png" in found
    assert "figures/curves.png" not in found
    assert "Pareto front: " in capsys.readouterr().out


def test_a_sweep_without_trials_has_a_report(known, tmp_path, capsys):
    assert report(ReportArguments(sweep="empty")) == 0
    assert files(tmp_path / "sweeps" / "empty") == {"report.html", "trials.csv"}
    assert capsys.readouterr().out.startswith("sweep lr_and_size: 0 of 0 trials (none yet)")


def test_a_summary_says_the_winner_before_the_search_s_first_and_the_baseline():
    results = large_sweep()
    lines = [str(line) for line in sweep_summary(results)]
    assert lines[1] == "winner: val/loss 2.0143 ± 0.0152 over 3 seeds (trial 31)"
    assert (
        lines[2] == "  python train.py model=lstm model.hidden_size=256 optimizer.lr=0.0041 seed=1"
    )
    assert lines[3].startswith("first in the search: val/loss 2.0112 (trial 5)")
    assert lines[4] == f"  {results.best.command}"
    metrics = {"test/perplexity": 9.0, "test/trigram_perplexity": 8.0}
    last = str(sweep_summary(sweep([trial(0, value=2.0, metrics=metrics)]))[-1])
    assert last.startswith("The best model loses to its baseline")


def test_a_summary_of_a_sweep_without_a_complete_trial():
    results = sweep([trial(0, "failed"), trial(1, "running")], n_trials=9)
    (line,) = sweep_summary(results)
    assert str(line) == "sweep lr_and_size: 2 of 9 trials (1 failed, 1 running)"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"sweep": "a", "runs": "b"}, ConfigError, "sweep= or runs=, not both"),
        ({"metric": "val/loss"}, ConfigError, "metric= is for runs="),
        ({"runs": "x", "storage": "y"}, ConfigError, "storage= is for sweep="),
        ({"output": ""}, ConfigError, "output= is empty"),
        ({"sweep": "twoo"}, SweepError, "did you mean 'two'"),
        ({"runs": "/nowhere/*"}, RunError, "nothing matches"),
    ],
)
def test_bad_words(known, arguments, error, message):
    with pytest.raises(error, match=message) as caught:
        report(ReportArguments(**arguments))
    assert "\n" not in str(caught.value)


def test_a_folder_that_cannot_be_written(known, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CharlabError, match=r"cannot write the report to .*set output="):
        report(ReportArguments(sweep="empty", output=str(tmp_path / "file" / "below")))


@pytest.fixture
def runs(tmp_path):
    for name, seed, value in (("lstm", 1, 2.0), ("lstm", 2, 2.2), ("gru", 1, 1.9)):
        write_run(
            tmp_path / "runs" / name / str(seed),
            {"test/loss": value},
            settings=json.dumps({"model": {"name": name}, "seed": seed}),
        )
    return tmp_path / "runs"


def test_runs_are_compared(runs, tmp_path, capsys):
    assert report(ReportArguments(runs=f"{runs}/*/*", output_dir=str(tmp_path / "outputs"))) == 0
    (folder,) = (tmp_path / "outputs" / "reports").iterdir()
    assert files(folder) == {"report.html", "runs.csv", "figures/groups.png"}
    assert (folder / "figures" / "groups.png").read_bytes().startswith(PNG)
    assert capsys.readouterr().out.splitlines() == [
        "test/loss: 1.9000 (1 seed)  model=gru",
        "test/loss: 2.1000 ± 1.2706 (2 seeds)  model=lstm",  # 12.706 * 0.1414 / sqrt(2)
        "no curves of 3 runs: reports read those that logger=tensorboard or csv keeps in a run's "
        "folder",
        "Some groups do not have more than one seed; a single run has no interval.",
        f"report: {folder / 'report.html'}",
    ]


def test_a_wrong_metric_is_one_line(runs):
    wrong = in_process("report.py", f"runs={runs}", "metric=test/los")
    assert wrong.returncode == 1
    assert wrong.stderr.count("\n") == 1
    assert wrong.stderr.startswith("error: ")
    assert "did you mean 'test/loss'" in wrong.stderr


def test_help_names_every_word():
    done = in_process("report.py", "--help")
    assert done.returncode == 0
    for field in dataclasses.fields(ReportArguments):
        assert f"\n  {field.name}=" in done.stdout


def test_the_command_does_without_torch(runs, tmp_path):
    """Importing it takes seconds, and a report needs nothing of it."""
    arguments = [f"runs={runs}", f"output={tmp_path / 'o ut'}"]
    script = tmp_path / "try.py"
    script.write_text(
        "import sys\nfrom charlab.cli import report\n"
        f"report({arguments!r})\n"
        "import charlab.reports.sweep_report, charlab.reports.charts\n"
        "import charlab.sweeps.results.records\n"
        "print('torch' in sys.modules, 'pytorch_lightning' in sys.modules)\n"
    )
    done = through_bash(str(script))
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "False False"
    assert (tmp_path / "o ut" / "report.html").exists()


@pytest.mark.slow
def test_the_command_of_a_group_repeats_its_run(names_folder, tmp_path):
    """Also of a grid over paths, with an experiment of the user's own; equals are one group."""
    own = tmp_path / "my, own"
    (own / "experiment").mkdir(parents=True)
    (own / "experiment" / "mine.yaml").write_text("# @package _global_\nmodel: {num_layers: 2}\n")
    few = [*TINY, "task.samples.count=1", "trainer.precision=float32"]
    arguments = ["-m", f"--config-dir={own}", "experiment=mine", f"dataset.path={names_folder}"]
    first = in_process("train.py", *arguments, *few, "seed=3", f"output_dir={tmp_path / 'a'}")
    assert first.returncode == 0, first.stderr
    run = only_run(tmp_path / "a")
    (group,) = compare([read_run(run)]).groups
    python, script, *again = shlex.split(group.command)
    assert (python, f"dataset.path={names_folder}" in again) == ("python", True)
    second = in_process(script, *again, f"output_dir={tmp_path / 'b'}")
    assert second.returncode == 0, second.stderr
    assert_same_run(run, only_run(tmp_path / "b"))


def test_runs_that_did_the_same_are_one_group(names_folder, tmp_path):
    few = [*TINY, "task.samples.count=0", f"output_dir={tmp_path}"]
    short = ["trainer.max_epochs=1", "seed=1", f"dataset.path={names_folder}"]
    asked = ["dataset.layout=sequences", "trainer.accelerator=cpu", "seed=2"]
    relative = os.path.relpath(names_folder, ROOT)
    for arguments in (few + short, [*few, *asked, f"dataset.path={relative}"]):
        assert in_process("train.py", *arguments).returncode == 0
    done = in_process("train.py", "resume=latest", "trainer.max_epochs=2", f"output_dir={tmp_path}")
    assert "is complete" in done.stdout  # the second one is the latest
    (one,) = (r.parent for r in tmp_path.rglob("metrics.json") if read_run(r.parent).seed == "1")
    assert in_process("train.py", f"resume={one}", "trainer.max_epochs=2").returncode == 0
    (group,) = compare([read_run(path) for path in find_runs(str(tmp_path))]).groups
    assert sorted(run.seed for run in group.runs) == ["1", "2"]


def commands_of(page: str) -> list[list[str]]:
    """The command lines on a page, each a list of words; none stands elsewhere on it."""
    lines = re.findall(r'<pre class="command"><code>(.*?)</code></pre>', page)
    assert len(re.findall(r"\bpython \S*\w+\.py\b", page)) == len(lines)
    return [shlex.split(line) for line in dict.fromkeys(map(html.unescape, lines))]


def page_about(folder: Path, **words: object) -> str:
    given = [f"{key}={value}" for key, value in words.items()]
    done = in_process("report.py", *given, f"output={folder / 'page'}", folder=folder)
    assert done.returncode == 0, done.stderr
    return (folder / "page" / "report.html").read_text(encoding="utf-8")


def run_all(page: str, folder: Path) -> list[str]:
    """Runs a page's commands; gives the scripts that they called."""
    scripts = []
    for python, script, *words in commands_of(page):
        name = Path(script).name
        assert (python, (ROOT / name).is_file()) == ("python", True)
        if "--multirun" in words:  # starts processes
            done = through_bash(name, *words)
        else:
            done = in_process(name, *words, folder=folder)
        assert done.returncode == 0, (script, words, done.stderr)
        scripts.append(name if "--multirun" not in words else "sweep")
    return scripts


@pytest.fixture
def goldens(tmp_path: Path) -> Path:
    for part in ("data", "runs", "sweeps"):
        shutil.copytree(ROOT / "tests" / "goldens" / part, tmp_path / part)
    return tmp_path


@pytest.mark.slow
def test_commands_on_a_page_about_an_older_sweep(goldens: Path) -> None:
    page = page_about(goldens, sweep="sweeps/study")
    assert run_all(page, goldens) == ["train.py", "sample.py", "evaluate.py"]


@pytest.mark.slow
def test_commands_on_a_page_about_older_runs(goldens: Path) -> None:
    page = page_about(goldens, runs="runs/classify*")
    assert run_all(page, goldens) == ["train.py", "evaluate.py"]


@pytest.fixture
def sweep_page(names_folder: Path, tmp_path: Path) -> Callable[..., str]:
    """``sweep_page("a", "model=gru,lstm", …)``: a small grid, and its page."""
    fixed = [*SMALL, f"dataset.path={names_folder}", f"output_dir={tmp_path}", "sweep.workers=1"]

    def run(name: str, *words: str) -> str:
        arguments = ("-m", "sweep=grid", *words, f"sweep.name={name}", *fixed)
        done = through_bash("train.py", *arguments)
        assert done.returncode == 0, done.stderr
        return page_about(tmp_path, sweep=tmp_path / "sweeps" / name)

    return run


@pytest.mark.slow
def test_commands_on_a_page_with_finalists(sweep_page: Callable[..., str], tmp_path: Path) -> None:
    finalists = ["sweep.finalists=2", "sweep.finalist_seeds=2"]
    page = sweep_page("a", "model=gru,lstm", "task=generate", *finalists)
    assert "The winner" in page
    # the winner with its seed; each finalist with its first, of which one is the winner's
    assert sorted(run_all(page, tmp_path)) == ["evaluate.py", "sample.py", "train.py", "train.py"]


@pytest.mark.slow
def test_commands_on_a_page_that_lacks_finalists(
    sweep_page: Callable[..., str], tmp_path: Path
) -> None:
    page = sweep_page("b", "seed=1,2", "task=classify", "sweep.finalist_seeds=2")
    assert run_all(page, tmp_path) == ["train.py", "evaluate.py", "sweep"]
    assert "The winner" in page_about(tmp_path, sweep=tmp_path / "sweeps" / "b")


@pytest.mark.slow
def test_commands_on_pages_about_an_unfinished_sweep_and_runs(
    sweep_page: Callable[..., str], tmp_path: Path
) -> None:
    both = "sweep.objectives=[val/loss,model/parameters]"
    sweep_page("c", "model=gru,lstm", "task=generate", both)
    record = tmp_path / "sweeps" / "c" / RECORD
    record.write_text(json.dumps(json.loads(record.read_text()) | {"n_trials": 9}))
    page = page_about(tmp_path, sweep=tmp_path / "sweeps" / "c")
    assert "not finished" in page
    assert set(run_all(page, tmp_path)) == {"sweep", "train.py", "sample.py", "evaluate.py"}

    page = page_about(tmp_path, runs=tmp_path / "generate")
    assert run_all(page, tmp_path) == ["train.py", "sample.py", "evaluate.py"]
