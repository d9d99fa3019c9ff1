"""The four studies: how one setting changes what each cell learns in the same time.

    python experiments/study.py plan               how many runs and minutes each study takes
    python experiments/study.py run NAME [WORDS]   trains, or goes on; NAME is a study, or "all"
    python experiments/study.py draw NAME [WORDS]  writes study.json, curves.png and README.md

A study is one sweep for each dataset: a grid of cells, values and seeds, two runs at a time. WORDS
are settings of the runs, for a quick try: ``trainer.max_steps=2 output_dir=/tmp/try``.
"""

import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
CELLS = ("vanilla", "lstm", "gru")
SEEDS = (1, 2, 3)
WORKERS = 2
MINUTES = 0.3  # of training, the same for every run
BESIDES = 4.0  # seconds of a run besides: its start, its measurements (estimated)
SAME = (  # of all runs
    "trainer.max_epochs=null",  # time alone ends a run, and the learning rate falls with it
    "trainer.validate_every=1000000",  # measured once, at the end: no time goes into validations
    "task.samples.count=0",
)


@dataclass(frozen=True)
class Study:
    """One question.

    Attributes:
        key: the setting.
        values: what it is set to.
        default: what it is otherwise.
        label: how the figure calls it.
        log: whether its steps are factors.
        datasets: what is learnt.
    """

    key: str
    values: tuple[float, ...]
    default: float
    label: str
    log: bool = True
    datasets: tuple[str, ...] = ("names", "text")

    @property
    def runs(self) -> int:
        """How many it has."""
        return len(CELLS) * len(SEEDS) * len(self.values) * len(self.datasets)


STUDIES = {
    "learning_rate": Study(
        "optimizer.lr", (5e-4, 1e-3, 2e-3, 4e-3, 8e-3, 1.6e-2), 4e-3, "highest learning rate"
    ),
    "hidden_size": Study("model.hidden_size", (64, 128, 256, 512), 256, "hidden size"),
    "layers": Study("model.num_layers", (1, 2, 3, 4), 1, "layers", log=False),
    "sequence_length": Study(
        *("dataset.seq_len", (8, 16, 32, 64, 128, 256), 64, "sequence length in characters"),
        datasets=("text",),
    ),
}
METRICS = {  # what is measured on the val part
    "names": ("val/perplexity", "perplexity"),
    "text": ("val/bits_per_char", "bits per character"),
}


def sweep_name(name: str, dataset: str) -> str:
    """The sweep that trains a study's runs on a dataset."""
    return f"study_{name}_{dataset}"


def words_of(name: str, dataset: str) -> list[str]:
    """The words after ``python train.py`` that start such a sweep, or go on with it."""
    study = STUDIES[name]
    return [
        "-m",
        "sweep=grid",
        f"sweep.name={sweep_name(name, dataset)}",
        f"sweep.workers={WORKERS}",
        f"sweep.objective={METRICS[dataset][0]}",
        f"dataset={dataset}",
        f"model={','.join(CELLS)}",
        f"{study.key}={','.join(f'{value:g}' for value in study.values)}",
        f"seed={','.join(map(str, SEEDS))}",
        f"trainer.max_minutes={MINUTES:g}",
        *SAME,
    ]


def plan() -> str:
    """How many runs each study has, and about how many minutes they take, two at a time."""
    lines, total = [], 0
    for name, study in STUDIES.items():
        total += study.runs
        lines.append(f"{name:16} {study.runs:4} runs  {_minutes(study.runs):3.0f} minutes")
    lines.append(f"{'all':16} {total:4} runs  {_minutes(total):3.0f} minutes")
    return "\n".join(lines)


def _minutes(runs: int) -> float:
    return runs * (MINUTES + BESIDES / 60) / WORKERS


def run(name: str, extra: Sequence[str] = ()) -> None:
    """Trains what a study's sweeps still lack.

    Raises:
        SystemExit: if a sweep ends otherwise than well, with its exit code.
    """
    for dataset in STUDIES[name].datasets:
        words = [*words_of(name, dataset), *extra]
        print("$", shlex.join(["python", "train.py", *words]), flush=True)
        code = _run_to_its_end([sys.executable, "train.py", *words])
        if code:
            sys.exit(code)


def _run_to_its_end(command: Sequence[str]) -> int:
    """Runs a command to its end, Ctrl-C or not: a sweep that is stopped saves its runs."""
    child = subprocess.Popen(command, cwd=ROOT)
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue


def draw(name: str, extra: Sequence[str] = ()) -> None:
    """Keeps what the runs measured, where there are any, and writes the table and the figure."""
    from study_page import keep, write

    given = [word.removeprefix("output_dir=") for word in extra if word.startswith("output_dir=")]
    sweeps = ROOT / (given[-1] if given else "outputs") / "sweeps"
    keep(name, sweeps)
    write(name)


def main(words: Sequence[str]) -> None:
    """Does what the command line says."""
    match words:
        case ["plan"]:
            print(plan())
        case ["run" | "draw" as what, name, *extra] if name in STUDIES or name == "all":
            for study in STUDIES if name == "all" else [name]:
                (run if what == "run" else draw)(study, extra)
        case ["run" | "draw", name, *_]:
            sys.exit(f"there is no study {name}; there are {', '.join(STUDIES)}, all")
        case _:
            sys.exit(str(__doc__))


if __name__ == "__main__":
    main(sys.argv[1:])
