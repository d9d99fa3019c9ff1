"""What entry points set up, and what nobody else does."""

import gc
import subprocess
import sys

from charlab.system.startup import rarely_collected


def in_a_process(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_an_entry_point_prepares_its_process_once() -> None:
    code = """
import os, sys
os.environ.pop("GOMP_SPINCOUNT", None)
before = len(sys.meta_path)
from charlab.system.startup import prepare
prepare()
prepare()
print(os.environ["GOMP_SPINCOUNT"], len(sys.meta_path) - before, "torch" in sys.modules)
"""
    assert in_a_process(code) == "1000 1 False\n"


def test_the_library_changes_nothing_of_the_process() -> None:
    code = "import sys; before = [*sys.meta_path]; import charlab; print(before == sys.meta_path)"
    assert in_a_process(code) == "True\n"


def test_garbage_is_looked_for_as_before_afterwards() -> None:
    before = gc.get_threshold()
    with rarely_collected():
        assert gc.get_threshold() > before
    assert gc.get_threshold() == before
