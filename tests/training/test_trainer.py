"""The trainer alone: sessions of several processes, signals, and when a run is over."""

import logging
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import pytorch_lightning as pl
import torch

from charlab.builders.corpus import Prepared, prepare
from charlab.config import RunOptions
from charlab.errors import RunError
from charlab.system.signals import StopSignals
from charlab.system.terminal import LOGGER
from charlab.training import trainer
from charlab.training.distributed.process_group import ProcessGroup
from charlab.training.trainer import fit, follow, is_over, new_session, others, others_of_a_cluster
from tests.support.stop_after import StopAfter

Prepare = Callable[..., Prepared]


@pytest.fixture
def prepared(compose_options: Callable[..., RunOptions], text_folder: Path) -> Prepare:
    """A small run's data and options."""

    def make(*words: str) -> Prepared:
        return prepare(
            compose_options(
                "dataset=text",
                f"dataset.path={text_folder / 'prose.txt'}",
                "dataset.seq_len=8",
                "dataset.batch_size=4",
                "model.hidden_size=4",
                "model.embedding_size=3",
                "trainer.max_epochs=null",
                "trainer.max_steps=4",
                "trainer.accelerator=cpu",
                *words,
            )
        )

    return make


@pytest.fixture
def logging_as_it_was() -> Iterator[None]:
    handlers, level, propagate = LOGGER.handlers[:], LOGGER.level, LOGGER.propagate
    yield
    LOGGER.handlers[:] = handlers
    LOGGER.setLevel(level)
    LOGGER.propagate = propagate


def test_processes_begin_with_one_network_and_draw_their_own_numbers(prepared: Prepare) -> None:
    data = prepared("seed=5")
    networks, drawn = [], set()
    for rank in range(3):
        session = new_session(data.options, data.corpus, ProcessGroup(rank, 3, rank, 3))
        networks.append(session.network.state_dict())
        drawn.add((float(torch.rand(())), float(np.random.random())))  # dropout's
    for name, weight in networks[0].items():
        assert all(torch.equal(network[name], weight) for network in networks)
    assert len(drawn) == 3
    again = new_session(data.options, data.corpus, ProcessGroup(1, 3, 1, 3))
    assert (float(torch.rand(())), float(np.random.random())) in drawn
    assert again.process_group.rank == 1


def test_a_run_trains_to_its_limit_or_to_a_signal(prepared: Prepare, tmp_path: Path) -> None:
    data = prepared()
    for questions, stopped in ((100, False), (2, True)):
        session = new_session(data.options, data.corpus)
        with StopAfter(questions) as signals:
            assert fit(session, tmp_path, signals, []) is stopped
        assert 0 < session.module.progress.step <= 4
        assert (session.module.progress.step < 4) is stopped
        assert is_over(session) is not stopped


class Signals(pl.Callback):
    """Somebody who sends signals while the run trains."""

    def __init__(self, *numbers: int) -> None:
        self.numbers = numbers
        self.reached_lightning = False

    def on_train_start(self, trainer: pl.Trainer, pl_module: pl.LightningModule) -> None:
        for number in self.numbers:
            os.kill(os.getpid(), number)
        self.reached_lightning = trainer.received_sigterm


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_are_charlab_s_and_not_lightning_s(
    number: signal.Signals, prepared: Prepare, tmp_path: Path
) -> None:
    data, before = prepared(), signal.getsignal(number)
    session, sent = new_session(data.options, data.corpus), Signals(number)
    with StopSignals() as signals:
        assert fit(session, tmp_path, signals, [sent])
    assert signals.received == number
    assert not sent.reached_lightning
    assert session.module.progress.step == 1
    assert signal.getsignal(number) == before


def test_a_second_ctrl_c_ends_it_at_once(prepared: Prepare, tmp_path: Path) -> None:
    data, before = prepared(), signal.getsignal(signal.SIGINT)
    session = new_session(data.options, data.corpus)
    with pytest.raises(KeyboardInterrupt), StopSignals() as signals:
        fit(session, tmp_path, signals, [Signals(signal.SIGINT, signal.SIGINT)])
    assert session.module.progress.step == 0
    assert signal.getsignal(signal.SIGINT) == before


@pytest.mark.parametrize(
    ("steps", "due", "worse", "over"),
    [(4, False, 0, True), (4, True, 0, False), (3, False, 0, False), (3, False, 2, True)],
)
def test_a_run_is_over_at_its_limit_or_when_patience_is(
    steps: int, due: bool, worse: int, over: bool, prepared: Prepare
) -> None:
    data = prepared("trainer.patience=2")
    session = new_session(data.options, data.corpus)
    session.module.progress.step = steps
    session.module.progress.validation_due = due
    for loss in (1.0, *[2.0] * worse):
        session.best.offer(loss, steps, higher=False)
    assert is_over(session) is over


def test_who_follows_learns_the_same_and_neither_writes_nor_speaks(
    prepared: Prepare,
    tmp_path: Path,
    logging_as_it_was: None,
    capfd: pytest.CaptureFixture[str],
) -> None:
    data = prepared("model.dropout=0")
    first, second = (new_session(data.options, data.corpus) for _ in range(2))
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    second.module.process_group = ProcessGroup(rank=1)  # but the data are all its own
    with StopSignals() as signals:
        fit(first, tmp_path, signals, [])
        LOGGER.addHandler(logging.StreamHandler())
        assert not follow(second, theirs, signals)
    LOGGER.error("nobody reads this")
    for name, weight in first.network.state_dict().items():
        assert torch.equal(second.network.state_dict()[name], weight)
    assert not any(theirs.iterdir())
    assert "".join(capfd.readouterr()) == ""


def test_alone_there_are_no_others(prepared: Prepare, tmp_path: Path) -> None:
    data = prepared()
    threads, environment = torch.get_num_threads(), dict(os.environ)
    with others(new_session(data.options, data.corpus), tmp_path):
        assert not torch.distributed.is_initialized()
        assert (torch.get_num_threads(), dict(os.environ)) == (threads, environment)


@pytest.mark.parametrize("said", [None, "7"])
@pytest.mark.parametrize(("own", "processes", "share"), [(8, 2, 4), (7, 3, 2), (1, 3, 1)])
def test_processes_of_a_host_share_its_threads(
    own: int, processes: int, share: int, said: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if said is not None:
        monkeypatch.setenv("OMP_NUM_THREADS", said)
    before = torch.get_num_threads()
    torch.set_num_threads(own)
    try:
        group = ProcessGroup(0, 2 * processes, 0, processes)  # on two hosts
        with trainer._share_of_the_cpu(group) as threads:
            assert threads == torch.get_num_threads() == share
            assert os.environ["OMP_NUM_THREADS"] == str(share)  # or Lightning divides again
        assert torch.get_num_threads() == own
        assert os.environ.get("OMP_NUM_THREADS") == said
    finally:
        torch.set_num_threads(before)


def test_the_end_of_another_host_s_process_is_one_line() -> None:
    says = r"^another process of this run has ended, or .*"
    with pytest.raises(RunError, match=says) as caught, others_of_a_cluster():
        raise RuntimeError("[gloo/transport/tcp/pair.cc:1]\nConnection closed by peer")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("error", [RuntimeError("shapes differ"), ValueError("gloo")])
def test_other_faults_stay_as_they_are(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, others_of_a_cluster():
        raise error
    assert caught.value is error
