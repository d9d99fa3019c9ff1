"""Locks on files: one process at a time, and none after its death."""

import signal
import subprocess
import sys
from pathlib import Path

from charlab.system.file_locks import is_locked, lock

HOLD = """
import sys, time
from charlab.system.file_locks import lock
file = open(sys.argv[1], "w")
print(lock(file, wait=True), flush=True)
time.sleep(600)
"""


def test_a_lock_goes_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    command = [sys.executable, "-c", HOLD, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "True\n"
        assert is_locked(path)
        with path.open("w") as file:
            assert not lock(file, wait=False)
        holder.send_signal(signal.SIGKILL)
    assert not is_locked(path)
    with path.open("w") as file:
        assert lock(file, wait=False)
        assert is_locked(path)
    assert not is_locked(path)


def test_what_is_no_file_is_not_locked(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    assert not is_locked(tmp_path / "nothing")
    assert not is_locked(tmp_path / "link")
