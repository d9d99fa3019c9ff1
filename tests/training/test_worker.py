"""A process that another one of its run has started: what it does, and what it says of a fault."""

import json
import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.distributed import TCPStore  # type: ignore[attr-defined]

from charlab.builders.corpus import Prepared, prepare
from charlab.config import RunOptions
from charlab.system.signals import StopSignals
from charlab.training import trainer, worker
from charlab.training.distributed.process_group import ProcessGroup, is_connected
from charlab.training.session import Session
from charlab.training.trainer import WorkerSpec, new_session


@pytest.fixture
def prepared(compose_options: Callable[..., RunOptions], text_folder: Path) -> Prepared:
    words = ["dataset=text", f"dataset.path={text_folder / 'prose.txt'}", "dataset.batch_size=4"]
    words += ["model.hidden_size=4", "model.embedding_size=3", "trainer.accelerator=cpu"]
    return prepare(compose_options(*words, "trainer.max_steps=4"))


@pytest.fixture
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_it_goes_on_from_where_the_first_process_stands(
    prepared: Prepared, tmp_path: Path, one_thread: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = new_session(prepared.options, prepared.corpus)
    first.module.updates.step(measure=False)
    store = TCPStore("127.0.0.1", 0, is_master=True, wait_for_workers=False, use_libuv=False)
    work = WorkerSpec(
        prepared.options,
        prepared.corpus,
        checkpoint=first.snapshot(),
        folder=tmp_path,
        process_group=ProcessGroup(),
        address=("127.0.0.1", store.port),
        threads=1,
        taken=("recurrent.recurrence.weight_ih_l0",),
    )
    told: list[str] = []
    handler = signal.getsignal(signal.SIGTERM)

    def follow(session: Session, folder: Path, signals: StopSignals) -> bool:
        assert is_connected()
        assert torch.get_num_threads() == 1
        assert session.module.progress.step == 1
        assert session.module.updates.taken == list(work.taken)
        own, theirs = session.network.state_dict(), first.network.state_dict()
        assert all(torch.equal(own[name], weight) for name, weight in theirs.items())
        os.kill(os.getpid(), signal.SIGTERM)  # which the training heeds from here on
        told.append(f"{folder} {signals.received}")
        return True

    monkeypatch.setattr(trainer, "follow", follow)
    worker._train(pickle.loads(pickle.dumps(work)), lambda: told.append("ready"))
    assert told == ["ready", f"{tmp_path} {int(signal.SIGTERM)}"]
    assert not is_connected()
    assert signal.getsignal(signal.SIGTERM) == handler


def main_with(data: bytes) -> tuple[int, bytes, bytes]:
    """What a worker does with what it reads: its exit code, its answer and its errors."""
    their_input, ours = os.pipe()
    answer, their_output = os.pipe()
    errors, their_errors = os.pipe()
    pid = os.fork()
    if not pid:
        try:
            for number, pipe in enumerate((their_input, their_output, their_errors)):
                os.dup2(pipe, number)
            os.close(ours)
            sys.stdout, sys.stderr = os.fdopen(1, "w", 1), os.fdopen(2, "w", 1)  # by lines
            worker.main()
        finally:
            os._exit(99)
    for pipe in (their_input, their_output, their_errors):
        os.close(pipe)
    os.write(ours, data)
    if len(data) < 8:  # the first process is gone; else it waits for the answer
        os.close(ours)
    with os.fdopen(answer, "rb") as said, os.fdopen(errors, "rb") as log:
        found = said.read(), log.read()
    if len(data) >= 8:
        os.close(ours)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), *found


def packed(work: Any) -> bytes:
    data = pickle.dumps(work)
    return len(data).to_bytes(8, "little") + data


class Noise:
    """Prints when it is unpickled, as a library may when it is imported."""

    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("a library's greeting",)


def test_a_fault_is_told_to_the_first_process_alone() -> None:
    code, said, log = main_with(packed(Noise()))
    assert code == 1
    (line,) = said.splitlines()
    message = json.loads(line)
    assert message.keys() == {"error"}
    assert message["error"].startswith("AttributeError: 'NoneType' object has no attribute")
    assert b"a library's greeting" in log
    assert b"Traceback (most recent call last)" in log


def test_a_user_s_fault_is_told_in_its_own_words(prepared: Prepared, tmp_path: Path) -> None:
    many = ProcessGroup(1, 99, 1, 99)
    work = WorkerSpec(prepared.options, prepared.corpus, None, tmp_path, many, ("127.0.0.1", 1), 1)
    code, said, _ = main_with(packed(work))
    assert code == 1
    assert "there are 99 processes" in json.loads(said)["error"]
    assert not any(tmp_path.iterdir())


def test_without_the_first_process_it_ends_and_says_nothing() -> None:
    assert main_with(b"\x09\0\0") == (1, b"", b"")
