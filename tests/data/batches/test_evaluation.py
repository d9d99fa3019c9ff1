import pytest
import torch

from charlab.builders.corpus import resolve
from charlab.data.facts import facts_of
from charlab.tasks import TASKS
from charlab.tasks import task as task_module
from tests.support.changed import options_of

CPU = torch.device("cpu")


NAMES = [(f"{a}{b * n}", a) for n in (1, 3, 4) for a in "xyz" for b in "abcd"]


STREAM = [("the quick brown fox jumps over the lazy dog " * 9, label) for label in ("x", "y")]


@pytest.fixture
def batches(compose_options, make_corpus):
    def make(*overrides, texts=NAMES, split="val", **options):
        corpus = make_corpus(texts)
        settled = resolve(options_of(compose_options, *overrides), corpus)
        task = TASKS[settled.task.name](settled, facts_of(corpus))
        return corpus, task.evaluation_batches(corpus.splits[split], device=CPU, **options)

    return make


def test_the_run_s_options_decide_the_form(batches):
    corpus, documents = batches()
    part = corpus.splits["val"]
    assert all(batch.labels is not None for batch in documents)  # conditional by default
    assert sum(batch.characters for batch in documents) == part.characters + part.documents
    _, unconditional = batches("task.condition_on_label=false")
    assert all(batch.labels is None for batch in unconditional)
    _, classify = batches("task=classify")
    assert all(batch.targets.ndim == 1 for batch in classify)
    assert sum(len(batch.targets) for batch in classify) == part.documents
    corpus, stream = batches(texts=STREAM, split="test")
    assert sum(batch.characters for batch in stream) == corpus.splits["test"].predictions
    _, windows = batches("task=classify", "dataset.seq_len=7", texts=STREAM)
    assert max(batch.ids.shape[1] for batch in windows) == 7


@pytest.mark.parametrize("positions", [1, 12, 16_384])
def test_a_batch_is_no_larger_than_asked_for(batches, positions):
    _, few = batches(positions=positions)
    assert all(batch.ids.numel() <= positions or len(batch.ids) == 1 for batch in few)
    assert (len(few) == 1) == (positions == 16_384)


def test_a_large_vocabulary_makes_smaller_batches(batches, monkeypatch):
    corpus, _ = batches()
    # Room for the logits of 20 positions.
    monkeypatch.setattr(task_module, "_LOGITS", 20 * corpus.vocabulary.size)
    _, generating = batches(positions=100)
    assert 10 < max(batch.ids.numel() for batch in generating) <= 20
    _, classifying = batches("task=classify", positions=100)  # has no such logits
    assert max(batch.ids.numel() for batch in classifying) > 20
