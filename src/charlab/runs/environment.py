"""What a run was made with: versions, device, code."""

import importlib.metadata
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch

CPUINFO = Path("/proc/cpuinfo")
_PACKAGES = (
    "charlab",
    "torch",
    "pytorch-lightning",
    "hydra-core",
    "omegaconf",
    "tensorboard",
    "numpy",
    "Faker",
    "anyascii",
)


def versions() -> dict[str, str]:
    """Versions of Python and of the libraries that a run depends on.

    PyTorch's is what it calls itself, with its build: an index serves "2.14.1+cu130" as "2.14.1".
    """
    found = {"python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            found[package] = "not installed"
    return {**found, "torch": str(torch.__version__)}


def describe(device: torch.device, precision: str, seed: int, fingerprint: str) -> dict[str, Any]:
    """The contents of ``environment.json``. No value of an environment variable is in it."""
    return {
        "versions": versions(),
        "platform": platform.platform(),
        "device": device_name(device),
        "processor": processor_name(),
        "threads": torch.get_num_threads(),
        "cpus": len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count(),
        "precision": precision,
        "seed": seed,
        "git_commit": _git_commit(),
        "dataset_fingerprint": fingerprint,
    }


def device_name(device: torch.device) -> str:
    """ "cpu", or a GPU's own name."""
    if device.type == "cuda":
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return str(device)


def processor_name() -> str | None:
    """The processor's own name ("AMD EPYC 9R14"); None if the system does not say."""
    try:
        about = CPUINFO.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return platform.processor() or None
    names = (line.partition(":")[2] for line in about.splitlines() if line.startswith("model name"))
    return next((" ".join(name.split()) for name in names), platform.processor() or None)


def _git_commit() -> str | None:
    """The commit of the code that runs, "+changes" if it was edited; None outside of git."""
    folder = Path(__file__).parents[1]  # the package

    def git(*words: str) -> str:
        command = ["git", "-C", str(folder), *words]
        return subprocess.run(
            command, capture_output=True, text=True, check=True, timeout=10
        ).stdout.strip()

    try:
        commit = git("rev-parse", "HEAD")
        changed = git("status", "--porcelain", "--untracked-files=no", "--", str(folder))
    except (OSError, subprocess.SubprocessError):
        return None
    return f"{commit}+changes" if changed else commit
