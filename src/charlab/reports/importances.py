"""How much each searched setting matters (PED-ANOVA, Watanabe et al. 2023, arXiv:2304.10255)."""

import warnings
from dataclasses import dataclass

from charlab.reports.parameters import column, higher, usable
from charlab.sweeps.results.records import SweepResults

_RELIABLE = 50  # complete trials: of the best tenth there should be five


@dataclass(frozen=True)
class Importances:
    """Shares of the settings for one objective.

    Attributes:
        shares: setting -> its share, the largest first; they sum to 1. Empty if unknown.
        remark: why there are none, or how far to trust them; "" if there is nothing to say.
    """

    shares: dict[str, float]
    remark: str


def importances(results: SweepResults, objective: int = 0) -> Importances:
    """How much the searched settings explain which trials are among the best."""
    trials = usable(results)
    if len(set(column(results, objective))) < 2:
        what = "values" if len(results.objectives) > 1 else results.objectives[0]
        return Importances({}, f"needs two complete trials with different {what}.")
    if len({str(sorted(trial.parameters.items())) for trial in trials}) < 2:
        return Importances({}, "needs complete trials with different settings.")
    raw = _evaluate(results, objective)
    total = sum(raw.values())
    if not total > 0:
        return Importances({}, "the complete trials do not tell the settings apart yet.")
    ordered = sorted(raw.items(), key=lambda pair: (-pair[1], pair[0]))
    few = f"From {len(trials)} complete trials only: a first hint, no more."
    remark = few if len(trials) < _RELIABLE else ""
    return Importances({name: value / total for name, value in ordered}, remark)


def _evaluate(results: SweepResults, objective: int) -> dict[str, float]:
    import optuna

    sign = -1 if higher(results, objective) else 1
    with warnings.catch_warnings(action="ignore"):  # the remark says it in our words
        return optuna.importance.get_param_importances(
            results.study,
            target=lambda trial: sign * trial.values[objective],
            normalize=False,
        )
