"""bf16 learns as float32 does."""

import json

import numpy as np
import pytest

from tests.fixtures.commands import Command

TEXT = 60_000


@pytest.fixture(scope="module")
def markov_text(tmp_path_factory):
    """A text of 20 letters, each of which depends on the two before it."""
    rng = np.random.default_rng(1)
    chances = rng.dirichlet(np.full(20, 0.15), (20, 20)).cumsum(-1)
    ids = [0, 1]
    for chance in rng.random(TEXT).tolist():
        row = chances[ids[-2], ids[-1]]
        ids.append(min(19, int(row.searchsorted(chance, "right"))))
    file = tmp_path_factory.mktemp("markov") / "text.txt"
    file.write_text("".join(chr(97 + i) for i in ids))
    return file


@pytest.mark.slow
@pytest.mark.parametrize("model", ["lstm"])
def test_bf16_reaches_the_validation_loss_of_float32(
    command_line: Command, markov_text, model, tmp_path
):
    differences = []
    for seed in (1, 2):
        losses = []
        for precision in ("float32", "bf16"):
            done = command_line(
                "train.py",
                "dataset=text",
                f"dataset.path={markov_text}",
                "dataset.batch_size=16",
                "dataset.seq_len=32",
                f"model={model}",
                "model.hidden_size=64",
                "trainer.max_epochs=8",
                "trainer.validate_every=100000",
                "trainer.accelerator=cpu",
                "task.samples.count=0",
                "trainer.figures=never",
                f"trainer.precision={precision}",
                f"seed={seed}",
                f"hydra.run.dir={tmp_path}/{precision}{seed}",
            )
            assert done.returncode == 0, done.stderr
            metrics = json.loads((tmp_path / f"{precision}{seed}" / "metrics.json").read_text())
            losses.append(metrics["val/loss"])
        assert losses[0] < 2.2  # of log(20) = 3.0: it has learned something
        differences.append(losses[1] - losses[0])
    assert max(map(abs, differences)) < 0.01, differences
