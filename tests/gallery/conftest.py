"""Networks of a few names, not trained."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from charlab.config import RunOptions
from charlab.data.corpus import Corpus
from charlab.data.facts import facts_of
from charlab.evaluation.trained_network import TrainedNetwork
from charlab.tasks import TASKS
from charlab.tasks.task import Task

Made = tuple[Task[Any], TrainedNetwork[Any]]

NAMES = [(f"{a}{b}{c}", label) for a, label in (("x", "one"), ("y", "a\ttab"), ("ж", "<b>"))
         for b in "aeou" for c in "dkst"]  # fmt: skip


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
