"""``python -m benchmarks``: all measurements side by side, as a table and as JSON."""

import contextlib
import io
import platform
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rows import Row, to_json, to_markdown
from charlab.config.cli_args import (
    CommandArguments,
    argument,
    describe,
    parse_arguments,
    wants_help,
)
from charlab.errors import ConfigError
from charlab.system.command_process import main

ROOMS = ("training", "tasks", "batches", "generation", "predicting", "page", "starts", "scale")


@dataclass(frozen=True)
class BenchmarkArguments(CommandArguments):
    """What the benchmark understands."""

    command = "-m benchmarks"
    purpose = "measures charlab's speed against the machine's; run it alone, from the project"
    examples = ("only=training,generation seconds=8",)

    only: str = argument(",".join(ROOMS), "which rooms to measure, with commas between")
    seconds: float = argument(4.0, "of each measurement")
    rounds: int = argument(3, "measurements in turns; the median ratio counts")
    megabytes: int = argument(100, "of the large text of scale")
    accelerator: str = argument("cpu", "cpu, cuda, mps or auto")
    output: str | None = argument(None, "a JSON file for the results")


def bench(arguments: list[str]) -> int:
    """Measures and prints; returns an exit code."""
    if wants_help(arguments):
        print(describe(BenchmarkArguments))
        return 0
    options = parse_arguments(BenchmarkArguments, arguments)
    rooms = options.only.split(",")
    unknown = [room for room in rooms if room not in ROOMS]
    if unknown:
        raise ConfigError(f"only={unknown[0]}: no such room; there are {', '.join(ROOMS)}")
    if options.seconds <= 0 or options.rounds < 1 or options.megabytes < 1:
        raise ConfigError("seconds= must be above 0, rounds= and megabytes= at least 1")
    project = Path(__file__).resolve().parents[1]
    rows = []
    for row in _measure(options, rooms, project):
        print(f"{row.room}: {row.what}: {row.ratio:.2f} of {row.yardstick}", file=sys.stderr)
        rows.append(row)
    machine = _machine(options.accelerator)
    print(to_markdown(machine, rows))
    if options.output is not None:
        from charlab.system.files import open_output

        with open_output(options.output) as file:
            file.write(f"{to_json(machine, rows)}\n".encode())
    return 0


def _measure(options: BenchmarkArguments, rooms: list[str], project: Path) -> Iterator[Row]:
    from benchmarks import generation, page, predicting, scale, starts, tasks, training
    from charlab.config.compose import Composition
    from charlab.config.hydra_app import check
    from charlab.config.schema import RunOptions
    from charlab.system.devices import choose_device

    composition = Composition(str(project / "conf"), "train", (), ())

    def compose(arguments: list[str]) -> RunOptions:
        return check(composition.compose(arguments))

    seconds, rounds, accelerator = options.seconds, options.rounds, options.accelerator
    device = choose_device(accelerator, "accelerator")
    rows = {
        "training": lambda: training.training_rows(
            compose, training.SIZES, seconds, rounds, accelerator
        ),
        "tasks": lambda: tasks.task_rows(compose, seconds, rounds, accelerator),
        "batches": lambda: training.batch_rows(compose, seconds, accelerator),
        "generation": lambda: generation.generation_rows(
            generation.SIZES, seconds / 2, rounds, device
        ),
        "predicting": lambda: predicting.predicting_rows(compose, seconds, rounds),
        "page": lambda: page.page_rows(seconds / 2, rounds),
        "starts": lambda: starts.start_rows(project, rounds),
        "scale": lambda: scale.scale_rows(compose, options.megabytes, seconds, rounds, accelerator),
    }
    for room in rooms:
        measured = rows[room]()
        while True:
            with contextlib.redirect_stdout(io.StringIO()):  # what runs say of themselves
                row = next(measured, None)
            if row is None:
                break
            yield row


def _machine(accelerator: str) -> dict[str, object]:
    import torch

    from charlab.runs.environment import device_name, versions
    from charlab.system.devices import choose_device

    device = choose_device(accelerator, "accelerator")
    return {
        "machine": f"{_processor()}, {torch.get_num_threads()} threads",
        "device": device_name(device),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": ", ".join(f"{name} {version}" for name, version in versions().items()),
    }


def _processor() -> str:
    """The processor's name, as far as the system tells."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    main(bench)
