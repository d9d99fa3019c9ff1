"""charlab's commands behind a real shell, and settings small enough for seconds."""

import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# small enough for seconds, large enough for several epochs with a middle
TINY = [
    "model.hidden_size=12",
    "model.embedding_size=6",
    "model.dropout=0.2",
    "dataset.seq_len=16",
    "dataset.batch_size=4",
    "trainer.max_epochs=2",
    "trainer.log_every=3",
    "trainer.figures=never",
]


def environment() -> dict[str, str]:
    """The environment of a user: nothing of pytest's or Hydra's."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("HYDRA", "PYTEST"))}


def only_run(output_dir: Path) -> Path:
    """The one run below an output folder."""
    (folder,) = (path.parent for path in output_dir.rglob("metrics.json"))
    return folder


def through_bash(
    script: str, *arguments: str, stdin: str | bytes = "", redirect: str = "", **variables: str
) -> subprocess.CompletedProcess[str]:
    """Runs ``python SCRIPT WORD …`` by a real shell, words quoted as a user has to.

    ``redirect`` follows them as it is.
    """
    quoted = " ".join(shlex.quote(word) for word in arguments)
    done = subprocess.run(
        ["bash", "-c", f"{shlex.quote(sys.executable)} {script} {quoted} {redirect}"],
        input=stdin.encode() if isinstance(stdin, str) else stdin,
        capture_output=True,
        cwd=ROOT,
        env={**environment(), **variables},
        timeout=300,
        check=False,
    )
    return subprocess.CompletedProcess(
        done.args, done.returncode, done.stdout.decode(), done.stderr.decode()
    )
