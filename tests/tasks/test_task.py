"""Every task keeps the contract; of a new one, see ``tests/docs/test_pages.py``."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from charlab.builders.corpus import resolve
from charlab.config.schema import RunOptions
from charlab.data.corpus import Corpus, build_corpus
from charlab.data.documents.document import Document
from charlab.data.facts import facts_of
from charlab.data.tokens.ragged import EncodedSplit
from charlab.tasks import TASKS
from charlab.tasks.task import Task
from charlab.testing.task_contract import TaskContract

NAMES = [(f"{a}{b * n}{a}", a) for n in (1, 2, 5) for a in "aei" for b in "xyzw"]
STREAM = [("the quick brown fox jumps over the lazy dog; " * 6, label) for label in ("x", "y")]
SMALL = ["model.hidden_size=5", "model.embedding_size=3", "model.dropout=0.3"]
SMALL += ["dataset.seq_len=8", "dataset.batch_size=4", "dataset.split.fractions=[0.4,0.6,0]"]


TAGGED = [
    Document(text, tags=[c.upper() if c.strip() else None for c in text])
    for text in ("".join(t) for n in (2, 3, 4) for t in product("ab ", repeat=n))
    if text == text.strip()
]
PAIRS = [Document(text, target=" ".join(text[::-1])) for text, _ in NAMES] + [
    Document(text, target="x") for text, _ in NAMES[::3]
]


class _OfCharlab(TaskContract):
    arguments: tuple[str, ...] = ()
    texts: Any = NAMES

    @pytest.fixture
    def corpus(self, make_corpus: Callable[..., Corpus]) -> Corpus:
        return make_corpus(self.texts, fractions=(0.4, 0.6, 0.0))

    @pytest.fixture
    def task(self, compose_options: Callable[..., RunOptions], corpus: Corpus) -> Task[Any]:
        options = resolve(compose_options(*SMALL, *self.arguments), corpus)
        return TASKS[options.task.name](options, facts_of(corpus))

    @pytest.fixture
    def split(self, corpus: Corpus) -> EncodedSplit:
        return corpus.splits["val"]


class TestGenerateNames(_OfCharlab):
    arguments = ("task=generate",)


class TestGenerateNamesWithoutLabels(_OfCharlab):
    arguments = ("task=generate", "task.condition_on_label=false", "model=gru")


class TestGenerateText(_OfCharlab):
    arguments = ("task=generate", "model=vanilla")
    texts = STREAM[:1]


class TestClassifyNames(_OfCharlab):
    arguments = ("task=classify", "model.bidirectional=true")


class TestClassifyText(_OfCharlab):
    arguments = ("task=classify",)
    texts = STREAM


class _WithFields(_OfCharlab):
    documents: Any = TAGGED
    fields: Any = ("tags",)
    unit = target_unit = "char"

    @pytest.fixture
    def corpus(self) -> Corpus:
        return build_corpus(
            self.documents,
            normalize="nfc",
            layout="auto",
            fractions=(0.4, 0.6, 0.0),
            split_seed=0,
            fields=self.fields,
            unit=self.unit,
            target_unit=self.target_unit,
        )


class TestTagCharacters(_WithFields):
    arguments = ("task=tag",)


class TestTagBytes(_WithFields):
    arguments = ("task=tag", "dataset.unit=byte", "model.bidirectional=false")
    fields = ("tags",)
    unit = "byte"


class TestTagText(_WithFields):
    arguments = ("task=tag", "model=gru")
    documents = [Document("the cat; " * 20, tags=[*"DDDsNNNps"] * 20)] * 2


class TestTransduceCharacters(_WithFields):
    arguments = ("task=transduce", "model.num_layers=2")
    documents = PAIRS
    fields = ("target",)


class TestTransduceSymbols(_WithFields):
    arguments = ("task=transduce", "dataset.target_unit=symbol", "task.attention=additive")
    documents = PAIRS
    fields = ("target",)
    target_unit = "symbol"


class TestTransduceWithoutAttention(_WithFields):
    arguments = ("task=transduce", "task.attention=none", "model=gru", "model.bidirectional=false")
    documents = PAIRS
    fields = ("target",)
