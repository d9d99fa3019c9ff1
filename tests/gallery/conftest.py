"""Networks of a few names, not trained."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import torch

from charlab.builders.corpus import resolve
from charlab.config import RunOptions
from charlab.data.corpus import Corpus
from charlab.data.facts import facts_of
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.tasks import TASKS
from charlab.tasks.task import Task
from tests.support.figures import without_layout

Made = tuple[Task[Any], TrainedNetwork[Any]]

NAMES = [(f"{a}{b}{c}", label) for a, label in (("x", "one"), ("y", "a\ttab"), ("ж", "<b>"))
         for b in "aeou" for c in "dkst"]  # fmt: skip


@pytest.fixture(autouse=True)
def _loosely() -> Iterator[None]:
    with without_layout():
        yield


@pytest.fixture(scope="package")
def network_of(
    make_corpus: Callable[..., Corpus], compose_options: Callable[..., RunOptions]
) -> Callable[..., Made]:
    """``network_of("classify", "model=gru")``: the task, and its network with fresh weights."""

    def make(
        name: str,
        *words: str,
        texts: Sequence[tuple[str, str | None]] = NAMES,
        layout: str = "sequences",
    ) -> Made:
        corpus = make_corpus(texts, layout=layout)
        options = compose_options(f"task={name}", "model.hidden_size=4", *words)
        task = TASKS[name](options, facts_of(corpus))
        return task, TrainedNetwork(task.build_network().eval(), corpus, 0)

    return make


@pytest.fixture(scope="package")
def looked_into(
    make_corpus: Callable[..., Corpus], compose_options: Callable[..., RunOptions]
) -> Callable[..., Made]:
    """``looked_into("task=classify", layout="stream")``: of texts with quotes and brackets.

    ``short=True`` for what needs no more than a few.
    """

    def make(
        *words: str, layout: str = "sequences", text: str | None = None, short: bool = False
    ) -> Made:
        random = np.random.default_rng(0)
        known = ["“Ada”", "(Bob)", "Čapek,\n", '"Di"']
        documents, count = (60, 3) if layout == "sequences" else (2, 200)
        if short:
            documents, count = (20, 3) if layout == "sequences" else (2, 30)
        texts = [
            (" ".join(random.choice(known, count)), "<xy>"[i % 2 * 2 :]) for i in range(documents)
        ]
        corpus = make_corpus(texts, layout=layout, fractions=(0.4, 0.6, 0.0))
        options = compose_options("model.hidden_size=4", "dataset.seq_len=32", *words)
        options = resolve(options, corpus)
        torch.manual_seed(0)
        task = TASKS[options.task.name](options, facts_of(corpus))
        return task, TrainedNetwork(task.build_network(), corpus, 0, "net", text)

    return make
