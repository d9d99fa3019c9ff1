"""Comparing what two runs left behind."""

import json
from pathlib import Path
from typing import Any

import torch


def assert_same(a: Any, b: Any, where: str = "") -> None:
    """The same, to the last bit."""
    if isinstance(a, torch.Tensor):
        assert a.dtype == b.dtype, where
        assert torch.equal(a, b), where
    elif isinstance(a, dict):
        assert a.keys() == b.keys(), where
        for key in a:
            if "seconds" not in str(key):
                assert_same(a[key], b[key], f"{where}.{key}")
    elif isinstance(a, list):
        assert len(a) == len(b), where
        for i, (x, y) in enumerate(zip(a, b, strict=True)):
            assert_same(x, y, f"{where}[{i}]")
    else:
        assert a == b, where


def assert_same_run(one: Path, other: Path) -> None:
    for name in ("last.ckpt", "best.ckpt"):
        a, b = (torch.load(r / "checkpoints" / name, weights_only=True) for r in (one, other))
        for part in (a, b):
            part["options"].pop("output_dir")
            for metrics in (part["metrics"], part["training"]["figures"]):
                metrics.pop("speed/train_chars_per_second", None)
            part["training"]["sums"].pop("seconds")
        assert_same(a, b, name)
    a, b = (json.loads((r / "metrics.json").read_text()) for r in (one, other))
    assert a.keys() == b.keys()
    for key in a:
        if not key.startswith(("time/", "speed/")):
            assert a[key] == b[key], key
