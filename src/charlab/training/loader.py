"""The training loop's unit: a validation interval, from one validation to the next, cut into
chunks.

Lightning runs one "epoch" for each validation interval and one "batch" for each chunk of optimizer
steps. A run's true position (epoch, window, step) is the task's own, so a validation interval can
begin anywhere: a run resumed in the middle of an epoch is a run whose first validation interval is
short. Several steps to a chunk divide the time that Lightning's loop takes for each batch (0.6 ms
and more here), and that several processes take to agree on when to stop.
"""

import math
from collections.abc import Iterator

from charlab.training.progress import Limits, Progress

STEPS_PER_CHUNK = 8


class TrainLoader:
    """What Lightning takes for a data loader: each pass over it is the validation interval that is
    due now.

    Yields the number of optimizer steps in each chunk; the task takes the windows itself. A
    validation interval of no step ([0]) is one whose validation had not run when its checkpoint was
    written.

    Args:
        progress: where the run stands, kept up to date by the task.
        validate_every: optimizer steps between validations; below 1: the share of an epoch, whose
            end is one of them; None: validate after every epoch.
        steps_per_chunk: how many steps a chunk has; of its callbacks the user expects one.
    """

    def __init__(
        self,
        progress: Progress,
        limits: Limits,
        validate_every: float | None,
        steps_per_chunk: int = STEPS_PER_CHUNK,
    ) -> None:
        self._steps_per_chunk = steps_per_chunk
        self._progress = progress
        self._limits = limits
        self._validate_every = validate_every
        self.last_step = 0  # the step that the current validation interval ends at

    def steps_to_validation(self) -> int:
        """Optimizer steps until the next validation; 0 if one is due."""
        progress = self._progress
        if progress.validation_due:
            return 0
        if self._validate_every is None:
            steps = self._limits.steps_to_epoch_end(progress)
        elif self._validate_every < 1:
            to_end = self._limits.steps_to_epoch_end(progress)
            interval = math.ceil(self._validate_every * self._limits.steps_per_epoch)
            done = self._limits.steps_per_epoch - to_end
            steps = min(interval - done % interval, to_end)
        else:
            steps = int(self._validate_every) - progress.step % int(self._validate_every)
        left = self._limits.steps_left(progress)
        return steps if left is None else min(steps, left)

    def __iter__(self) -> Iterator[int]:
        steps = self.steps_to_validation()
        self.last_step = self._progress.step + steps
        if steps == 0:
            yield 0
        for start in range(0, steps, self._steps_per_chunk):
            yield min(self._steps_per_chunk, steps - start)
