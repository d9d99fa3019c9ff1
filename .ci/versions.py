"""Tries charlab with other Pythons, and with the newest and the lowest versions that it allows.

    python .ci/versions.py newest,lowest python3.11 python3.14 --torch torch==2.13.0+cpu

Each pair of a Python and a choice of versions gets a fresh environment, in which the default tests
and a short training run. What they say is in a log each; a table sums them up. A Python that brings
PyTorch (a distribution's own package) keeps that one.
"""

import argparse
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CHOICES = ("newest", "lowest", "pinned")
COLUMNS = ("Python", "versions", "PyTorch", "tests", "training")
# What a build of PyTorch for GPUs needs besides; --torch says which build is taken.
OF_TORCH = ("torch", "nvidia-", "cuda-", "triton")
TRAINING = "debug=smoke", "trainer.progress=lines"


class Environment:
    """A fresh environment, and the log of what is done in it."""

    def __init__(self, base: str, choice: str, work: Path) -> None:
        self.version = self._ask(base, "import platform; print(platform.python_version())")
        self.has_torch = self._ask(base, "import torch; print(1)") == "1"
        self.folder = work / f"{self.version}-{choice}"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.log = self.folder / "log.txt"
        self.log.write_text("")
        own = ["--system-site-packages"] if self.has_torch else []
        self.run(base, "-m", "venv", "--clear", *own, str(self.folder / "venv"))
        self.python = str(self.folder / "venv" / "bin" / "python")

    def run(self, *command: str) -> bool:
        """Runs a command; its output goes to the log."""
        with self.log.open("a") as log:
            log.write(f"\n$ {shlex.join(command)}\n")
            log.flush()
            done = subprocess.run(command, cwd=ROOT, stdout=log, stderr=log, check=False)
            log.write(f"[exit code {done.returncode}]\n")
        return done.returncode == 0

    def pip(self, *words: str) -> bool:
        """Installs packages."""
        return self.run(self.python, "-m", "pip", "install", "-q", *words)

    def torch(self) -> str:
        """The version of PyTorch, as an index names it."""
        return self._ask(self.python, "import importlib.metadata as m; print(m.version('torch'))")

    @staticmethod
    def _ask(python: str, code: str) -> str:
        asked = [python, "-c", code]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()


def constraints(choice: str, environment: Environment, tools: Path) -> list[str]:
    """The versions that pip is to keep to, but for PyTorch's."""
    if choice == "newest":
        return []
    listed = ROOT / "constraints.txt"
    if choice == "lowest":
        listed = environment.folder / "lowest.txt"
        project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
        direct = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
        names = [re.split(r"[^\w.-]", requirement)[0] for requirement in direct]
        environment.run(
            str(tools / "bin" / "uv"), "pip", "compile", "-q", "pyproject.toml", "--extra", "dev",
            "--resolution", "lowest-direct", "--python-version", environment.version,
            *(f"--only-binary={name}" for name in names), "--output-file", str(listed),
        )  # fmt: skip
    lines = [line for line in listed.read_text().splitlines() if "==" in line and line[0].isalnum()]
    return [line for line in lines if not line.lower().startswith(OF_TORCH)]


def install(environment: Environment, choice: str, torch: str | None, tools: Path) -> bool:
    """Puts charlab with its developers' tools into an environment."""
    if not environment.has_torch and torch and not environment.pip(torch):
        return False
    kept = constraints(choice, environment, tools)
    if environment.has_torch or torch:
        kept.append(f"torch=={environment.torch()}")
    file = environment.folder / "constraints.txt"
    file.write_text("".join(f"{line}\n" for line in kept))
    eager = ("--upgrade", "--upgrade-strategy", "eager")
    return environment.pip("-c", str(file), *eager, "-e", ".[dev]") and environment.run(
        environment.python, "-m", "pip", "list"
    )


def attempt(base: str, choice: str, options: argparse.Namespace) -> tuple[str, ...]:
    """A row of the table."""
    environment = Environment(base, choice, options.work)
    if not install(environment, choice, options.torch, options.work / "tools"):
        return environment.version, choice, "-", "not installed", "-"
    tests = environment.run(environment.python, "-m", "pytest", *shlex.split(options.tests))
    said = re.findall(r"^=* ?(\d+ (?:passed|failed).*?) in ", environment.log.read_text(), re.M)
    summary = said[-1] if said else f"{'no' if tests else 'broken off:'} tests"
    output = f"output_dir={environment.folder / 'outputs'}"
    trained = environment.run(
        environment.python, "-W", "default", "-m", "charlab", "train", *TRAINING, output
    )
    return environment.version, choice, environment.torch(), summary, "ok" if trained else "failed"


def main() -> int:
    """Tries each Python with each choice of versions; 1 if something failed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("choices", help=f"some of {','.join(CHOICES)}")
    parser.add_argument("pythons", nargs="+", help="executables: python3.11, /usr/bin/python3.14")
    parser.add_argument("--torch", help="the PyTorch to install, such as torch==2.13.0+cpu")
    parser.add_argument("--tests", default="", help="more for pytest, such as '-n 1'")
    parser.add_argument("--work", type=Path, default=Path("/tmp/charlab-versions"))
    options = parser.parse_args()
    choices = options.choices.split(",")
    if unknown := set(choices) - set(CHOICES):
        parser.error(f"{', '.join(unknown)}: choose from {', '.join(CHOICES)}")
    if "lowest" in choices:
        tools = options.work / "tools"
        subprocess.run([sys.executable, "-m", "venv", str(tools)], check=True)
        subprocess.run([str(tools / "bin" / "pip"), "install", "-q", "uv"], check=True)
    rows = [COLUMNS, ("---",) * len(COLUMNS)]
    for choice in choices:
        for base in options.pythons:
            rows.append(attempt(base, choice, options))
            table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
            (options.work / "table.md").write_text(table)
            print(table if len(rows) == 3 else table.splitlines()[-1], flush=True)
    return int(any("passed" not in row[3] or "failed" in " ".join(row) for row in rows[2:]))


if __name__ == "__main__":
    sys.exit(main())
