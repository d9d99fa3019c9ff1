"""The training loop's unit: a leg, from one validation to the next, cut into stretches.

Lightning runs one "epoch" for each leg and one "batch" for each stretch of optimizer steps. A run's
true position (epoch, window, step) is the task's own, so a leg can begin anywhere: a run resumed in
the middle of an epoch is a run whose first leg is short. Several steps to a stretch divide the time
that Lightning's loop takes for each batch (0.6 ms and more here), and that several processes take
to agree on when to stop.
"""

from collections.abc import Iterator

from charlab.training.progress import Limits, Progress

STEPS_PER_STRETCH = 8


class Legs:
    """What Lightning takes for a data loader: each pass over it is the leg that is due now.

    Yields the number of optimizer steps in each stretch; the task takes the windows itself. A leg
    of no step ([0]) is one whose validation had not run when its checkpoint was written.

    Args:
        progress: where the run stands, kept up to date by the task.
        limits: what ends the run.
        validate_every: optimizer steps between validations; None: validate after every epoch.
    """

    def __init__(self, progress: Progress, limits: Limits, validate_every: int | None) -> None:
        self._progress = progress
        self._limits = limits
        self._validate_every = validate_every
        self.last_step = 0  # the step that the current leg ends at

    def steps_to_validation(self) -> int:
        """Optimizer steps until the next validation; 0 if one is due."""
        progress = self._progress
        if progress.validation_due:
            return 0
        if self._validate_every is None:
            steps = self._limits.steps_to_epoch_end(progress)
        else:
            steps = self._validate_every - progress.step % self._validate_every
        left = self._limits.steps_left(progress)
        return steps if left is None else min(steps, left)

    def __iter__(self) -> Iterator[int]:
        steps = self.steps_to_validation()
        self.last_step = self._progress.step + steps
        if steps == 0:
            yield 0
        for start in range(0, steps, STEPS_PER_STRETCH):
            yield min(STEPS_PER_STRETCH, steps - start)
