"""The whole training loop against a bare one, and what its batches cost."""

import contextlib
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import torch

from benchmarks.bare import Size, training_steps
from benchmarks.rows import Row
from benchmarks.timing import alternate
from charlab.builders.corpus import Prepared, prepare, read_corpus
from charlab.config.overrides import quote
from charlab.config.schema import RunOptions
from charlab.data.batches.batch import BatchForm
from charlab.data.batches.loaders import training_batches
from charlab.system.devices import choose_device
from charlab.training.module import TrainingModule
from charlab.training.precision import resolve_precision
from charlab.training.run import train

SIZES = (
    Size("lstm", 128, 1, batch=64, length=128),
    Size("lstm", 256, 1),
    Size("lstm", 512, 2),
    Size("gru", 256, 2),
    Size("vanilla", 256, 2),
)
_LETTERS = "".join(chr(code) for code in range(48, 48 + 63))  # with the two marks, 65 symbols

Compose = Callable[[list[str]], RunOptions]


def training_rows(
    compose: Compose, sizes: tuple[Size, ...], seconds: float, rounds: int, accelerator: str
) -> Iterator[Row]:
    """Characters a second of whole training loops.

    Args:
        compose: gives the options that words stand for.
        sizes: what to train.
        seconds: of each measurement.
        rounds: of measurements.
        accelerator: as ``trainer.accelerator``.
    """
    device = choose_device(accelerator, "accelerator")
    precision = resolve_precision("auto", device)
    with tempfile.TemporaryDirectory() as folder:
        text = large_text(Path(folder) / "text.txt", 2)
        for size in sizes:
            arguments = [*text_overrides(size, text, accelerator), f"output_dir={quote(folder)}"]
            ours, bare = alternate(
                lambda w=arguments: loop_rate(prepare(compose(w)), seconds),  # type: ignore[misc]
                lambda s=size: bare_rate(s, precision, device, seconds),  # type: ignore[misc]
                rounds,
            )
            yield Row(
                room=f"training ({device.type}, {precision})",
                what=str(size),
                unit="characters/s",
                ours=ours,
                theirs=bare,
                yardstick="bare PyTorch loop",
                target="0.97",
            )


def large_text(file: Path, megabytes: int) -> Path:
    """A text of 63 characters in no order: nothing to learn, all to compute."""
    rng = np.random.default_rng(0)
    letters = np.frombuffer(_LETTERS.encode(), np.uint8)
    with file.open("wb") as out:
        for _ in range(megabytes):
            out.write(rng.choice(letters, 1_000_000).tobytes())
    return file


def text_overrides(size: Size, text: Path, accelerator: str) -> list[str]:
    """The words that train a size on a text."""
    return [
        "dataset=text",
        f"dataset.path={quote(str(text))}",
        "dataset.split.fractions=[0.998,0.001,0.001]",
        f"dataset.batch_size={size.batch}",
        f"dataset.seq_len={size.length}",
        f"model={size.cell}",
        f"model.hidden_size={size.hidden}",
        f"model.num_layers={size.layers}",
        f"model.embedding_size={size.embedding}",
        *_GENERATE,
        *run_overrides(accelerator),
    ]


_GENERATE = ("task=generate", "task.samples.count=0")


def run_overrides(accelerator: str) -> list[str]:
    """No end in sight and no validation: the loop alone."""
    return [
        "model.dropout=0",
        "trainer.max_epochs=1000000",
        "trainer.validate_every=1000000000",
        f"trainer.accelerator={accelerator}",
    ]


class _Enough(Exception):  # noqa: N818  (not an error: the measurement is over)
    """The run has been watched long enough."""


def loop_rate(prepared: Prepared, seconds: float) -> float:
    """Characters a second of a real run, between two of its chunks.

    Everything that happens in between counts: Lightning's loop, logging, progress, batches.
    """
    marks: list[tuple[float, int]] = []
    step = TrainingModule.training_step

    def watched(task: TrainingModule[Any], chunk: int) -> None:
        step(task, chunk)
        last = len(marks) > 3 and time.perf_counter() - marks[1][0] > seconds
        if last and task.device.type == "cuda":
            torch.cuda.synchronize()
        marks.append((time.perf_counter(), task.progress.characters))
        if last:
            raise _Enough

    with mock.patch.object(TrainingModule, "training_step", watched), contextlib.suppress(_Enough):
        train(prepared)
    (begin, before), (end, after) = marks[1], marks[-1]
    return (after - before) / (end - begin)


def bare_rate(size: Size, precision: str, device: torch.device, seconds: float) -> float:
    """Characters a second of the bare loop."""
    steps = training_steps(size, precision, device)
    warm = time.perf_counter() + 0.3 * seconds
    while time.perf_counter() < warm:
        next(steps)
    if device.type == "cuda":
        torch.cuda.synchronize()
    begin, count = time.perf_counter(), 0
    while time.perf_counter() - begin < seconds:
        next(steps)
        count += 1
    if device.type == "cuda":
        torch.cuda.synchronize()
    return count * size.batch * size.length / (time.perf_counter() - begin)


def batch_rows(compose: Compose, seconds: float, accelerator: str) -> Iterator[Row]:
    """What batches cost: the time to make them, and the padding in them."""
    device = choose_device(accelerator, "accelerator")
    with tempfile.TemporaryDirectory() as folder:
        text = large_text(Path(folder) / "text.txt", 2)
        cases = {
            "embedded names": ["dataset=names"],
            "text, batch 32 × 64": text_overrides(Size("lstm", 128, 1), text, accelerator),
        }
        for what, arguments in cases.items():
            arguments = [*arguments, "model.hidden_size=128", f"output_dir={quote(folder)}"]
            options = compose([*arguments, *_GENERATE, *run_overrides(accelerator)])
            corpus = read_corpus(options)
            batches = training_batches(
                corpus.splits["train"],
                layout=corpus.layout,
                form=BatchForm.NEXT,
                batch_size=options.dataset.batch_size,
                seq_len=options.dataset.seq_len,
                seed=0,
                device=device,
            )
            begin, characters = time.perf_counter(), 0
            for epoch in range(1000):
                characters += sum(batch.characters for batch in batches.epoch(epoch))
                if time.perf_counter() - begin > seconds:
                    break
            making = (time.perf_counter() - begin) / characters
            training = 1 / loop_rate(prepare(options), seconds)
            yield Row(
                room="batches",
                what=f"{what}: making them",
                unit="µs/character",
                ours=1e6 * making,
                theirs=1e6 * training,
                yardstick="training on them, LSTM 128 × 1",
                target="<0.02",
            )
            padding = getattr(batches, "padding_share", None)
            if padding is not None:
                yield Row(
                    room="batches",
                    what=f"{what}: padding",
                    unit="share of positions",
                    ours=padding,
                    theirs=1.0,
                    yardstick="all positions",
                    target="<0.1",
                )
