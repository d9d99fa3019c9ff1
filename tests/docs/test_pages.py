"""The pages that say how to add something are followed to the letter."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.in_process import in_process
from tests.support.shell import ROOT, TINY, environment, only_run

DOCS = ROOT / "docs"
BLOCK = re.compile(
    r"(?:^`(?P<path>[^`\n]+)`:\n\n)?^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.M | re.S
)


def follow(page: str, folder: Path) -> str:
    """Writes the files that a page names and runs its commands in one shell; what they print."""
    for script in ROOT.glob("*.py"):
        (folder / script.name).symlink_to(script)
    trainer = folder / "conf" / "trainer" / "default.yaml"  # one's own: runs draw no pictures
    trainer.parent.mkdir(parents=True)
    shipped = (ROOT / "conf" / "trainer" / "default.yaml").read_text(encoding="utf-8")
    trainer.write_text(shipped.replace("figures: auto", "figures: never"), encoding="utf-8")
    commands = ["set -euo pipefail"]
    for block in BLOCK.finditer((DOCS / page).read_text(encoding="utf-8")):
        if block["path"] is not None:
            path = folder / block["path"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block["text"], encoding="utf-8")
        else:
            assert block["kind"] == "bash", f"{page}: whose file is this?\n{block['text']}"
            commands.append(block["text"])
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", "\n".join(commands)],
        capture_output=True,
        cwd=folder,
        env={**environment(), "PATH": path},
        timeout=300,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.mark.slow
def test_ecosystem(tmp_path: Path) -> None:
    said = follow("ecosystem.md", tmp_path)
    runs = sorted((tmp_path / "outputs" / "generate").rglob("metrics.json"))
    statuses = [json.loads(path.read_text())["status"] for path in runs]
    assert statuses == ["completed"] * 4
    assert re.search(r"lowest val/loss: [\d.]+ at step 20", said)
    assert "trained with the callbacks 'stop', 'average' and goes on without" in said
    (last,) = (path.parent for path in runs if json.loads(path.read_text())["progress/steps"] == 25)
    lines = re.findall(r"lowest val/loss: ([\d.]+)", (last / "train.log").read_text())
    assert lines == sorted(lines, reverse=True)  # it went on with its state
    trials = (tmp_path / "outputs" / "sweeps" / "kinds").glob("*/.hydra/config.yaml")
    kinds = {re.search(r"torch\.optim\.\w+", path.read_text())[0] for path in trials}
    assert kinds <= {"torch.optim.RAdam", "torch.optim.NAdam"}
    assert kinds


@pytest.mark.slow
def test_adding_a_dataset(tmp_path: Path) -> None:
    said = follow("adding-a-dataset.md", tmp_path)
    assert "10 documents" in said
    assert "2 labels" in said
    assert (tmp_path / "pictures").is_dir()
    assert re.search(r"^=+ \d+ passed", said, re.M)


@pytest.mark.slow
def test_adding_a_model(tmp_path: Path) -> None:
    said = follow("adding-a-model.md", tmp_path)
    assert "mgu 1 × 32" in said
    assert re.search(r"^=+ \d\d+ passed", said, re.M)


@pytest.mark.slow
def test_adding_a_task(tmp_path: Path) -> None:
    said = follow("adding-a-task.md", tmp_path)
    metrics = json.loads((only_run(tmp_path / "outputs" / "vowels") / "metrics.json").read_text())
    assert metrics["progress/epochs"] == 20
    assert metrics["best/val/accuracy"] > 0.9
    assert "test/accuracy" in said
    assert re.search(r"^badger\t[.v]{6}$", said, re.M)
    assert re.search(r"^=+ \d+ passed", said, re.M)


@pytest.mark.slow
def test_export(tmp_path: Path) -> None:
    words = [f"output_dir={tmp_path / 'outputs'}", *TINY, "trainer.max_steps=40"]
    assert in_process("train.py", *words).returncode == 0
    said = follow("export.md", tmp_path).splitlines()
    drawn = [line for line in said[-5:] if 0 < len(line) <= 30]
    assert len(drawn) == 5
    assert len(set(drawn)) > 1
    for name in ("step", "sequence"):
        assert (tmp_path / "names" / f"{name}.onnx").is_file()
