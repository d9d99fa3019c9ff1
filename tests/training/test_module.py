"""The trainer against a plain PyTorch loop written out here: the same weights, bit for bit."""

import copy
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
import torch
import torch.nn.functional as F
from pytorch_lightning.callbacks import EarlyStopping

from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.system.random_state import seed_everything
from charlab.system.signals import StopSignals
from charlab.training import run
from charlab.training.session import Session
from charlab.training.statistics import DivergedError
from charlab.training.trainer import fit
from charlab.training.trainer import new_session as begin

pytestmark = pytest.mark.usefixtures("undrawn")

STEPS = 21  # two chunks and a part of a third
ACCUMULATED = 11  # steps of several windows each


@pytest.fixture
def new_session(
    compose_options: Callable[..., RunOptions], tmp_path: Path
) -> Callable[..., Session]:
    path = tmp_path / "text.txt"
    path.write_text("the quick brown fox, it jumps. " * 40, encoding="utf-8")

    def build(*overrides: str) -> Session:
        options = compose_options(
            "dataset=text",
            f"dataset.path={path}",
            "dataset.seq_len=12",
            "dataset.batch_size=3",
            "model.hidden_size=8",
            "model.embedding_size=5",
            f"output_dir={tmp_path / 'outputs'}",
            "trainer.max_epochs=null",
            f"trainer.max_steps={STEPS}",
            "trainer.progress=none",
            *overrides,
        )
        seed_everything(options.seed)
        prepared = prepare(options)
        return Session(prepared.options, prepared.corpus)

    return build


def plain_loop(session: Session, precision: str) -> None:
    """Stateful truncated back-propagation through time with AdamW, clipping and a half cosine."""
    network: Any = session.network
    options = session.options.optimizer
    optimizer = torch.optim.AdamW(
        network.parameters(), options.lr, betas=(0.9, 0.99), weight_decay=0.01, fused=True
    )
    state, step, epoch = None, 0, 0
    network.train()
    while step < STEPS:
        for batch in session.batches.epoch(epoch):
            share = step / STEPS
            factor = (
                max(share / 0.05, 0.01)
                if share < 0.05
                else 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (share - 0.05) / 0.95))
            )
            optimizer.param_groups[0]["lr"] = options.lr * factor
            if batch.fresh is not None:
                state = None
            with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
                logits, state = network(batch.ids, state)
            state = tuple(part.detach() for part in state)
            optimizer.zero_grad()
            F.cross_entropy(logits.float().flatten(0, 1), batch.targets.flatten()).backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            step += 1
            if step == STEPS:
                break
        epoch += 1


@pytest.mark.parametrize("model", ["vanilla", "lstm", "gru"])
@pytest.mark.parametrize("precision", ["float32", "bf16"])
def test_training_is_the_plain_loop(
    new_session: Callable[..., Session], tmp_path: Path, model: str, precision: str
) -> None:
    arguments = [f"model={model}", f"trainer.precision={precision}", "trainer.validate_every=9"]
    session = new_session(*arguments)
    reference = copy.deepcopy(session)
    torch.manual_seed(7)  # of dropout
    folder = tmp_path / "run"
    folder.mkdir()
    result = run._run(session, folder, watch=None)
    assert result.metrics["progress/steps"] == STEPS
    torch.manual_seed(7)
    plain_loop(reference, precision)
    last = torch.load(folder / "checkpoints" / "last.ckpt", weights_only=True)["network"]
    expected = reference.network.state_dict()
    assert last.keys() == expected.keys()
    for name, weight in expected.items():
        assert torch.equal(last[name], weight), name


@pytest.fixture
def names_like(tmp_path: Path) -> Path:
    folder = tmp_path / "names"
    folder.mkdir()
    (folder / "A.txt").write_text("\n".join(f"ana{i}" for i in range(40)), encoding="utf-8")
    (folder / "B.txt").write_text("\n".join(f"bob{i}" for i in range(9)), encoding="utf-8")
    return folder


def test_a_loss_that_is_not_finite_stops_the_run(
    new_session: Callable[..., Session], tmp_path: Path
) -> None:
    session = new_session(
        "optimizer.lr=1e30",
        "trainer.gradient_clip=null",
        "model=vanilla",
        "model.nonlinearity=relu",
        "scheduler=constant",
    )
    folder = tmp_path / "run"
    folder.mkdir()

    with pytest.raises(
        DivergedError, match=r"no longer a finite number at step \d+ .*optimizer\.lr"
    ):
        run._run(session, folder, watch=None)
    assert '"status": "failed"' in (folder / "metrics.json").read_text(encoding="utf-8")


def test_overfitting_one_batch_comes_near_zero(
    compose_options: Callable[..., RunOptions], names_like: Path, tmp_path: Path
) -> None:
    for task in ("generate", "classify"):
        options = compose_options(
            "debug=overfit",
            f"task={task}",
            f"dataset.path={names_like}",
            "model.hidden_size=32",
            "trainer.max_steps=100",
            "trainer.log_every=20",
            f"output_dir={tmp_path}",
            "trainer.progress=none",
        )
        result = run.train(prepare(options))
        assert float(result.metrics["train/loss"]) < 0.05
        assert float(result.metrics["val/loss"]) < 0.05


def test_patience_stops_a_run_that_gets_no_better(
    new_session: Callable[..., Session], tmp_path: Path
) -> None:
    session = new_session(
        "trainer.max_steps=400",
        "trainer.validate_every=1",
        "trainer.patience=3",
        "optimizer.lr=1e-30",
    )
    folder = tmp_path / "run"
    folder.mkdir()
    metrics = run._run(session, folder, watch=None).metrics
    # weights that hardly move: the loss may fall in its last bits once or twice, then no more
    assert int(metrics["progress/steps"]) < 20
    assert int(metrics["progress/steps"]) - int(metrics["progress/best_step"]) == 3


def test_without_validation_and_test_parts(
    new_session: Callable[..., Session], tmp_path: Path
) -> None:
    session = new_session("dataset.split.fractions=[1,0,0]")
    folder = tmp_path / "run"
    folder.mkdir()
    metrics = run._run(session, folder, watch=None).metrics
    assert metrics["status"] == "completed"
    assert not [name for name in metrics if name.startswith(("val/", "test/"))]
    assert (folder / "checkpoints" / "best.ckpt").exists()


def test_minutes_end_a_run_and_validate_it(
    new_session: Callable[..., Session], tmp_path: Path
) -> None:
    session = new_session("trainer.max_steps=null", "trainer.max_minutes=0.02")
    folder = tmp_path / "run"
    folder.mkdir()
    metrics = run._run(session, folder, watch=None).metrics
    assert 1.2 <= float(metrics["time/elapsed_seconds"]) < 30
    assert math.isfinite(float(metrics["val/loss"]))
    # the rate has come down to where the schedule ends
    assert float(metrics["train/learning_rate"]) < 0.15 * session.options.optimizer.lr


def test_weights_that_blow_up_in_the_last_step_are_found_by_the_validation(
    compose_options: Callable[..., RunOptions], names_like: Path, tmp_path: Path
) -> None:
    arguments = ["task=classify", "model=vanilla", "model.nonlinearity=relu", "optimizer=sgd"]
    arguments += ["optimizer.lr=1e38", "trainer.gradient_clip=null", "trainer.max_steps=1"]
    arguments += ["scheduler=constant", "scheduler.warmup=0", "trainer.progress=none"]
    options = compose_options(*arguments, f"dataset.path={names_like}", f"output_dir={tmp_path}")
    with pytest.raises(DivergedError, match="the validation loss is"):
        run.train(prepare(options))
    assert not list(tmp_path.rglob("best.ckpt"))


class Follower(pl.Callback):
    """A callback of somebody else's, who knows Lightning and nothing of charlab."""

    def __init__(self) -> None:
        self.losses: list[float] = []

    def on_validation_end(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        self.losses.append(float(trainer.callback_metrics["val/loss"]))


def test_lightnings_own_callbacks_find_the_metrics(
    new_session: Callable[..., Session], tmp_path: Path
) -> None:
    session, follower = new_session("trainer.validate_every=9"), Follower()
    stopping = EarlyStopping("val/loss", patience=0, min_delta=100.0, verbose=False)
    with StopSignals() as signals:
        assert not fit(session, tmp_path, signals, [follower, stopping])
    assert session.module.progress.step == 18  # the second validation was not 100 nats better
    assert follower.losses[-1] == pytest.approx(session.module.metrics["val/loss"])


@pytest.fixture
def make_labelled_session(
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
            f"trainer.max_steps={ACCUMULATED}",
            "trainer.progress=none",
            *arguments,
        )
        prepared = prepare(options)
        return begin(prepared.options, prepared.corpus)

    return make


def accumulating_loop(session: Session, accumulate: int) -> None:
    """Sums of losses over several batches, divided by all that they predict, then one step."""
    network: Any = session.network
    options = session.options.optimizer
    optimizer = torch.optim.AdamW(
        network.parameters(), options.lr, betas=(0.9, 0.99), weight_decay=0.01, fused=True
    )
    steps, epoch, state = 0, 0, None
    while steps < ACCUMULATED:
        batches = list(session.batches.epoch(epoch))
        for first in range(0, len(batches), accumulate):
            group = batches[first : first + accumulate]
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
            if steps == ACCUMULATED:
                return
        epoch += 1


@pytest.mark.parametrize("layout", ["sequences", "stream"])
def test_accumulation_is_the_plain_loop(
    layout: str, make_labelled_session: Callable[..., Session], tmp_path: Path
) -> None:
    arguments = [f"dataset.layout={layout}", "dataset.batch_size=5", "trainer.validate_every=4"]
    session = make_labelled_session(*arguments, "trainer.accumulate=4")
    reference = make_labelled_session(*arguments)
    assert session.batches.steps_per_epoch % 4  # an epoch's last step has fewer
    folder = tmp_path / "run"
    folder.mkdir()
    result = run._run(session, folder, watch=None)
    assert result.metrics["progress/steps"] == ACCUMULATED
    last = torch.load(folder / "checkpoints" / "last.ckpt", weights_only=True)["network"]
    accumulating_loop(reference, 4)
    for name, weight in reference.network.state_dict().items():
        torch.testing.assert_close(last[name], weight, rtol=1e-4, atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("stop_after", [1, 9])
def test_a_stopped_run_goes_on_between_steps(
    stop_after: int, make_labelled_session: Callable[..., Session], tmp_path: Path
) -> None:
    arguments = ["dataset.layout=stream", "dataset.batch_size=5", "trainer.accumulate=3"]
    weights = []
    for name, limits in (("whole", [ACCUMULATED]), ("parts", [stop_after, ACCUMULATED])):
        folder = tmp_path / name
        folder.mkdir()
        checkpoint = None
        for limit in limits:
            session = make_labelled_session(*arguments, f"trainer.max_steps={limit}")
            if checkpoint is not None:
                session.restore(checkpoint)
            run._run(session, folder, watch=None)
            checkpoint = session.snapshot()
        last = torch.load(folder / "checkpoints" / "last.ckpt", weights_only=True)
        weights.append(last["network"])
    for key, weight in weights[0].items():
        assert torch.equal(weights[1][key], weight), key
