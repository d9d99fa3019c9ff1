"""A network beside the simple model that it has to beat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from charlab.config.task_options import TASK_OPTIONS, higher_is_better
from charlab.data.documents.document import SPLITS
from charlab.reports.formatting import number


@dataclass(frozen=True)
class Beside:
    """A metric of one or several runs, and the same of their baseline.

    Attributes:
        tag: the metric ("test/perplexity").
        value: the network's, the mean over runs.
        baseline: the simple model's.
        model: what that is, in words.
    """

    tag: str
    value: float
    baseline: float
    model: str

    @property
    def loses(self) -> bool:
        """Whether the network does not beat its baseline."""
        if higher_is_better(self.tag):
            return not self.value > self.baseline  # also where it is no number
        return not self.value < self.baseline

    def __str__(self) -> str:
        verdict = "The best model loses to" if self.loses else "The best model beats"
        figures = f"{self.tag} {number(self.value)} against {number(self.baseline)}"
        return f"{verdict} its baseline, {self.model}: {figures}."


def beside_baseline(runs: Sequence[Mapping[str, float]]) -> Beside | None:
    """How runs that differ in nothing but their seeds do beside their baseline.

    Args:
        runs: each one's metrics, keys as in ``metrics.json``.

    Returns:
        The first baseline that all runs have, on the last split that has one; None if none has.
    """
    baselines = [known for options in TASK_OPTIONS.values() for known in options.baselines]
    for split in reversed(SPLITS[1:]):
        for known in baselines:
            tag = f"{split}/{known.metric}"
            best = f"best/{tag}"  # of a validation: metrics.json has the last one's without "best"
            own = [metrics.get(best, metrics.get(tag)) for metrics in runs]
            simple = [metrics.get(f"{split}/{known.name}") for metrics in runs]
            values, others = _all(own), _all(simple)
            if values and others:
                return Beside(tag, fmean(values), fmean(others), known.model)
    return None


def _all(values: Sequence[float | None]) -> list[float]:
    """The values if none is missing."""
    known = [value for value in values if value is not None]
    return known if len(known) == len(values) else []
