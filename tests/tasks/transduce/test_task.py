"""The figures of transduction, against counting by hand."""

import pytest
import torch

from charlab.config.schema import RunOptions
from charlab.data.documents.document import Document
from charlab.data.facts import facts_of
from charlab.tasks.transduce import task as module
from charlab.tasks.transduce.task import TransduceTask
from tests.support.corpora import short_documents

PAIRS = {"ab": ["xyz"], "ba": ["xx", "xyy"], "b": ["x"]}
WRITTEN = {"ab": "xz", "ba": "xyy", "b": "xy"}  # one edit of 3, right, one edit of 1


def edits(one: str, other: str) -> int:
    """Levenshtein's recursion."""
    if not one or not other:
        return len(one) + len(other)
    return min(
        edits(one[1:], other) + 1,
        edits(one, other[1:]) + 1,
        edits(one[1:], other[1:]) + (one[0] != other[0]),
    )


@pytest.mark.parametrize("positions", [1, 1000])
def test_a_text_counts_once_and_any_of_its_targets_is_right(
    monkeypatch, compose_options, positions
):
    docs = [
        Document(text, target=t, split=s)
        for text, ts in PAIRS.items()
        for t in ts
        for s in (None, "test")
    ]
    corpus = short_documents(docs, fields=("target",))
    options: RunOptions = compose_options(
        "task=transduce", "model.hidden_size=3", "task.max_length=9"
    )
    task = TransduceTask(options, facts_of(corpus))
    network = task.build_network().eval()

    def write(network, ids, lengths, max_length):
        texts = [
            corpus.vocabulary.decode(row[:n]) for row, n in zip(ids.tolist(), lengths, strict=True)
        ]
        vocabulary = corpus.target_vocabulary
        return [vocabulary.encode(WRITTEN[t]).tolist() for t in texts]

    monkeypatch.setattr(module, "transduce_greedily", write)
    meter = task.new_meter(network)
    batches = task.evaluation_batches(
        corpus.splits["test"], device=torch.device("cpu"), positions=positions
    )
    for batch in batches:
        meter.update(batch)
    found = meter.compute()
    nearest = {
        text: min((edits(WRITTEN[text], target), len(target)) for target in targets)
        for text, targets in PAIRS.items()
    }
    assert found["exact_match"] == pytest.approx(1 / 3)
    wrong, tokens = (sum(column) for column in zip(*nearest.values(), strict=True))
    assert (wrong, tokens) == (2, 7)
    assert found["error_rate"] == pytest.approx(wrong / tokens)
    assert found["perplexity"] == pytest.approx(torch.tensor(found["loss"]).exp().item())


def test_wide_searches_and_additive_attention_take_smaller_batches(compose_options):
    docs = [Document(f"a{'b' * n}", target="x" * (n + 1)) for n in range(30)]
    corpus = short_documents(docs, fields=("target",))
    train, cpu = corpus.splits["train"], torch.device("cpu")
    counts = {}
    for kind in ("general", "additive"):
        options = compose_options(
            "task=transduce", "task.max_length=40000", f"task.attention={kind}"
        )
        task = TransduceTask(options, facts_of(corpus))
        counts[kind] = len(task.evaluation_batches(train, device=cpu))
    assert counts["additive"] > counts["general"] == 1
    predictor = task.predictor(torch.nn.Linear(1, 1))
    batches = {}
    for width in (1, 1000):
        predictor.search_with(width)
        batches[width] = len(list(predictor.batches(train)))
    assert batches[1000] > batches[1] == 1
