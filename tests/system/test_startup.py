"""What entry points set up, and what nobody else does."""

import gc
import subprocess
import sys
import warnings

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


def test_libraries_warn_the_log_and_not_the_user() -> None:
    """Warnings are shown of the user's own code, and all if asked for."""
    code = """
import logging, sys, warnings
from charlab.system.startup import keep_libraries_quiet
keep_libraries_quiet()
logging.getLogger("charlab").addHandler(logging.StreamHandler(sys.stdout))
logging.getLogger("charlab").setLevel(logging.DEBUG)
for place in (warnings.__file__, "/x/site-packages/y/z.py", "/home/ada/own.py"):
    warnings.warn_explicit(f"from {place}", UserWarning, place, 1)
"""
    said, shown = (_streams(code, *flags) for flags in ((), ("-W", "always")))
    assert [line.split("from ")[1] for line in said[0].splitlines()] == [
        warnings.__file__,
        "/x/site-packages/y/z.py",
    ]
    assert said[1].count("UserWarning") == 1
    assert "/home/ada/own.py" in said[1]
    assert shown[0] == ""
    assert shown[1].count("UserWarning") == 3


def _streams(code: str, *flags: str) -> tuple[str, str]:
    command = [sys.executable, *flags, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout, done.stderr
