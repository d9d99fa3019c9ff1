"""charlab in a real kernel: what stands below the cells, and the button that interrupts it."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.shell import TINY

pytestmark = pytest.mark.slow


class Kernel:
    """A kernel that runs cells one after the other."""

    def __init__(self, manager: Any, client: Any) -> None:
        self._manager, self._client = manager, client

    def run(self, code: str, interrupt_at: str | None = None) -> tuple[str, list[dict[str, Any]]]:
        """Runs a cell; interrupts it when it has said something.

        Returns:
            What was printed, and the messages.
        """
        asked, messages, printed = self._client.execute(code), [], ""
        while True:
            message = self._client.get_iopub_msg(timeout=300)
            if message["parent_header"].get("msg_id") != asked:
                continue
            content = message["content"]
            if content.get("execution_state") == "idle":
                return printed, messages
            messages.append({"kind": message["msg_type"], **content})
            printed += content["text"] if message["msg_type"] == "stream" else ""
            if interrupt_at and interrupt_at in printed:
                interrupt_at = None
                time.sleep(0.5)
                self._manager.interrupt_kernel()


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    pytest.importorskip("ipykernel")
    manager = pytest.importorskip("jupyter_client.manager")
    started, client = manager.start_new_kernel(cwd=str(tmp_path))
    yield Kernel(started, client)
    client.stop_channels()
    started.shutdown_kernel(now=True)


def _result(messages: list[dict[str, Any]]) -> dict[str, str]:
    (data,) = (m["data"] for m in messages if m["kind"] == "execute_result")
    return data


def test_two_trainings_and_an_interrupt(kernel: Kernel, names_folder: Path) -> None:
    words = [f"dataset.path={names_folder}", "task.condition_on_label=true", *TINY]
    kernel.run("import charlab, logging, signal; before = signal.getsignal(signal.SIGINT)")
    for model in ("lstm", "gru"):
        printed, messages = kernel.run(f"charlab.train({[*words, f'model={model}']})")
        assert _result(messages)["text/plain"].startswith(f"<generate: {model} 1 × 12")
        assert printed.count("epoch 2.0 |") == 1  # one handler says each line once
        assert not [m for m in messages if m.get("name") == "stderr"]
        bars = [m for m in messages if m["kind"] in ("display_data", "update_display_data")]
        assert bars[0]["kind"] == "display_data"
        assert {m["kind"] for m in bars[1:]} == {"update_display_data"}
        assert not bars[-1]["data"]["text/html"]
    long = [*words, "trainer.max_epochs=100000"]
    printed, messages = kernel.run(f"model = charlab.train({long}); model", "epoch 2.0 |")
    assert "interrupted after" in printed
    assert "error" not in {m["kind"] for m in messages}
    stopped = _result(messages)["text/plain"]
    assert "<table>" in _result(kernel.run("model.generate(count=3)")[1])["text/html"]
    printed, _ = kernel.run("print(signal.getsignal(signal.SIGINT) is before)")
    assert printed == "True\n"
    printed, messages = kernel.run("charlab.train(['resume=latest', 'trainer.max_minutes=0.01'])")
    assert "goes on from step" in printed
    folder = stopped.rpartition(" ")[2].split("/checkpoints")[0]
    assert folder in _result(messages)["text/plain"]


def test_an_error_is_its_message(kernel: Kernel) -> None:
    _, messages = kernel.run("import charlab; charlab.train(['model=gur'])")
    (error,) = (m for m in messages if m["kind"] == "error")
    assert error["traceback"] == ["ConfigError: model=gur: no such choice; did you mean 'gru'?"]
