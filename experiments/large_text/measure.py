"""What a large text costs: preparing it, and training on it beside smaller ones.

    python experiments/large_text/measure.py FOLDER [megabytes ...]

Generates texts of 1, 10, 100 and 1000 million bytes (or those named) in the folder, which also
holds the cache; then prepares the largest for each unit (the best of three, and once more from the
cache) and trains a little on each. Every measurement is a process of its own. Prints tables in
Markdown.
"""

import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
STEPS = 300
TRAINING = [
    "trainer.max_epochs=null",
    f"trainer.max_steps={STEPS}",
    f"trainer.validate_every={STEPS}",
    "trainer.accelerator=cpu",
    "task.samples.count=0",
]


def python(script: Path, *arguments: str, environment: dict[str, str]) -> str:
    """Runs a script and gives what it printed."""
    command = [sys.executable, str(script), *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr or done.stdout)
    return done.stdout


def sha256_rate() -> float:
    """Megabytes a second that this machine hashes at the moment: what else to compare with."""
    data = bytes(2**26)
    began = time.process_time()
    hashlib.sha256(data).digest()
    return len(data) / 1e6 / (time.process_time() - began)


def prepare(file: Path, unit: str, environment: dict[str, str]) -> dict[str, float]:
    """One preparation."""
    said = python(
        HERE / "prepare_once.py", str(file), f"dataset.unit={unit}", environment=environment
    )
    result: dict[str, float] = json.loads(said.splitlines()[-1])
    return result


def train(file: Path, folder: Path, environment: dict[str, str]) -> float:
    """A few steps on a text; val and test are a thousandth each, 10 kB at least."""
    part = max(0.001, 10_000 / file.stat().st_size)
    arguments = [
        "dataset=text",
        f"dataset.path={file}",
        f"dataset.split.fractions=[{1 - 2 * part},{part},{part}]",
        f"output_dir={folder}",
        *TRAINING,
    ]
    python(HERE.parents[1] / "train.py", *arguments, environment=environment)
    (metrics,) = folder.rglob("metrics.json")
    figures: dict[str, float] = json.loads(metrics.read_text())
    return figures["speed/train_chars_per_second"]


def main(folder: Path, sizes: list[int]) -> None:
    """Measures and prints."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"CHARLAB_CACHE": str(folder / "cache"), "OMP_NUM_THREADS": "1"}
    texts = {size: folder / f"text{size}.txt" for size in sizes}
    for size, file in texts.items():
        if not file.exists():
            python(HERE / "generate.py", str(file), str(size), environment=environment)
    print(f"sha256 at the moment: {sha256_rate():.0f} MB a processor second\n")
    print("| unit | MB | seconds | MB a processor second | peak MB | second run, seconds |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for unit in ("char", "byte"):
        tries = []
        for _ in range(3):
            shutil.rmtree(folder / "cache", ignore_errors=True)
            tries.append(prepare(texts[max(sizes)], unit, environment))
        first = min(tries, key=lambda result: result["processor_seconds"])
        again = prepare(texts[max(sizes)], unit, environment)
        print(
            f"| {unit} | {first['bytes'] / 1e6:.0f} | {first['wall_seconds']} "
            f"| {first['megabytes_per_processor_second']:.0f} | {first['peak_megabytes']} "
            f"| {again['wall_seconds']} |",
            flush=True,
        )
    print(f"\n| MB | characters a second over {STEPS} steps | peak MB of the training process |")
    print("| ---: | ---: | ---: |")
    for size, file in texts.items():
        said = python(
            Path(__file__),
            "--train",
            str(file),
            str(folder / f"run{size}"),
            environment=environment,
        )
        result = json.loads(said.splitlines()[-1])
        print(
            f"| {size} | {result['characters_per_second']:,.0f} | {result['peak_megabytes']} |",
            flush=True,
        )


def train_alone(file: Path, folder: Path) -> None:
    """Trains in the only child of this process: the peak of its children is that one's."""
    shutil.rmtree(folder, ignore_errors=True)
    speed = train(file, folder, dict(os.environ))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(json.dumps({"characters_per_second": speed, "peak_megabytes": peak}))


if __name__ == "__main__":
    if sys.argv[1] == "--train":
        train_alone(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main(Path(sys.argv[1]), [int(word) for word in sys.argv[2:]] or [1, 10, 100, 1000])
