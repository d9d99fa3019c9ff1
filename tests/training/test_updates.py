"""One optimizer step: the rate with a window's length, what is minimized, and which windows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.training.session import Session

Make = Callable[..., Session]


@pytest.fixture
def new_session(compose_options: Callable[..., RunOptions], text_folder: Path) -> Make:
    """A small generator; nothing is done yet."""

    def make(*words: str) -> Session:
        small = ["dataset.seq_len=12", "dataset.batch_size=3", "model.hidden_size=8"]
        small += ["model.embedding_size=5", "trainer.max_epochs=null", "trainer.max_steps=21"]
        path = f"dataset.path={text_folder / 'prose.txt'}"
        prepared = prepare(compose_options("dataset=text", path, *small, *words))
        return Session(prepared.options, prepared.corpus)

    return make


def test_the_rate_goes_with_a_window_of_random_length(
    new_session: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = new_session("dataset.random_lengths=true", "scheduler=constant")
    step = session.module.updates.optimizer.step
    rates: list[float] = []

    def record() -> None:
        rates.append(session.module.updates.optimizer.param_groups[0]["lr"])
        step()

    monkeypatch.setattr(session.module.updates.optimizer, "step", record)
    for _ in range(5):
        session.module.updates.step(measure=False)
    widths = [b.ids.shape[1] for b in list(session.batches.epoch(0))[:5]]
    share = session.module.limits.share
    assert share(session.module.progress) < 1
    usual = session.module.updates.schedule._highest[0]
    assert rates[-1] == pytest.approx(usual * widths[-1] / 12)
    assert session.module.updates.optimizer.param_groups[0]["lr"] == pytest.approx(usual)


def test_penalties_are_added_to_what_is_minimized(
    new_session: Make,
) -> None:
    penalties = ("trainer.activation_penalty=2", "trainer.temporal_penalty=3")
    session = new_session("model.dropout=0", "trainer.precision=float32", *penalties)
    network: Any = session.network.train()
    batch = next(session.batches.epoch(0))
    module = session.module
    module.updates._go_through(batch, None, last=True, measure=False)
    found = {name: p.grad.clone() for name, p in network.named_parameters()}
    network.zero_grad()
    features, _ = network.recurrent(batch.ids)
    objective = session.task.training_loss(network, batch, None, measure=False).objective
    slow = (features[:, 1:] - features[:, :-1]).square().mean()
    (objective + 2 * features.square().mean() + 3 * slow).backward()
    for name, parameter in network.named_parameters():
        torch.testing.assert_close(found[name], parameter.grad)


@pytest.mark.parametrize(("accumulate", "counts"), [(1, [1, 1, 1]), (4, [4, 4, 4])])
def test_a_step_takes_so_many_windows(
    accumulate: int, counts: list[int], new_session: Make
) -> None:
    session = new_session(f"trainer.accumulate={accumulate}")
    updates, expected = session.module.updates, session.batches.epoch(0)
    for _ in range(3):
        windows = updates._next_windows()
        assert len(windows) == accumulate
        for window in windows:
            assert torch.equal(window.ids, next(expected).ids)
        updates.progress.advance(1, session.batches.steps_per_epoch, accumulate)


def test_an_epoch_s_last_step_takes_what_is_left(new_session: Make) -> None:
    session = new_session("trainer.accumulate=4")
    updates, epoch = session.module.updates, session.batches.steps_per_epoch
    updates.progress.window = epoch - 2
    assert len(updates._next_windows()) == 2
    updates.progress.advance(1, epoch, 2)
    (first, *_), again = updates._next_windows(), next(session.batches.epoch(1))
    assert torch.equal(first.ids, again.ids)
