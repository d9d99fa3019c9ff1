"""``predict.py`` on a file of names."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.rows import Row
from benchmarks.timing import rate
from benchmarks.training import Compose
from charlab.builders.corpus import prepare
from charlab.commands.predict import predict
from charlab.config.cli_options import PredictArguments
from charlab.config.overrides import quote
from charlab.evaluation.reference_texts import document_texts
from charlab.training.run import train

NAMES = 20_000
_A_SECOND = 50_000  # and core


def predicting_rows(compose: Compose, seconds: float, names: int = NAMES) -> Iterator[Row]:
    """Names a second and core of the default classifier, from the file to the table.

    The network has hardly been trained: what it says takes as long.

    Args:
        compose: gives the options that words stand for.
        seconds: of the measurement.
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
        with contextlib.redirect_stderr(None):
            ours = rate(lambda: predict([given]), seconds=seconds, work=names)
        yield Row(
            room="predicting",
            what="embedded names, LSTM 256 × 1, the run's loading included",
            unit="names/s and core",
            ours=ours / len(os.sched_getaffinity(0)),
            theirs=_A_SECOND,
            yardstick=f"{_A_SECOND:,} a second and core",
            target="1",
        )
