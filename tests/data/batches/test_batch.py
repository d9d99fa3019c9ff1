"""Processes' shares of the batches, put together, are the batches of one process."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.batches.batch import IGNORE, Batch, BatchForm, Shard
from charlab.data.batches.evaluation import evaluation_batches
from charlab.data.batches.loaders import TrainingBatches, training_batches
from charlab.errors import ConfigError
from tests.support.encoded import documents

LENGTHS = st.lists(st.integers(1, 9), min_size=1, max_size=40)
PROCESSES = st.integers(1, 4)
CUTS = [
    ("sequences", BatchForm.NEXT),
    ("sequences", BatchForm.LABEL),
    ("stream", BatchForm.NEXT),
    ("stream", BatchForm.LABEL),
]


def rows(batch: Batch) -> list[tuple[tuple[int, ...], tuple[int, ...]]]:
    """What each row reads and predicts, without padding."""
    found = []
    for row in range(len(batch.ids)):
        width = batch.ids.shape[1] if batch.lengths is None else int(batch.lengths[row])
        ids = batch.ids[row, :width].tolist()
        targets = batch.targets[row]
        predicted = [int(targets)] if targets.ndim == 0 else targets[:width].tolist()
        found.append((tuple(ids), tuple(predicted)))
    return found


def shares(
    lengths: list[int], layout: str, use: BatchForm, processes: int, batch_size: int
) -> tuple[TrainingBatches, list[TrainingBatches]] | None:
    """The batches of one process, and of each of several; None where they are too few."""
    encoded = documents(lengths)
    if layout == "stream" and use is not BatchForm.LABEL and not encoded.predictions:
        return None

    def make(shard: Shard) -> TrainingBatches:
        return training_batches(
            encoded,
            layout=layout,
            form=use,
            batch_size=batch_size * processes,
            seq_len=3,
            seed=5,
            shard=shard,
        )

    whole = make(Shard())
    fewest = min(len(batch.ids) for batch in whole.epoch(0))
    if fewest < processes:
        with pytest.raises(ConfigError, match=rf"{processes} processes"):
            make(Shard(0, processes))
        return None
    return whole, [make(Shard(index, processes)) for index in range(processes)]


@pytest.mark.parametrize(("layout", "use"), CUTS)
@settings(max_examples=30)
@given(lengths=LENGTHS, processes=PROCESSES, batch_size=st.integers(1, 5))
def test_shares_are_the_whole(
    layout: str, use: BatchForm, lengths: list[int], processes: int, batch_size: int
) -> None:
    made = shares(lengths, layout, use, processes, batch_size)
    if made is None:
        return
    whole, parts = made
    assert {part.steps_per_epoch for part in parts} == {whole.steps_per_epoch}
    assert {part.characters_per_epoch for part in parts} == {whole.characters_per_epoch}
    for epoch in (0, 3):
        streams = [part.epoch(epoch) for part in parts]
        for batch, *own in zip(whole.epoch(epoch), *streams, strict=True):
            together = [row for share in own for row in rows(share)]
            if layout == "stream" and use is not BatchForm.LABEL:  # lanes stay in their order
                assert together == rows(batch)
            else:
                assert sorted(together) == sorted(rows(batch))
            assert sum(share.characters for share in own) == batch.characters
            assert {share.of_all.characters for share in own} == {batch.characters}
            sizes = [len(share.ids) for share in own]
            assert max(sizes) - min(sizes) <= 1
            for share in own:
                check_share(share, batch, use, processes)


def check_share(share: Batch, batch: Batch, use: BatchForm, processes: int) -> None:
    assert (share.fresh is None) == (batch.fresh is None)
    if use is not BatchForm.LABEL:
        assert share.characters == int((share.targets != IGNORE).sum())
    if processes == 1:
        assert share.whole is None
        return
    assert share.whole is not None
    predicted = batch.characters if use is not BatchForm.LABEL else len(batch.ids)
    assert share.whole.predictions == predicted
    if use is BatchForm.LABEL:
        assert share.whole.labels is not None
        assert sorted(share.whole.labels.tolist()) == sorted(batch.targets.tolist())


@settings(max_examples=30)
@given(lengths=LENGTHS.filter(lambda lengths: max(lengths) > 1), processes=PROCESSES)
@pytest.mark.parametrize(("layout", "use"), CUTS)
def test_shares_of_a_measured_split(
    layout: str, use: BatchForm, lengths: list[int], processes: int
) -> None:
    encoded = documents(lengths)

    def read(shard: Shard) -> list[Batch]:
        batches = evaluation_batches(
            encoded, layout=layout, form=use, seq_len=3, lanes=3, budget=11, shard=shard
        )
        found = list(batches)
        assert len(batches) == len(found)
        return found

    def predicted(batches: list[Batch]) -> list[int]:
        targets = [batch.targets.flatten() for batch in batches]
        flat = torch.cat([torch.empty(0, dtype=torch.int64), *targets])
        return sorted(flat[flat != IGNORE].tolist())

    whole = read(Shard())
    parts = [read(Shard(index, processes)) for index in range(processes)]
    assert predicted([batch for part in parts for batch in part]) == predicted(whole)
    counted = sum(batch.characters for part in parts for batch in part)
    assert counted == sum(batch.characters for batch in whole)


def test_a_share_is_taken_up_in_the_middle() -> None:
    encoded = documents([4, 1, 7, 7, 3, 2, 9, 5, 6])
    for layout, use in CUTS:
        batches = training_batches(
            encoded,
            layout=layout,
            form=use,
            batch_size=4,
            seq_len=3,
            seed=5,
            shard=Shard(1, 2),
        )
        later = [rows(batch) for batch in batches.epoch(1, 1)]
        assert later == [rows(batch) for batch in batches.epoch(1)][1:]
        assert later
