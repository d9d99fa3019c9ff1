"""What a logger may leave out, and how its faults are worded."""

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from charlab.errors import RunError
from charlab.training.loggers.base import RunLogger, words_of


class Numbers(RunLogger):
    """The least that Lightning asks of a logger."""

    kind = "numbers"

    def __init__(self) -> None:
        super().__init__()
        self.logged: list[tuple[dict[str, float], int | None]] = []

    @property
    def name(self) -> str:
        return "numbers"

    @property
    def version(self) -> str:
        return "0"

    def log_metrics(self, metrics: dict[str, float], step: int | None = None) -> None:
        self.logged.append((metrics, step))

    def log_hyperparams(self, params: Any, *args: Any, **kwargs: Any) -> None:
        pass


def test_a_logger_of_numbers_alone_leaves_out_the_rest() -> None:
    logger = Numbers()
    logger.add_text("samples", "abc", 1)
    logger.add_image("val/confusion", np.zeros((1, 1, 3), np.uint8), 1)
    logger.flush()
    logger.save()
    logger.finalize("success")
    logger.log_metrics({"val/loss": 1.0}, 2)  # Lightning's end of the fit is not the run's
    logger.close("completed")
    assert logger.logged == [({"val/loss": 1.0}, 2)]
    assert logger.for_dataset(Path("data")) is logger
    assert not logger.has_id


def test_beginning_and_results_are_not_left_out() -> None:
    with pytest.raises(NotImplementedError):
        Numbers().begin({}, resumed=False)
    with pytest.raises(NotImplementedError):
        Numbers().add_results({}, {}, 1)


HINT = "; wandb login, or logger.wandb.offline=true"
FAULTS = [
    ("csv", RunError("it cannot"), "it cannot"),
    ("csv", ConnectionError("the server\n  is away"), "ConnectionError: the server is away"),
    ("csv", ValueError(), "ValueError"),
    (
        "csv",
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a\nb"),
        r"the disk is full: No space left on device a\nb",
    ),
    ("wandb", ValueError("No API key"), f"ValueError: No API key{HINT}"),
    ("mlflow", ValueError("No API key"), "ValueError: No API key"),  # which is another's
]


@pytest.mark.parametrize(("kind", "error", "said"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_is_one_line_with_its_logger(kind: str, error: Exception, said: str) -> None:
    assert words_of(kind, error) == f"logger={kind}: {said}"
