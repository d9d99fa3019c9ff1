"""Accumulated gradients against a plain loop written out here, and what counts as a step."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.training import run
from charlab.training.loader import TrainLoader
from charlab.training.progress import Limits, Progress
from charlab.training.session import Session
from charlab.training.trainer import new_session

STEPS = 11


@pytest.fixture
def make_session(
    compose_options: Callable[..., RunOptions], tmp_path: Path
) -> Callable[..., Session]:
    folder = tmp_path / "data"
    folder.mkdir()
    for label, unit in (("A", "ab"), ("B", "xyz")):
        lines = [unit * (1 + i % 5) + str(i) for i in range(31)]
        (folder / f"{label}.txt").write_text("\n".join(lines), encoding="utf-8")

    def make(*arguments: str) -> Session:
        options = compose_options(
            f"dataset.path={folder}",
            f"output_dir={tmp_path / 'outputs'}",
            "model.hidden_size=8",
            "model.embedding_size=5",
            "model.dropout=0",
            "dataset.seq_len=7",
            "scheduler=constant",
            "scheduler.warmup=0",
            "trainer.gradient_clip=null",
            "trainer.precision=float32",
            "trainer.max_epochs=null",
            f"trainer.max_steps={STEPS}",
            "trainer.progress=none",
            *arguments,
        )
        prepared = prepare(options)
        return new_session(prepared.options, prepared.corpus)

    return make


def plain_loop(session: Session, accumulate: int) -> None:
    """Sums of losses over several batches, divided by all that they predict, then one step."""
    network: Any = session.network
    options = session.options.optimizer
    optimizer = torch.optim.AdamW(
        network.parameters(), options.lr, betas=(0.9, 0.99), weight_decay=0.01, fused=True
    )
    steps, epoch, state = 0, 0, None
    while steps < STEPS:
        batches = list(session.batches.epoch(epoch))
        for begin in range(0, len(batches), accumulate):
            group = batches[begin : begin + accumulate]
            losses, predictions = torch.zeros(()), 0
            for batch in group:
                if batch.fresh is not None:
                    state = None
                logits, state = network(batch.ids, state, condition=batch.labels)
                state = tuple(part.detach() for part in state)
                flat = logits.flatten(0, 1)
                losses = losses + F.cross_entropy(flat, batch.targets.flatten(), reduction="sum")
                predictions += int((batch.targets != -100).sum())
            optimizer.zero_grad()
            (losses / predictions).backward()
            optimizer.step()
            steps += 1
            if steps == STEPS:
                return
        epoch += 1


@pytest.mark.parametrize("layout", ["sequences", "stream"])
def test_accumulation_is_the_plain_loop(
    layout: str, make_session: Callable[..., Session], tmp_path: Path
) -> None:
    arguments = [f"dataset.layout={layout}", "dataset.batch_size=5", "trainer.validate_every=4"]
    session = make_session(*arguments, "trainer.accumulate=4")
    reference = make_session(*arguments)
    assert session.batches.steps_per_epoch % 4  # an epoch's last step has fewer
    folder = tmp_path / "run"
    folder.mkdir()
    result = run._run(session, folder, watch=None)
    assert result.metrics["progress/steps"] == STEPS
    last = torch.load(folder / "checkpoints" / "last.ckpt", weights_only=True)["network"]
    plain_loop(reference, 4)
    for name, weight in reference.network.state_dict().items():
        torch.testing.assert_close(last[name], weight, rtol=1e-4, atol=1e-6)


@given(
    windows_per_epoch=st.integers(1, 25),
    accumulate=st.integers(1, 7),
    max_epochs=st.integers(1, 4),
    max_steps=st.none() | st.integers(1, 60),
    validate_every=st.none() | st.integers(1, 30),
)
def test_steps_and_windows(
    windows_per_epoch: int,
    accumulate: int,
    max_epochs: int,
    max_steps: int | None,
    validate_every: int | None,
) -> None:
    limits = Limits(max_epochs, max_steps, None, windows_per_epoch, accumulate)
    progress, ends = Progress(), []
    train_loader = TrainLoader(progress, limits, validate_every)
    while not limits.reached(progress):
        for chunk in train_loader:
            for _ in range(chunk):
                count = min(accumulate, windows_per_epoch - progress.window)
                progress.advance(5, windows_per_epoch, count)
        assert progress.step == train_loader.last_step
        ends.append(progress.step)
    per_epoch = len(range(0, windows_per_epoch, accumulate))
    assert limits.steps_per_epoch == per_epoch
    total = min(max_epochs * per_epoch, max_steps or max_epochs * per_epoch)
    every = validate_every or per_epoch
    assert ends == [*range(every, total, every), total]
    whole_epochs, steps = divmod(total, per_epoch)
    assert (progress.epoch, progress.window) == (whole_epochs, steps * accumulate)


@pytest.mark.slow
@pytest.mark.parametrize("stop_after", [1, 9])
def test_a_stopped_run_goes_on_between_steps(
    stop_after: int, make_session: Callable[..., Session], tmp_path: Path
) -> None:
    arguments = ["dataset.layout=stream", "dataset.batch_size=5", "trainer.accumulate=3"]
    weights = []
    for name, limits in (("whole", [STEPS]), ("parts", [stop_after, STEPS])):
        folder = tmp_path / name
        folder.mkdir()
        checkpoint = None
        for limit in limits:
            session = make_session(*arguments, f"trainer.max_steps={limit}")
            if checkpoint is not None:
                session.restore(checkpoint)
            run._run(session, folder, watch=None)
            checkpoint = session.snapshot()
        last = torch.load(folder / "checkpoints" / "last.ckpt", weights_only=True)
        weights.append(last["network"])
    for key, weight in weights[0].items():
        assert torch.equal(weights[1][key], weight), key
