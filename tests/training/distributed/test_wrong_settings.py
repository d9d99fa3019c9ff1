"""Settings of several processes that cannot be: one line, and nothing is written."""

from pathlib import Path

import pytest

from tests.support.in_process import in_process

CASES = [
    (["trainer.devices=0"], "trainer.devices must be at least 1, got 0"),
    (["trainer.accumulate=0"], "trainer.accumulate must be at least 1, got 0"),
    (["trainer.strategy=fsdp"], "trainer.strategy must be one of auto, ddp"),
    (["trainer.nodes=2"], "to be started by torchrun or srun"),
    (["trainer.devices=2", "debug=overfit"], "takes one process"),
    (["trainer.devices=9", "dataset.batch_size=1"], "too small for 9 processes"),
    (
        [
            "trainer.devices=30",
            "dataset.layout=stream",
            "dataset.seq_len=32",
            "dataset.split.fractions=[1,0,0]",
        ],
        "there are 30 processes",
    ),
]


@pytest.mark.parametrize(("arguments", "message"), CASES)
def test_one_line(
    arguments: list[str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("RANK", "SLURM_PROCID"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "names"
    folder.mkdir()
    (folder / "A.txt").write_text("\n".join(f"ana{i}" for i in range(50)), encoding="utf-8")
    (folder / "B.txt").write_text("\n".join(f"bob{i}" for i in range(50)), encoding="utf-8")
    place = [f"dataset.path={folder}", f"output_dir={tmp_path / 'out'}", "trainer.accelerator=cpu"]
    done = in_process("train.py", *place, *arguments)
    assert done.returncode == 1
    (line,) = done.stderr.strip().split("\n")
    assert message in line
    assert not (tmp_path / "out").exists()
