"""The table of results: what runs measured, kept in files, written into ``experiments/README.md``.

    python experiments/results.py add NAME METRIC RUN…   keeps these runs' figures in NAME/runs.json
    python experiments/results.py table                  writes the table anew from all such files
    python experiments/results.py show NAME RUN          puts a run into NAME/README.md

METRIC may be several, parted by commas.
Runs of one experiment whose commands differ by nothing but the seed, or the split of the data, are
one row. Of a study (``study.py``), whose own page shows all of it, each cell's best setting is one.
"""

import json
import shlex
import shutil
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from charlab.evaluation.confidence import mean_interval
from charlab.reports.run_records import read_run
from charlab.system.files import read_json

HERE = Path(__file__).parent
RUNS, REFERENCES, STUDY = "runs.json", "references.json", "study.json"
COLUMNS = (
    "experiment",
    "metric",
    "value",
    "seeds",
    "parameters",
    "seconds",
    "machine",
    "command",
    "date",
)
BEGIN, END = "<!-- results -->\n", "<!-- end of results -->\n"
SHOWN_BEGIN, SHOWN_END = "<!-- a run -->\n", "<!-- end of a run -->\n"
_PICTURES = ("curves.png", "confusion.png")  # of a run
_SAMPLE_LINES = 24
_SPLIT = "dataset.split.seed="
_SAID_ELSEWHERE = ("seed=", "hydra.", "trainer.progress=", "trainer.figures=", "output_dir=")


def facts_of(folder: Path, metric: str) -> dict[str, Any]:
    """What the table needs of a run.

    Raises:
        SystemExit: if the run is not complete, or has no such metric.
    """
    run = read_run(folder)
    if run.status != "completed":
        sys.exit(f"{folder}: its status is {run.status}; only completed runs are kept")
    for name in metric.split(","):
        if name not in run.metrics:
            near = ", ".join(each for each in run.metrics if each.startswith("test/"))
            sys.exit(f"{folder}: it measured no {name}; there is {near}")
    environment = read_json(folder / "environment.json")
    words = [
        "init=RUN" if word.startswith(("init=", "init.run=")) else word
        for word in run.overrides
        if not word.startswith(_SAID_ELSEWHERE)
    ]
    return {
        "command": shlex.join(["python", "train.py", *words]),
        "seed": environment["seed"],
        "parameters": int(run.metrics["model/parameters"]),
        "seconds": round(run.metrics["time/train_seconds"], 1),
        "machine": f"{environment['cpus']} × {environment.get('processor') or 'unknown'}"
        if environment["device"] == "cpu"
        else environment["device"],
        "precision": environment["precision"],
        "threads": environment.get("threads"),
        "torch": environment["versions"]["torch"],
        "date": str(date.fromtimestamp((folder / "metrics.json").stat().st_mtime)),
        "metrics": {k: v for k, v in run.metrics.items() if k.startswith(("val/", "test/"))},
    }


def add(name: str, metric: str, folders: list[Path]) -> None:
    """Keeps runs; of a command and seed that are kept already, the newer ones."""
    path = HERE / name / RUNS
    kept = read_json(path)["runs"] if path.exists() else []
    found = {(run["command"], run["seed"]): run for run in kept}
    for folder in folders:
        run = facts_of(folder, metric)
        found[run["command"], run["seed"]] = run
    path.parent.mkdir(exist_ok=True)
    content = {"metric": metric, "runs": list(found.values())}
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def rows() -> list[str]:
    """A row for each command of each experiment, and for each published figure."""
    found = []
    for path in sorted(HERE.glob(f"*/{RUNS}")):
        kept = read_json(path)
        alike: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for run in kept["runs"]:
            words = shlex.split(run["command"])
            same = [word for word in words if not word.startswith(_SPLIT)]
            alike[shlex.join(same)].append(run)
        for command, runs in alike.items():
            for metric in kept["metric"].split(","):
                found.append(_row(path.parent.name, metric, f"`{command}`", runs))
    for path in sorted(HERE.glob(f"*/{REFERENCES}")):
        for reference in read_json(path)["references"]:
            experiment = f"[{path.parent.name}]({path.parent.name}/README.md)"
            value = f"{reference['value']:g}"
            cells = [
                experiment,
                reference["metric"],
                value,
                "",
                "",
                "",
                "",
                reference["source"],
                "",
            ]
            found.append(f"| {' | '.join(cells)} |")
    for path in sorted(HERE.glob(f"*/{STUDY}")):
        study = read_json(path)
        for dataset, kept in study["datasets"].items():
            found += _best_rows(path.parent.name, study["setting"], dataset, kept)
    return found


def _best_rows(name: str, setting: str, dataset: str, kept: dict[str, Any]) -> list[str]:
    """A row for each cell of a study: the value of the setting with the lowest mean."""
    metric = kept["metric"]
    cells: dict[str, defaultdict[float, list[dict[str, Any]]]] = {}
    for run in kept["runs"]:
        cells.setdefault(run["cell"], defaultdict(list))[run["value"]].append(run)

    def mean(alike: list[dict[str, Any]]) -> float:
        return mean_interval([run["metrics"][metric] for run in alike]).mean

    found = []
    for cell, values in cells.items():
        best, alike = min(values.items(), key=lambda pair: mean(pair[1]))
        what = f"`dataset={dataset} model={cell} {setting}={best:g}`, the best of"
        command = f"{what} `python experiments/study.py run {name}`"
        found.append(_row(name, metric, command, alike))
    return found


def _row(experiment: str, metric: str, command: str, runs: list[dict[str, Any]]) -> str:
    of_splits = defaultdict[str, list[float]](list)
    for run in runs:
        of_splits[_split_of(run)].append(run["metrics"][metric])
    # Runs on one split share its test part: their mean is one observation.
    means = [mean_interval(values).mean for values in of_splits.values()]
    found = mean_interval(means if len(means) > 1 else next(iter(of_splits.values())))
    value = f"{found.mean:.4f}" + ("" if found.half is None else f" ± {found.half:.4f}")
    seconds = sum(run["seconds"] for run in runs) / len(runs)
    machines = dict.fromkeys(f"{run['machine']}, {run['precision']}" for run in runs)
    cells = [
        f"[{experiment}]({experiment}/README.md)",
        metric,
        value,
        _seeds(runs),
        f"{runs[0]['parameters']:,}",
        f"{seconds:,.0f}",
        "; ".join(machines),
        command,
        max(run["date"] for run in runs),
    ]
    return f"| {' | '.join(cells)} |"


def _seeds(runs: list[dict[str, Any]]) -> str:
    """The seeds of runs, and on how many splits of the data."""
    seeds = ", ".join(map(str, sorted({run["seed"] for run in runs})))
    splits = set(map(_split_of, runs))
    return f"{seeds}; {len(splits)} splits" if len(splits) > 1 else seeds


def _split_of(run: dict[str, Any]) -> str:
    """The word of a run's command that says how its data are split; "" if none does."""
    words = run.get("command", "").split()  # a study's runs have none
    return next((word for word in words if word.startswith(_SPLIT)), "")


def show(name: str, folder: Path) -> None:
    """Puts what a run looks like between the marks of an experiment's ``README.md``.

    Raises:
        SystemExit: if the run is not complete.
    """
    facts = facts_of(folder, "val/loss")
    path = HERE / name / "README.md"
    pictures = [picture for picture in _PICTURES if (folder / picture).exists()]
    for picture in pictures:
        shutil.copyfile(folder / picture, path.parent / picture)
    machine = f"{facts['machine']}, {facts['precision']}"
    parts = [
        f"A run: `{facts['command']} seed={facts['seed']}`, val loss "
        f"{facts['metrics']['val/loss']:.4f} after {facts['seconds']:,.0f} s ({machine}).",
        *(f"![{picture.removesuffix('.png')}]({picture})" for picture in pictures),
    ]
    samples = folder / "samples.txt"
    if samples.exists():
        lines = samples.read_text(encoding="utf-8").splitlines()[:_SAMPLE_LINES]
        parts.append("\n".join(["```text", *map(str.rstrip, lines)]).rstrip() + "\n```")
    _between(path, SHOWN_BEGIN, SHOWN_END, "\n\n".join(parts) + "\n")


def _between(path: Path, begin: str, end: str, text: str) -> None:
    """Puts a text between two marks of a file.

    Raises:
        SystemExit: if the file lacks them.
    """
    content = path.read_text(encoding="utf-8") if path.exists() else ""
    if begin not in content or end not in content:
        sys.exit(f"{path}: write the lines {begin.strip()} and {end.strip()} where it is to stand")
    before, rest = content.split(begin)
    path.write_text(f"{before}{begin}{text}{end}{rest.split(end)[1]}", encoding="utf-8")


def table() -> str:
    """The table, in Markdown."""
    marks = ["---", "---", "---:", "---", "---:", "---:", "---", "---", "---"]
    return "\n".join([f"| {' | '.join(COLUMNS)} |", f"| {' | '.join(marks)} |", *rows()]) + "\n"


def write_table() -> None:
    """Puts the table between its marks in ``README.md``."""
    _between(HERE / "README.md", BEGIN, END, table())


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["add", name, metric, *folders] if folders:
            add(name, metric, [Path(folder) for folder in folders])
            write_table()
        case ["show", name, folder]:
            show(name, Path(folder))
        case ["table"]:
            write_table()
        case _:
            sys.exit(str(__doc__))
