"""Training and evaluation batches, against reading the text one character at a time."""

import dataclasses
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from charlab.data.batches import padded as padded_module
from charlab.data.batches import stream as lanes_module
from charlab.data.batches.batch import IGNORE, Batch, BatchForm
from charlab.data.batches.evaluation import BURN_IN, StreamEvaluation, evaluation_batches
from charlab.data.batches.loaders import training_batches
from charlab.data.batches.padded import SequenceBatches
from charlab.data.batches.stream import StreamBatches
from charlab.data.tokens.ragged import EncodedSplit, Ragged, SelectedIds, StoredIds, flat_offsets
from charlab.data.tokens.vocabulary import EOS

uses = st.sampled_from([BatchForm.CONDITIONAL, BatchForm.LABEL])
lengths_of = st.lists(st.integers(1, 9), min_size=1, max_size=40)


def documents(lengths: list[int]) -> EncodedSplit:
    """Documents of which no two characters are the same; labels are their numbers."""
    offsets = flat_offsets(lengths)
    ids = (np.arange(offsets[-1]) + 2).astype(np.uint16)
    return EncodedSplit(ids, offsets, np.arange(len(lengths), dtype=np.int64))


def stream(characters: int) -> EncodedSplit:
    return documents([characters])


def stored(encoded: EncodedSplit, folder: Path) -> EncodedSplit:
    """The same in a file, seen through a table: numbers there are ids turned round."""
    size = int(encoded.ids[:].max(initial=0)) + 1
    path = folder / "numbers"
    (size - 1 - encoded.ids[:].astype("<u4")).tofile(path)
    table = np.arange(size)[::-1].astype(encoded.ids.dtype)
    whole = np.array([encoded.characters])
    numbers = StoredIds(path, np.dtype("<u4"), encoded.characters)
    ids = SelectedIds(numbers, np.zeros(1, np.int64), whole, table)
    return EncodedSplit(ids, encoded.offsets, encoded.labels)


def rows_of(encoded: EncodedSplit) -> dict[int, list[int]]:
    bounds = pairwise(encoded.offsets.tolist())
    return {i: encoded.ids[start:end].tolist() for i, (start, end) in enumerate(bounds)}


def check_rows(batches: list[Batch], encoded: EncodedSplit, use: BatchForm) -> None:
    """Every document is in exactly one row, laid out as documented."""
    found = {}
    for batch in batches:
        assert batch.ids.dtype == batch.targets.dtype == torch.int64
        assert batch.lengths is not None
        assert batch.fresh is not None
        assert batch.fresh.all()
        assert batch.characters == int(batch.lengths.sum())
        assert batch.ids.shape[1] == int(batch.lengths.max())
        labels = batch.targets if use is BatchForm.LABEL else batch.labels
        assert labels is not None
        for row, (length, label) in enumerate(
            zip(batch.lengths.tolist(), labels.tolist(), strict=True)
        ):
            ids = batch.ids[row].tolist()
            assert ids[length:] == [EOS] * (len(ids) - length)
            assert label not in found
            if use is BatchForm.LABEL:
                found[label] = ids[:length]
                continue
            targets = batch.targets[row].tolist()
            assert targets[length:] == [IGNORE] * (len(ids) - length)
            assert ids[0] == targets[length - 1] == EOS
            assert ids[1:length] == targets[: length - 1]
            found[label] = ids[1:length]
    assert found == rows_of(encoded)


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


def same(one: Batch, other: Batch) -> bool:
    for a, b in zip(vars(one).values(), vars(other).values(), strict=True):
        if isinstance(a, torch.Tensor):
            if not torch.equal(a, b):
                return False
        elif a != b:
            return False
    return True


@pytest.mark.parametrize(
    ("layout", "use"),
    [
        ("sequences", BatchForm.CONDITIONAL),
        ("sequences", BatchForm.NEXT),
        ("sequences", BatchForm.LABEL),
        ("stream", BatchForm.NEXT),
        ("stream", BatchForm.LABEL),
    ],
)
def test_an_epoch_can_be_entered_anywhere(layout: str, use: BatchForm) -> None:
    encoded = documents([3, 50, 7, 1, 8, 8, 2, 31, 5, 9, 4])
    make = lambda: training_batches(  # noqa: E731
        encoded,
        layout=layout,
        form=use,
        batch_size=3,
        seq_len=4,
        seed=2,
    )
    form = make()
    list(form.epoch(0))  # what was read before leaves no trace
    whole = list(form.epoch(4))
    assert len(whole) == form.steps_per_epoch
    for start in range(len(whole) + 1):
        rest = list(make().epoch(4, start))
        assert len(rest) == len(whole) - start
        assert all(same(a, b) for a, b in zip(rest, whole[start:], strict=True))
    assert all((batch.labels is not None) == (use is BatchForm.CONDITIONAL) for batch in whole)


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


@given(st.integers(2, 300), st.integers(1, 9), st.integers(1, 20))
def test_a_stream_predicts_every_character_but_the_first_once(
    characters: int, batch_size: int, seq_len: int
) -> None:
    encoded = stream(characters)
    form = StreamBatches(encoded, batch_size=batch_size, seq_len=seq_len)
    assert form.lanes == max(1, min(batch_size, (characters - 1) // seq_len))
    batches = list(form.epoch(3))
    assert len(batches) == form.steps_per_epoch
    lanes: list[list[tuple[int, int]]] = [[] for _ in range(form.lanes)]
    for step, batch in enumerate(batches):
        assert batch.ids.shape == batch.targets.shape
        assert batch.ids.shape[0] == form.lanes
        assert batch.ids.shape[1] == seq_len or step == len(batches) - 1
        assert (batch.fresh is not None) == (step == 0)
        assert batch.fresh is None or bool(batch.fresh.all())
        assert batch.characters == int((batch.targets != IGNORE).sum())
        assert ((batch.ids == EOS) == (batch.targets == IGNORE)).all()
        for lane, ids, targets in zip(
            lanes, batch.ids.tolist(), batch.targets.tolist(), strict=True
        ):
            lane += [pair for pair in zip(ids, targets, strict=True) if pair[1] != IGNORE]
    # Lane by lane, window after window, this is the text itself.
    text = encoded.ids.tolist()
    assert [pair for lane in lanes for pair in lane] == list(pairwise(text))
    assert max(map(len, lanes)) - min(map(len, lanes)) <= 1
    assert sum(batch.characters for batch in batches) == form.characters_per_epoch


@given(
    lengths=lengths_of,
    batch_size=st.integers(1, 7),
    seq_len=st.integers(1, 9),
    block=st.integers(1, 40),
    start=st.integers(0, 4),
)
def test_a_text_in_a_file_gives_the_same_batches(
    lengths: list[int],
    batch_size: int,
    seq_len: int,
    block: int,
    start: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    encoded = documents([*lengths, 2])
    in_file = stored(encoded, tmp_path_factory.mktemp("batches"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lanes_module, "BLOCK", block)
        for use in (BatchForm.NEXT, BatchForm.LABEL):
            options = {"layout": "stream", "form": use, "seq_len": seq_len}
            lanes = [None, 3] if use is not BatchForm.LABEL else [None]

            def forms(text: EncodedSplit, options=options, lanes=lanes) -> list:
                return [
                    training_batches(text, batch_size=batch_size, seed=3, **options),
                    *(
                        evaluation_batches(text, budget=batch_size * 3, lanes=n, **options)
                        for n in lanes
                    ),
                ]

            one, *plain = forms(encoded)
            with pytest.MonkeyPatch.context() as smaller:
                smaller.setattr(lanes_module, "HELD", 0)
                smaller.setattr(padded_module, "HELD", 0)
                other, *from_file = forms(in_file)
            assert one.steps_per_epoch == other.steps_per_epoch
            assert one.characters_per_epoch == other.characters_per_epoch
            for epoch in (0, 1):
                pairs = zip(one.epoch(epoch, start), other.epoch(epoch, start), strict=True)
                assert all(same(a, b) for a, b in pairs)
            for held, read in zip(plain, from_file, strict=True):
                assert len(held) == len(read)
                for _ in range(2):
                    assert all(same(a, b) for a, b in zip(held, read, strict=True))


def test_pieces_of_a_stream_follow_each_other_behind_a_mark() -> None:
    encoded = documents([5, 4, 2])
    (batch,) = StreamBatches(encoded, batch_size=1, seq_len=10).epoch(0)
    M, _ = EOS, IGNORE
    assert batch.ids.tolist() == [[2, 3, 4, 5, M, 7, 8, 9, M, 11]]
    assert batch.targets.tolist() == [[3, 4, 5, 6, _, 8, 9, 10, _, 12]]
    assert batch.characters == encoded.predictions == 8


@given(
    lengths=lengths_of.filter(lambda lengths: max(lengths) > 1),
    batch_size=st.integers(1, 7),
    seq_len=st.integers(1, 9),
    lanes=st.integers(1, 9),
)
def test_no_prediction_crosses_a_seam(
    lengths: list[int], batch_size: int, seq_len: int, lanes: int
) -> None:
    """What is trained on, and what is measured, are the pairs within each document, all once."""
    encoded = documents(lengths)
    expected = [pair for text in rows_of(encoded).values() for pair in pairwise(text)]
    form = StreamBatches(encoded, batch_size=batch_size, seq_len=seq_len)
    measured = StreamEvaluation(encoded, lanes=lanes, budget=batch_size * seq_len)
    for batches in (list(form.epoch(0)), list(measured)):
        found = []
        for batch in batches:
            predicted = batch.targets != IGNORE
            assert batch.characters == int(predicted.sum())
            pairs = zip(batch.ids[predicted], batch.targets[predicted], strict=True)
            found += [(int(one), int(next_)) for one, next_ in pairs]
        assert sorted(found) == expected
        assert sum(batch.characters for batch in batches) == encoded.predictions


@given(st.lists(st.integers(1, 40), min_size=1, max_size=6), st.integers(1, 5), st.integers(1, 12))
def test_windows_cover_the_text_once(lengths: list[int], batch_size: int, seq_len: int) -> None:
    encoded = documents(lengths)
    form = training_batches(
        encoded,
        layout="stream",
        form=BatchForm.LABEL,
        batch_size=batch_size,
        seq_len=seq_len,
        seed=0,
    )
    seen: Counter[int] = Counter()
    for batch in form.epoch(0):
        assert batch.lengths is not None
        assert batch.ids.shape[1] <= seq_len
        for ids, length, label in zip(
            batch.ids.tolist(), batch.lengths.tolist(), batch.targets.tolist(), strict=True
        ):
            assert set(ids[:length]) <= set(rows_of(encoded)[label])
            assert set(ids[length:]) <= {EOS}
            seen.update(ids[:length])
    assert seen == Counter(encoded.ids.tolist())
    assert form.characters_per_epoch == encoded.characters


@given(lengths_of, st.integers(1, 60), uses)
def test_evaluation_of_documents(lengths: list[int], budget: int, use: BatchForm) -> None:
    encoded = documents(lengths)
    form = evaluation_batches(encoded, layout="sequences", form=use, seq_len=3, budget=budget)
    batches = list(form)
    assert len(batches) == len(form)
    check_rows(batches, encoded, use)
    for batch in batches:
        assert batch.ids.numel() <= budget or len(batch.ids) == 1
    assert all(same(a, b) for a, b in zip(batches, form, strict=True))  # can be read again


@given(lengths_of, st.integers(1, 7))
def test_evaluation_of_windows(lengths: list[int], seq_len: int) -> None:
    encoded = documents(lengths)
    form = evaluation_batches(encoded, layout="stream", form=BatchForm.LABEL, seq_len=seq_len)
    characters = Counter(i for batch in form for i in batch.ids[batch.ids != EOS].tolist())
    assert characters == Counter(encoded.ids.tolist())
    assert sum(batch.characters for batch in form) == encoded.characters


def read_stream(form: StreamEvaluation) -> list[list[tuple[int, int]]]:
    """What each lane reads and has to predict, joined over the batches."""
    batches = list(form)
    assert len(batches) == len(form)
    assert all((batch.fresh is not None) == (i == 0) for i, batch in enumerate(batches))
    for batch in batches:
        assert batch.characters == int((batch.targets != IGNORE).sum())
    ids = torch.cat([batch.ids for batch in batches], dim=1).tolist()
    targets = torch.cat([batch.targets for batch in batches], dim=1).tolist()
    return [list(zip(*lane, strict=True)) for lane in zip(ids, targets, strict=True)]


@given(st.integers(2, 1500), st.integers(1, 70), st.integers(20, 500))
def test_evaluation_of_a_stream(characters: int, lanes: int, budget: int) -> None:
    encoded = stream(characters)
    form = StreamEvaluation(encoded, lanes=lanes, budget=budget)
    text = encoded.ids.tolist()
    predicted = []
    for number, lane in enumerate(read_stream(form)):
        counted = [place for place, (_, target) in enumerate(lane) if target != IGNORE]
        assert counted == list(range(counted[0], counted[-1] + 1))
        predicted += [lane[place] for place in counted]
        # The burn-in is the text right before, as much of it as there is.
        begin = text.index(lane[counted[0]][0])
        assert counted[0] == min(BURN_IN, begin)
        assert (number == 0) == (begin == 0)
        before = [ids for ids, _ in lane[: counted[0]]]
        assert before == text[begin - counted[0] : begin]
        assert all(ids == EOS for ids, _ in lane[counted[-1] + 1 :])
    assert predicted == list(pairwise(text))
    assert sum(batch.characters for batch in form) == characters - 1


@pytest.mark.parametrize(
    ("characters", "lanes"), [(2, 1), (8191, 1), (8192, 2), (65_000, 15), (1_000_000, 64)]
)
def test_lanes_of_evaluation_follow_from_the_length(characters: int, lanes: int) -> None:
    encoded = EncodedSplit(np.full(characters, 2, np.uint8), np.array([0, characters]), None)
    form = evaluation_batches(encoded, layout="stream", form=BatchForm.NEXT, seq_len=5)
    first = next(iter(form))
    assert len(first.ids) == lanes
    assert first.ids.numel() <= 16_384
    assert sum(batch.characters for batch in form) == characters - 1


@pytest.mark.parametrize("largest", [255, 256, 2**15 - 1, 2**15, 2**16 - 1, 2**16, 200_000])
def test_ids_of_every_size_survive(largest: int) -> None:
    dtype = np.min_scalar_type(largest)
    encoded = EncodedSplit(np.array([2, largest, 3], dtype), np.array([0, 3]), None)
    (batch,) = StreamBatches(encoded, batch_size=1, seq_len=2).epoch(0)
    assert batch.ids.tolist() == [[2, largest]]
    (batch,) = SequenceBatches(encoded, batch_size=1, seed=0, form=BatchForm.NEXT).epoch(0)
    assert batch.targets.tolist() == [[2, largest, 3, EOS]]


def test_what_cannot_be_batched() -> None:
    plain = EncodedSplit(np.array([2], np.uint8), np.array([0, 1]), None)
    with pytest.raises(ValueError, match="labelled"):
        SequenceBatches(plain, batch_size=1, seed=0, form=BatchForm.LABEL)
    with pytest.raises(ValueError, match="2 characters"):
        StreamBatches(plain, batch_size=1, seq_len=1)
    for make in (training_batches, evaluation_batches):
        options = {"batch_size": 1, "seed": 0} if make is training_batches else {}
        with pytest.raises(ValueError, match="layout"):
            make(plain, layout="steam", form=BatchForm.NEXT, seq_len=1, **options)
        with pytest.raises(ValueError, match="condition"):
            make(plain, layout="stream", form=BatchForm.CONDITIONAL, seq_len=1, **options)


def parallel(lengths: list[int], seed: int) -> EncodedSplit:
    """Documents with tags (some tokens have none) and targets of other lengths."""
    rng = np.random.default_rng(seed)
    plain = documents(lengths)
    targets = rng.integers(0, 6, len(lengths))
    ids = rng.integers(2, 9, int(targets.sum())).astype(np.uint8)
    return dataclasses.replace(
        plain,
        tags=rng.integers(0, 4, plain.characters).astype(np.uint8),
        targets=Ragged(ids, flat_offsets(targets)),
    )


@given(lengths=st.lists(st.integers(1, 9), min_size=1, max_size=12), seed=st.integers(0, 99))
def test_tags_lie_on_their_tokens(lengths, seed):
    encoded = parallel(lengths, seed)
    assert encoded.tags is not None
    found = []
    for layout in ("sequences", "stream"):
        batches = evaluation_batches(
            encoded, layout=layout, form=BatchForm.TAGS, seq_len=4, budget=20
        )
        for batch in batches:
            assert batch.predictions == int((batch.targets != IGNORE).sum())
            assert batch.lengths is not None
            assert batch.characters == int(batch.lengths.sum())
            for ids, tags, n in zip(batch.ids, batch.targets, batch.lengths, strict=True):
                assert (tags[n:] == IGNORE).all()
                found += list(zip(ids[:n].tolist(), tags[:n].tolist(), strict=True))
    expected = zip(encoded.ids[:].tolist(), (encoded.tags.astype(int) - 1).tolist(), strict=True)
    told = [(token, tag if tag >= 0 else IGNORE) for token, tag in expected]
    assert sorted(found) == sorted(2 * told)


@given(lengths=st.lists(st.integers(1, 9), min_size=1, max_size=12), seed=st.integers(0, 99))
def test_a_pair_is_its_text_and_its_target(lengths, seed):
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
    expected = [
        (
            encoded.ids[int(encoded.offsets[i]) : int(encoded.offsets[i + 1])].tolist(),
            targets.ids[int(targets.offsets[i]) : int(targets.offsets[i + 1])].tolist(),
        )
        for i in range(encoded.documents)
    ]
    assert sorted(found) == sorted(expected)
    assert form.characters_per_epoch == sum(len(a) + len(b) + 1 for a, b in expected)


@pytest.mark.parametrize("form", [BatchForm.TAGS, BatchForm.PAIRS])
def test_a_field_that_is_not_there(form):
    with pytest.raises(ValueError, match="need"):
        SequenceBatches(documents([3, 2]), batch_size=1, seed=0, form=form)
