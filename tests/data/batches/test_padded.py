"""Padded batches of documents, against rows that are written out by hand."""

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.batches.batch import IGNORE, BatchForm, Shard
from charlab.data.batches.padded import PaddedRows, SequenceBatches
from charlab.data.tokens.ragged import EncodedSplit, Ragged
from charlab.data.tokens.vocabulary import EOS
from charlab.errors import ConfigError
from tests.support.encoded import check_rows, documents, parallel, texts_of

uses = st.sampled_from([BatchForm.CONDITIONAL, BatchForm.LABEL])
lengths_of = st.lists(st.integers(1, 9), min_size=1, max_size=40)

M, _ = EOS, IGNORE

# "abc", "d" and "ef"; 1 + the index of each token's tag; their targets "", "wx" and "yzw".
HELD = EncodedSplit(
    np.array([2, 3, 4, 5, 6, 7], np.uint8),
    np.array([0, 3, 4, 6]),
    np.array([1, 0, 2]),
    tags=np.array([1, 0, 3, 2, 0, 1], np.uint8),
    targets=Ragged(np.array([2, 3, 4, 5, 2], np.uint8), np.array([0, 0, 2, 5])),
)


@pytest.mark.parametrize(
    ("form", "ids", "given", "targets", "labels", "counts"),
    [
        (
            BatchForm.NEXT,
            [[M, 6, 7, M], [M, 2, 3, 4]],
            None,
            [[6, 7, M, _], [2, 3, 4, M]],
            None,
            (7, 7),
        ),
        (
            BatchForm.CONDITIONAL,
            [[M, 6, 7, M], [M, 2, 3, 4]],
            None,
            [[6, 7, M, _], [2, 3, 4, M]],
            [2, 1],
            (7, 7),
        ),
        (BatchForm.LABEL, [[6, 7, M], [2, 3, 4]], None, [2, 1], None, (5, 2)),
        (BatchForm.TAGS, [[6, 7, M], [2, 3, 4]], None, [[_, 0, _], [0, _, 2]], None, (5, 3)),
        (
            BatchForm.PAIRS,
            [[6, 7, M], [2, 3, 4]],
            [[M, 4, 5, 2], [M, M, M, M]],
            [[4, 5, 2, M], [M, _, _, _]],
            [2, 1],
            (5 + 5, 5),
        ),
    ],
)
def test_what_each_form_reads_is_given_and_predicts(
    form: BatchForm,
    ids: list[list[int]],
    given: list[list[int]] | None,
    targets: list[list[int]],
    labels: list[int] | None,
    counts: tuple[int, int],
) -> None:
    rows, chosen = PaddedRows(HELD, form=form, device="cpu"), np.array([2, 0])
    batch = rows.batch(rows.to_device(chosen), chosen)
    assert batch.ids.tolist() == ids
    assert batch.targets.tolist() == targets
    assert (None if batch.given is None else batch.given.tolist()) == given
    assert (None if batch.labels is None else batch.labels.tolist()) == labels
    assert (batch.characters, batch.predictions) == counts == rows.count(chosen)


@pytest.mark.parametrize("form", BatchForm)
def test_a_batch_of_one_document_has_no_padding(form: BatchForm) -> None:
    rows, one = PaddedRows(HELD, form=form, device="cpu"), np.array([1])
    batch = rows.batch(rows.to_device(one), one)
    marked = form in (BatchForm.NEXT, BatchForm.CONDITIONAL)
    assert batch.ids.tolist() == [[M, 5] if marked else [5]]
    assert batch.lengths is not None
    assert batch.lengths.tolist() == [1 + marked]
    assert (batch.targets != IGNORE).all()


def test_a_text_too_large_to_be_held_gives_the_same_windows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    chosen = np.array([2, 1, 0])

    def ids() -> list[list[int]]:
        rows = PaddedRows(HELD, form=BatchForm.LABEL, device="cpu")
        batch = rows.batch(rows.to_device(chosen), chosen)
        assert batch.ids.dtype == torch.int64
        assert batch.targets.tolist() == [2, 0, 1]
        return batch.ids.tolist()

    held = ids()
    monkeypatch.setattr("charlab.data.batches.padded.HELD", 5)
    assert ids() == held == [[6, 7, M], [5, M, M], [2, 3, 4]]


def test_fewer_documents_than_processes_are_refused() -> None:
    options: dict[str, Any] = {"batch_size": 2, "seed": 0, "form": BatchForm.NEXT}
    SequenceBatches(documents([3, 1, 2, 2]), shard=Shard(1, 2), **options)
    with pytest.raises(
        ConfigError,
        match=r"^a batch of 1 document or windows is too small for 2 "
        r"processes: raise dataset\.batch_size, or lower trainer\.devices$",
    ):
        SequenceBatches(documents([3, 1, 2]), shard=Shard(1, 2), **options)


@settings(max_examples=50)
@given(lengths_of, st.integers(1, 12), st.integers(0, 5), uses)
def test_every_document_once_an_epoch(
    lengths: list[int], batch_size: int, epoch: int, use: BatchForm
) -> None:
    encoded = documents(lengths)
    form = SequenceBatches(encoded, batch_size=batch_size, seed=1, form=use)
    batches = list(form.epoch(epoch))
    assert len(batches) == form.steps_per_epoch == -(-len(lengths) // batch_size)
    sizes = [len(batch.ids) for batch in batches]
    assert max(sizes) <= batch_size
    assert max(sizes) - min(sizes) <= 1
    assert sum(batch.characters for batch in batches) == form.characters_per_epoch
    positions = sum(batch.ids.numel() for batch in batches)
    assert form.padding_share == pytest.approx(1 - form.characters_per_epoch / positions)
    check_rows(batches, encoded, use)


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    encoded = documents([3] * 40)

    def order(seed: int, epoch: int) -> list[int]:
        form = SequenceBatches(encoded, batch_size=8, seed=seed, form=BatchForm.LABEL)
        return torch.cat([batch.targets for batch in form.epoch(epoch)]).tolist()

    assert order(1, 0) == order(1, 0)
    assert len({tuple(order(seed, epoch)) for seed in (1, 2) for epoch in (0, 1)}) == 4


def test_length_groups_leave_little_padding() -> None:
    lengths = np.random.default_rng(0).poisson(7, 2000) + 1
    form = SequenceBatches(documents(lengths.tolist()), batch_size=64, seed=0, form=BatchForm.NEXT)
    assert 0 < form.padding_share < 0.05
    widths = [batch.ids.shape[1] for batch in form.epoch(0)]
    assert widths != sorted(widths)  # short ones are not always first


@settings(max_examples=50)
@given(lengths=st.lists(st.integers(1, 9), min_size=1, max_size=12), seed=st.integers(0, 99))
def test_a_pair_is_its_text_and_its_target(lengths: list[int], seed: int) -> None:
    encoded = parallel(lengths, seed)
    targets = encoded.targets
    assert targets is not None
    form = SequenceBatches(encoded, batch_size=3, seed=seed, form=BatchForm.PAIRS)
    found = []
    for batch in form.epoch(0):
        assert batch.given is not None
        assert batch.lengths is not None
        assert batch.predictions == int((batch.targets != IGNORE).sum())
        assert batch.characters == int(batch.lengths.sum()) + batch.predictions
        for ids, n, given_, told in zip(
            batch.ids, batch.lengths, batch.given, batch.targets, strict=True
        ):
            target = told[told != IGNORE].tolist()
            assert target[-1] == EOS
            assert given_[: len(target)].tolist() == [EOS, *target[:-1]]
            found.append((ids[:n].tolist(), target[:-1]))
    texts, told = texts_of(encoded), texts_of(targets)
    expected = [(texts[i], told[i]) for i in texts]
    assert sorted(found) == sorted(expected)
    assert form.characters_per_epoch == sum(len(a) + len(b) + 1 for a, b in expected)


@pytest.mark.parametrize(
    ("form", "message"),
    [
        (BatchForm.LABEL, "need labelled documents"),
        (BatchForm.CONDITIONAL, "need labelled documents"),
        (BatchForm.TAGS, "need tagged documents"),
        (BatchForm.PAIRS, "need documents with targets"),
    ],
)
def test_a_field_that_is_not_there(form: BatchForm, message: str) -> None:
    plain = EncodedSplit(np.array([2, 3], np.uint8), np.array([0, 2]), None)
    with pytest.raises(ValueError, match=message):
        SequenceBatches(plain, batch_size=1, seed=0, form=form)
