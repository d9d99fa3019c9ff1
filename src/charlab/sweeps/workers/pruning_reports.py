"""What a trial says to its study while it trains: the objective, by characters seen."""

from collections.abc import Mapping

from optuna.trial import Trial

VALIDATION = "validation"  # attribute: [characters, value] of the last validation
_SLACK = 0.1  # a validation this little before a point counts as at it


class Reporter:
    """Reports validations at whole multiples of a unit of characters.

    Pruners compare trials at equal steps only. Trials of different batch sizes and sequence
    lengths validate at different numbers of characters, so each reports at common points, by
    linear interpolation between its validations.

    Args:
        trial: Optuna's; the process's only object for it (it remembers what was reported).
        unit: characters between two points.
    """

    def __init__(self, trial: Trial, objective: str, unit: int) -> None:
        self._trial = trial
        self._objective = objective
        self._unit = unit
        known = trial.study.get_trials(deepcopy=False)[trial.number]
        self._reported = max(known.intermediate_values, default=0) // unit
        stored = known.user_attrs.get(VALIDATION)
        self._before: tuple[int, float] | None = tuple(stored) if stored else None

    def __call__(self, metrics: Mapping[str, float], characters: int) -> bool:
        """Takes note of a validation.

        Returns:
            Whether the trial is to be pruned.
        """
        value = metrics.get(self._objective)
        if value is None or (self._before is not None and characters <= self._before[0]):
            return False  # an adopted trial repeats what it had reported
        passed = int(characters / self._unit + _SLACK)
        if self._before is None:  # what came earlier is not known
            self._reported = max(self._reported, passed - 1)
        new = range(self._reported + 1, passed + 1)
        for point in new:
            self._trial.report(self._at(point * self._unit, characters, value), point * self._unit)
        self._reported = max(self._reported, passed)
        self._before = (characters, value)
        self._trial.set_user_attr(VALIDATION, [characters, value])
        return bool(new) and bool(self._trial.should_prune())  # pruners give NumPy's

    def _at(self, point: int, characters: int, value: float) -> float:
        if self._before is None or point >= characters:
            return value
        begin, earlier = self._before
        share = max(0.0, (point - begin) / (characters - begin))
        return earlier + share * (value - earlier)
