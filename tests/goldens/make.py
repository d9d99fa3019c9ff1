"""Makes the goldens: small runs of one version, with the metrics that later versions must give.

    python tests/goldens/make.py

replaces everything below ``tests/goldens/`` but the scripts. It is run once for a checkpoint format
and then left alone: ``test_goldens.py`` holds every later version to what it wrote. The data are
made here too, from syllables, so that no package's data can change under them.
"""

import json
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import chain
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SMALL = [
    "model.hidden_size=12",
    "model.embedding_size=8",
    "trainer.precision=float32",
    "trainer.accelerator=cpu",
]
RUNS = {
    "generate_names": ["model=lstm", "task=generate", "dataset=names", "dataset.path=data/names"],
    "generate_text": ["model=vanilla", "dataset=text", "dataset.path=data/text.txt"],
    "classify_names": ["model=gru", "task=classify", "dataset=names", "dataset.path=data/names"],
}
SYLLABLES = {"Northern": ["ski", "var", "heim", "ulf", "ås"], "Southern": ["ro", "ma", "li", "ño"]}


def run(script: str, *arguments: str, folder: Path) -> str:
    """The standard output of a command, given in a folder."""
    command = [sys.executable, str(ROOT / script), *arguments]
    done = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout


def make_data(folder: Path) -> None:
    """Names by language, and a text of them."""
    dice = random.Random(0)
    (folder / "names").mkdir(parents=True)
    for language, syllables in SYLLABLES.items():
        names = {"".join(dice.choices(syllables, k=dice.randint(2, 4))).title() for _ in range(90)}
        lines = "\n".join(sorted(names)) + "\n"
        (folder / "names" / f"{language}.txt").write_text(lines, encoding="utf-8")
    arguments = ["".join(dice.choices([*chain(*SYLLABLES.values())], k=2)) for _ in range(900)]
    lines = [" ".join(arguments[n : n + 6]) + ".\n" for n in range(0, len(arguments), 6)]
    (folder / "text.txt").write_text("".join(lines), encoding="utf-8")


def train(folder: Path) -> None:
    """One run for each entry of RUNS, and a sweep of three trials."""
    for name, settings in RUNS.items():
        run(
            "train.py",
            *settings,
            *SMALL,
            f"output_dir=made/{name}",
            "trainer.max_epochs=2",
            folder=folder,
        )
        (made,) = (folder / "made" / name).glob("*/*/*/*")
        shutil.copytree(made, folder / "runs" / name)
    run(
        "train.py", "-m", "sweep=optuna", "sweep.name=study", "sweep.n_trials=3",
        *RUNS["generate_names"], *SMALL, "model.hidden_size=choice(4,8)", "model.num_layers=1",
        "dataset.seq_len=64", "optimizer.lr=tag(log,interval(1e-3,1e-2))", "output_dir=made",
        "trainer.max_epochs=1", folder=folder,
    )  # fmt: skip
    shutil.copytree(folder / "made" / "sweeps" / "study", folder / "sweeps" / "study")
    with sqlite3.connect(folder / "sweeps" / "study" / "study.db") as study:  # no machine's paths
        study.execute(
            "update study_user_attributes set value_json = replace(value_json, ?, 'conf')",
            [str(ROOT / "conf")],
        )
        study.commit()
        study.execute("vacuum")
    shutil.rmtree(folder / "made")


def metrics_of(
    folder: Path, name: str, run: Callable[..., str] = run, figures: str = "never"
) -> dict[str, object]:
    """What the commands say of a golden run; leaves the run as it was."""
    found: dict[str, object] = {}
    for split in ("val", "test"):
        output = folder / "figures.json"
        run("evaluate.py", f"run=runs/{name}", f"split={split}", f"output={output}", folder=folder)
        found |= json.loads(output.read_text())
        output.unlink()
    if name.startswith("generate"):
        found["samples"] = run(
            "sample.py", f"run=runs/{name}", "seed=7", "length=30", "count=4", folder=folder
        )
    else:
        found["predicted"] = run("predict.py", f"run=runs/{name}", "text=Skiulf", folder=folder)
    copy = folder / "resumed"
    shutil.copytree(folder / "runs" / name, copy)
    words = ["resume=resumed", "trainer.max_epochs=3", f"trainer.figures={figures}"]
    run("train.py", *words, folder=folder)
    resumed = json.loads((copy / "metrics.json").read_text())
    kept = ("train/loss", "val/", "test/", "best/")
    found["resumed"] = {k: v for k, v in resumed.items() if k.startswith(kept)}
    shutil.rmtree(copy)
    return found


def main() -> None:
    """Makes all of it."""
    with tempfile.TemporaryDirectory() as temporary:  # a study's database names its folder
        folder = Path(temporary)
        make_data(folder / "data")
        train(folder)
        found = {name: metrics_of(folder, name) for name in RUNS}
        for path in ("data", "runs", "sweeps"):
            shutil.rmtree(HERE / path, ignore_errors=True)
            ignore = shutil.ignore_patterns(".lock*", "*.hparams")
            shutil.copytree(folder / path, HERE / path, ignore=ignore)
    text = json.dumps(found, indent=1, ensure_ascii=False)
    (HERE / "expected.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
