"""Training and evaluation batches, against reading the text one character at a time."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from charlab.data.batches import lanes as lanes_module
from charlab.data.batches import padded as padded_module
from charlab.data.batches.batch import IGNORE, Batch, BatchForm
from charlab.data.batches.evaluation import BURN_IN, StreamEvaluation, evaluation_batches
from charlab.data.batches.loaders import training_batches
from charlab.data.batches.padded import SequenceBatches
from charlab.data.batches.stream import StreamBatches
from charlab.data.tokens.ragged import EncodedSplit, SelectedIds, StoredIds
from charlab.data.tokens.vocabulary import EOS
from tests.support.encoded import check_rows, documents, parallel, texts_of

uses = st.sampled_from([BatchForm.CONDITIONAL, BatchForm.LABEL])
lengths_of = st.lists(st.integers(1, 9), min_size=1, max_size=40)


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


@settings(max_examples=25)
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


@settings(max_examples=40)
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
            assert set(ids[:length]) <= set(texts_of(encoded)[label])
            assert set(ids[length:]) <= {EOS}
            seen.update(ids[:length])
    assert seen == Counter(encoded.ids.tolist())
    assert form.characters_per_epoch == encoded.characters


@settings(max_examples=50)
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


@settings(max_examples=50)
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


@settings(max_examples=50)
@given(st.integers(2, 1500), st.integers(1, 70), st.integers(20, 500))
def test_evaluation_of_a_stream(characters: int, lanes: int, budget: int) -> None:
    encoded = documents([characters])
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
    for make in (training_batches, evaluation_batches):
        options = {"batch_size": 1, "seed": 0} if make is training_batches else {}
        with pytest.raises(ValueError, match="layout"):
            make(plain, layout="steam", form=BatchForm.NEXT, seq_len=1, **options)
        with pytest.raises(ValueError, match="condition"):
            make(plain, layout="stream", form=BatchForm.CONDITIONAL, seq_len=1, **options)


@settings(max_examples=50)
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
