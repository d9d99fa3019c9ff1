"""``predict.py`` on a file of names."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch

import charlab
from benchmarks.generation import matmul_rate
from benchmarks.rows import Row
from benchmarks.timing import alternate, rate
from benchmarks.training import Compose
from charlab.builders.corpus import prepare
from charlab.commands.predict import predict
from charlab.config.cli_options import PredictArguments
from charlab.config.overrides import quote
from charlab.evaluation.reference_texts import document_texts
from charlab.training.run import train

NAMES = 20_000
_A_SECOND = 50_000  # and core
_WHAT = "a file of names, LSTM 256 × 1, the run's loading included"


def predicting_rows(
    compose: Compose, seconds: float, rounds: int, names: int = NAMES
) -> Iterator[Row]:
    """Names a second and core of the default classifier, from the file to the table.

    The network has hardly been trained: what it says takes as long.

    Args:
        compose: gives the options that words stand for.
        seconds: of each measurement.
        rounds: of measurements.
        names: in the file.
    """
    with tempfile.TemporaryDirectory() as folder:
        words = ["task=classify", "trainer.max_steps=1", f"output_dir={quote(folder)}"]
        prepared = prepare(compose(words))
        run = train(prepared).folder
        known = document_texts(prepared.corpus.splits["train"], prepared.corpus.vocabulary)
        chosen = np.random.default_rng(0).integers(0, len(known), names)
        file = Path(folder) / "names.txt"
        file.write_text("\n".join(known[i] for i in chosen.tolist()), encoding="utf-8")
        given = PredictArguments(
            run=str(run), input=str(file), output=str(Path(folder) / "labels.tsv")
        )
        weights = sum(
            w.numel() for w in charlab.load(run).network.recurrent.recurrence.parameters()
        )
        tokens = sum(len(known[i]) for i in chosen.tolist()) / names
        with contextlib.redirect_stderr(None):
            a_second, product = alternate(
                lambda: rate(lambda: predict([given]), seconds=seconds, work=names),
                lambda: matmul_rate(torch.float32, torch.device("cpu"), seconds),
                rounds,
            )
    yield Row(
        room="predicting",
        what=_WHAT,
        unit="names/s and core",
        ours=a_second / len(os.sched_getaffinity(0)),
        theirs=_A_SECOND,
        yardstick=f"{_A_SECOND:,} a second and core",
        target="1",
    )
    yield Row(
        room="predicting",
        what=_WHAT,
        unit="GFLOP/s",
        ours=a_second * tokens * 2 * weights / 1e9,
        theirs=product,
        yardstick="matrix product 1024³, float32",
        target="0.5",
    )
