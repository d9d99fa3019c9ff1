"""What recipes are made of goes on exactly: each option, stopped in the middle and resumed."""

import math
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from charlab.builders.corpus import prepare
from charlab.config import RunOptions
from charlab.errors import CheckpointError
from charlab.runs.checkpoint import load, save
from charlab.training import run
from charlab.training.averaging import WeightAverage
from charlab.training.session import Session
from charlab.training.trainer import new_session
from tests.support.same_run import assert_same

TEXT = "the quick brown fox, it jumps over a lazy dog. "


@pytest.fixture
def make(compose_options: Callable[..., RunOptions], tmp_path: Path) -> Callable[..., Session]:
    text = tmp_path / "text.txt"
    text.write_text(TEXT * 12, encoding="utf-8")
    names = tmp_path / "names"
    names.mkdir()
    for label, unit in (("A", "ab"), ("B", "xyz")):
        lines = [unit * (1 + i % 5) + str(i) for i in range(31)]
        (names / f"{label}.txt").write_text("\n".join(lines), encoding="utf-8")

    def make(task: str, *words: str) -> Session:
        data = ["dataset=text", f"dataset.path={text}"]
        if task == "classify":
            data = ["dataset=names", f"dataset.path={names}"]
        options = compose_options(
            f"task={task}",
            *data,
            "dataset.seq_len=12",
            "dataset.batch_size=4",
            "model.hidden_size=8",
            "model.embedding_size=5",
            "model.dropout=0.2",
            f"output_dir={tmp_path / 'outputs'}",
            "trainer.max_epochs=6",
            "trainer.precision=float32",
            *words,
        )
        prepared = prepare(options)
        session = new_session(prepared.options, prepared.corpus)
        session.data_paths = prepared.data_paths
        return session

    return make


def train(session: Session, steps: int) -> None:
    for _ in range(steps):
        session.module._train_step(measure=False)


OPTIONS = [
    ("generate", "trainer.ema_decay=0.9"),
    ("generate", "dataset.noise=0.3"),
    ("generate", "dataset.random_offset=true", "dataset.random_lengths=true"),
    ("generate", "task.label_smoothing=0.1", "dataset.noise=0.2", "dataset.noise_by=unknown"),
    ("generate", "trainer.activation_penalty=2", "trainer.temporal_penalty=1"),
    ("classify", "task.language_weight=0.3", "dataset.noise=0.2", "trainer.ema_decay=0.5"),
]


@pytest.mark.parametrize(("task", "words"), [(task, words) for task, *words in OPTIONS])
def test_a_run_goes_on_exactly(make, task, words, tmp_path):
    whole = make(task, *words)
    steps = whole.module.limits.windows_per_epoch
    train(whole, steps + steps // 2)
    save(whole.snapshot(), tmp_path / "middle.ckpt")
    train(whole, steps)
    resumed = make(task, *words)
    resumed.restore(load(tmp_path / "middle.ckpt"))
    train(resumed, steps)
    ends = []
    for session in (whole, resumed):
        end = session.snapshot()
        del end.training["sums"]["seconds"]
        ends.append({"network": end.network, "training": end.training})
    assert_same(*ends)


def test_an_average_is_that_of_the_formula():
    network = torch.nn.Linear(3, 2)
    average, decay, history = WeightAverage(network, 0.8), 0.8, []
    for step in range(7):
        with torch.no_grad():
            network.weight.copy_(torch.randn(2, 3) + step)
        average.update()
        history.append(network.weight.detach().clone())
    weights = [decay ** (6 - step) for step in range(7)]
    expected = sum(w * h for w, h in zip(weights, history, strict=True)) / sum(weights)
    torch.testing.assert_close(average.weights()["weight"], expected)
    assert torch.equal(network.weight, history[-1])
    with average.shown():
        torch.testing.assert_close(network.weight.detach(), expected)
        assert torch.equal(average.state()["weights"]["weight"], history[-1])
    assert torch.equal(network.weight, history[-1])


def test_an_average_is_what_is_measured_and_saved(make):
    session = make("generate", "trainer.ema_decay=0.9")
    train(session, 9)
    raw = {name: p.clone() for name, p in session.network.state_dict().items()}
    session.module.on_validation_epoch_start()
    shown = {name: p.clone() for name, p in session.network.state_dict().items()}
    during = session.snapshot()
    session.module.on_validation_end()
    after = session.snapshot()
    assert not torch.equal(shown["decoder.weight"], raw["decoder.weight"])
    for snapshot in (during, after):
        assert_same(snapshot.network, shown)
        assert_same(snapshot.training["average"]["weights"], raw)
    assert_same(dict(session.network.state_dict()), raw)


def test_the_rate_goes_with_a_window_of_random_length(make, monkeypatch):
    session = make("generate", "dataset.random_lengths=true", "scheduler=constant")
    rates, step = [], session.module.optimizer.step

    def record() -> None:
        rates.append(session.module.optimizer.param_groups[0]["lr"])
        step()

    monkeypatch.setattr(session.module.optimizer, "step", record)
    train(session, 5)
    widths = [b.ids.shape[1] for b in list(session.batches.epoch(0))[:5]]
    share = session.module.limits.share
    assert share(session.module.progress) < 1
    usual = session.module.schedule._highest[0]
    assert rates[-1] == pytest.approx(usual * widths[-1] / 12)
    assert session.module.optimizer.param_groups[0]["lr"] == pytest.approx(usual)


def test_penalties_are_added_to_what_is_minimized(make):
    words = ("model.dropout=0", "dataset.batch_size=3", "task.condition_on_label=false")
    session = make("generate", *words, "trainer.activation_penalty=2", "trainer.temporal_penalty=3")
    network = session.network.train()
    batch = next(session.batches.epoch(0))
    module = session.module
    module._go_through(batch, None, last=True, measure=False)
    found = {name: p.grad.clone() for name, p in network.named_parameters()}
    network.zero_grad()
    features, _ = network.recurrent(batch.ids)
    objective = session.task.training_loss(network, batch, None, measure=False).objective
    slow = (features[:, 1:] - features[:, :-1]).square().mean()
    (objective + 2 * features.square().mean() + 3 * slow).backward()
    for name, parameter in network.named_parameters():
        torch.testing.assert_close(found[name], parameter.grad)


@pytest.mark.parametrize("change", [{"updates": -1}, {"weights": {}}, {"updates": "1"}])
def test_an_average_of_another_network_is_refused(change):
    network = torch.nn.Linear(3, 2)
    average = WeightAverage(network, 0.8)
    average.update()
    with pytest.raises(CheckpointError):
        average.load(average.state() | change)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["penn_treebank", "text8", "enwik8"])
def test_recipes_for_a_gpu_run_at_a_small_size(name, compose_options, tmp_path):
    text = tmp_path / "text.txt"
    text.write_text(TEXT * 900, encoding="utf-8")
    options = compose_options(
        f"experiment={name}",
        "debug=smoke",
        f"dataset.path={text}",
        "dataset.batch_size=4",
        f"output_dir={tmp_path / 'outputs'}",
    )
    assert options.model.num_layers == 3
    assert options.model.weight_dropout > 0
    result = run.train(prepare(options))
    assert result.status == "completed"
    assert 0 < result.validated["val/loss"] < math.log(256)  # nats
