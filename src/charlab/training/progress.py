"""Where a run stands, and the limits that end it."""

import time
from dataclasses import dataclass
from typing import Annotated

from charlab.config.constraints import at_least


@dataclass
class Progress:
    """A run's position; plain numbers, so that a checkpoint holds all of it.

    Attributes:
        epoch: passes over the training data that are complete.
        window: batches of the current epoch that are done.
        step: optimizer steps done.
        characters: characters trained on, by all processes.
        train_seconds: seconds spent in training steps.
        elapsed_seconds: seconds of the whole, validations included.
        validation_due: whether a validation interval of training is over and its validation is not.
    """

    epoch: Annotated[int, at_least(0)] = 0
    window: Annotated[int, at_least(0)] = 0
    step: Annotated[int, at_least(0)] = 0
    characters: Annotated[int, at_least(0)] = 0
    train_seconds: Annotated[float, at_least(0)] = 0.0
    elapsed_seconds: Annotated[float, at_least(0)] = 0.0
    validation_due: bool = False

    def measured(self) -> dict[str, float]:
        """What training took so far, as points of curves: what other curves can go over."""
        return {"train/characters": self.characters, "train/seconds": self.train_seconds}

    def advance(self, characters: int, windows_per_epoch: int, windows: int = 1) -> None:
        """Counts one optimizer step on a window (batch), or on several of the same epoch."""
        self.step += 1
        self.characters += characters
        self.window += windows
        if self.window == windows_per_epoch:
            self.epoch += 1
            self.window = 0


@dataclass(frozen=True)
class Limits:
    """What ends a run, whichever comes first. None: no such limit.

    Attributes:
        max_epochs, max_steps, max_minutes: the limits.
        windows_per_epoch: windows (batches) of an epoch.
        accumulate: windows to an optimizer step; an epoch's last one may have fewer.
    """

    max_epochs: int | None
    max_steps: int | None
    max_minutes: float | None
    windows_per_epoch: int
    accumulate: int = 1

    def share(self, progress: Progress) -> float:
        """How much of the run is done, from 0 to 1, in the limit that is nearest."""
        return min(1.0, max((0.0, *self._shares(progress).values())))

    def _shares(self, progress: Progress) -> dict[str, float]:
        shares = {}
        if self.max_epochs is not None:
            windows = progress.epoch * self.windows_per_epoch + progress.window
            shares["epochs"] = windows / (self.max_epochs * self.windows_per_epoch)
        if self.max_steps is not None:
            shares["steps"] = progress.step / self.max_steps
        if self.max_minutes is not None:
            shares["minutes"] = progress.elapsed_seconds / (60 * self.max_minutes)
        return shares

    def position(self, progress: Progress) -> str:
        """Where a run stands in the limit that is nearest: "epoch 1.8/6", "step 20/300"."""
        shares = self._shares(progress)
        nearest = max(shares, key=shares.__getitem__, default="epochs")
        if nearest == "steps":
            return f"step {progress.step:>{len(f'{self.max_steps:,}')},}/{self.max_steps:,}"
        tenths = 10 * progress.window // max(1, self.windows_per_epoch)
        epoch = f"epoch {progress.epoch}{f'.{tenths}' if progress.window else ''}"
        if nearest == "minutes":
            return f"{epoch}, minute {progress.elapsed_seconds / 60:.1f}/{self.max_minutes:g}"
        return epoch if self.max_epochs is None else f"{epoch}/{self.max_epochs}"

    def reached(self, progress: Progress) -> bool:
        """Whether the run is at its end."""
        return self.share(progress) >= 1.0

    @property
    def steps_per_epoch(self) -> int:
        """Optimizer steps of an epoch."""
        return -(-self.windows_per_epoch // self.accumulate)

    def steps_to_epoch_end(self, progress: Progress) -> int:
        """Optimizer steps that the current epoch still takes."""
        return -(-(self.windows_per_epoch - progress.window) // self.accumulate)

    def steps_left(self, progress: Progress) -> int | None:
        """Steps until a limit of epochs or steps; None where only time limits the run."""
        left = []
        if self.max_epochs is not None:
            later = (self.max_epochs - progress.epoch - 1) * self.steps_per_epoch
            left.append(later + self.steps_to_epoch_end(progress))
        if self.max_steps is not None:
            left.append(self.max_steps - progress.step)
        return max(0, min(left)) if left else None


class Clock:
    """Adds the time that passes to a progress's elapsed seconds, from where it stood."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._before = progress.elapsed_seconds
        self._start = time.perf_counter()

    def now(self) -> float:
        """The elapsed seconds as they are now."""
        return self._before + time.perf_counter() - self._start

    def tick(self) -> None:
        """Brings the elapsed seconds up to now."""
        self._progress.elapsed_seconds = self.now()
