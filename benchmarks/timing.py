"""How long something takes on a machine that others use too."""

import statistics
import time
from collections.abc import Callable


def rate(step: Callable[[], object], *, seconds: float, work: float) -> float:
    """Work done a second: the best of short stretches, which is the least disturbed one.

    Args:
        step: does the work once.
        seconds: how long to go on, some warming up besides.
        work: what one step does.
    """
    for _ in range(3):
        step()
    begin = time.perf_counter()
    step()
    times = max(1, round(seconds / 10 / max(time.perf_counter() - begin, 1e-7)))
    best = 0.0
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        begin = time.perf_counter()
        for _ in range(times):
            step()
        best = max(best, times * work / (time.perf_counter() - begin))
    return best


def alternate(
    first: Callable[[], float], second: Callable[[], float], rounds: int
) -> tuple[float, float]:
    """Measures two things in turns, so that a disturbance meets both.

    Returns:
        The values of the round whose ratio is the median of all rounds' ratios.
    """
    pairs = [(first(), second()) for _ in range(rounds)]
    middle = statistics.median_low(a / b for a, b in pairs)
    return next((a, b) for a, b in pairs if a / b == middle)
