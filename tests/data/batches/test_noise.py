"""Noise on what is read, against shares and frequencies worked out by hand."""

import dataclasses

import pytest
import torch
from torch import Tensor

from charlab.data.batches.batch import Batch
from charlab.data.batches.noise import KINDS, with_noise
from charlab.data.tokens.vocabulary import EOS, UNK

ROWS = torch.tensor([[EOS, 2, 3, 2], [EOS, 4, EOS, EOS]])


def batch(ids: Tensor) -> Batch:
    targets = ids.roll(-1, dims=1)
    return Batch(ids, targets, None, None, None, characters=ids.numel(), predictions=ids.numel())


@pytest.mark.parametrize("kind", KINDS)
def test_no_share_leaves_every_token(kind: str) -> None:
    assert with_noise(batch(ROWS), 0.0, kind).ids.tolist() == ROWS.tolist()


def test_a_share_of_one_makes_every_token_unknown_and_no_mark() -> None:
    noisy = with_noise(batch(ROWS), 1.0, "unknown")
    assert noisy.ids.tolist() == [[EOS, UNK, UNK, UNK], [EOS, UNK, EOS, EOS]]


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_is_read_changes(kind: str) -> None:
    before, kept = batch(ROWS), ROWS.clone()
    noisy = with_noise(before, 1.0, kind)
    assert torch.equal(ROWS, kept)
    assert noisy.text is ROWS
    assert before.text is before.ids is ROWS
    assert dataclasses.replace(noisy, ids=before.ids, clean_ids=None) == before


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(2, 3), (1, 0)])
def test_a_batch_of_marks_alone_stays(kind: str, shape: tuple[int, int]) -> None:
    marks = torch.full(shape, EOS)
    noisy = with_noise(batch(marks), 1.0, kind)
    assert torch.equal(noisy.ids, marks)
    assert torch.equal(noisy.text, marks)


@pytest.mark.parametrize("kind", KINDS)
def test_the_state_of_the_dice_says_the_noise(kind: str) -> None:
    ids = ROWS.repeat(50, 1)
    with torch.random.fork_rng():
        torch.manual_seed(1)
        one, other = (with_noise(batch(ids), 0.5, kind).ids for _ in range(2))
        torch.manual_seed(1)
        again = with_noise(batch(ids), 0.5, kind).ids
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_its_share_of_the_tokens_is_unknown() -> None:
    ids = ROWS.repeat(5000, 1)  # 20,000 tokens: a standard deviation is 0.003
    with torch.random.fork_rng():
        torch.manual_seed(2)
        noisy = with_noise(batch(ids), 0.25, "unknown")
    changed = noisy.ids != ids
    assert set(noisy.ids[changed].tolist()) == {UNK}
    assert changed.sum().item() / 20_000 == pytest.approx(0.25, abs=0.015)


def test_random_tokens_are_as_frequent_as_in_the_text() -> None:
    ids = ROWS.repeat(5000, 1)
    with torch.random.fork_rng():
        torch.manual_seed(3)
        noisy = with_noise(batch(ids), 0.5, "random")
    of_three, of_four = noisy.ids[ids == 3], noisy.ids[ids == 4]  # 5,000 of each
    for tokens, own in ((of_three, 3), (of_four, 4)):
        for token, frequency in {2: 1 / 2, 3: 1 / 4, 4: 1 / 4}.items():
            expected = 0.5 * frequency + 0.5 * (token == own)
            found = (tokens == token).double().mean().item()
            assert found == pytest.approx(expected, abs=0.035)  # five standard deviations
    assert not (noisy.ids[ids != EOS] == EOS).any()
