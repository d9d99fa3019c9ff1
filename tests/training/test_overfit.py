import pytest
import torch

from charlab.data.batches.batch import IGNORE, BatchForm
from charlab.data.batches.loaders import training_batches
from charlab.data.tokens.vocabulary import EOS
from charlab.training.overfit import FirstBatchOnly

NAMES = [("ace"[n % 3] + "bda"[n % 3] * n, "ace"[n % 3]) for n in range(1, 10)]  # all unequal
STREAM = [("the quick brown fox jumps over the lazy dog " * 9, None)]


@pytest.fixture
def real(make_corpus):
    def make(texts, use):
        corpus = make_corpus(texts, fractions=(1.0, 0.0, 0.0))
        return training_batches(
            corpus.splits["train"],
            layout=corpus.layout,
            form=use,
            batch_size=4,
            seq_len=5,
            seed=3,
        )

    return make


def same(one, other):
    for name, before in vars(one).items():
        after = getattr(other, name)
        if isinstance(before, torch.Tensor):
            assert torch.equal(before, after), name
        else:
            assert before == after, name


@pytest.mark.parametrize(("texts", "use"), [(NAMES, BatchForm.LABEL), (STREAM, BatchForm.NEXT)])
def test_the_first_batch_stands_for_all(real, texts, use):
    batches = real(texts, use)
    only = FirstBatchOnly(batches, single_document=False)
    first = next(batches.epoch(0))
    assert (only.steps_per_epoch, len(only)) == (1, 1)
    assert only.characters_per_epoch == first.characters > 0
    for epoch in (0, 1, 7):
        (batch,) = only.epoch(epoch)
        same(batch, first)
    assert list(only.epoch(2, start=1)) == []
    (batch,) = only  # as a validation reads it
    same(batch, first)
    (batch,) = only
    same(batch, first)


@pytest.mark.parametrize("conditional", [False, True])
def test_one_document_without_padding(real, conditional):
    batches = real(NAMES, BatchForm.CONDITIONAL if conditional else BatchForm.NEXT)
    first = next(batches.epoch(0))
    (batch,) = FirstBatchOnly(batches, single_document=True).epoch(0)
    width = int(first.lengths[0])
    assert width < first.ids.shape[1]
    ids = first.ids[0, :width].tolist()
    assert batch.ids.tolist() == [ids]
    assert ids[0] == EOS
    assert batch.targets.tolist() == [[*ids[1:], EOS]]
    assert IGNORE not in batch.targets
    assert batch.lengths.tolist() == [width]
    assert batch.characters == width == batch.targets.numel()
    assert batch.fresh.tolist() == [True]
    if conditional:
        assert batch.labels.tolist() == first.labels[:1].tolist()
    else:
        assert batch.labels is None
