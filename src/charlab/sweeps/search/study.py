"""A sweep as a study of Optuna: its storage, who chooses trials, who prunes them."""

import binascii
from typing import TYPE_CHECKING, Any

from charlab.errors import SweepError
from charlab.sweeps.search.retries import patiently
from charlab.sweeps.search.spec import StudyLocation, SweepSpec
from charlab.sweeps.search.trial_folders import require_no_trials

if TYPE_CHECKING:
    import optuna

SPEC = "charlab spec"  # the study's attribute that holds the definition


def create(location: StudyLocation, spec: SweepSpec) -> SweepSpec:
    """Creates the study if there is none; call it while alone.

    Returns:
        The definition that the study has: the one given, or the one it was created with.

    Raises:
        ConfigError: if the storage cannot be used.
        SweepError: if the study is new, and its folder holds trials of another one.
    """
    import optuna

    from charlab.sweeps.search.storage import open_storage

    study = optuna.create_study(
        study_name=location.name,
        storage=open_storage(location.storage),
        directions=["maximize" if d == "maximize" else "minimize" for d in spec.directions],
        load_if_exists=True,
    )
    stored = study.user_attrs.get(SPEC)
    if stored is None:
        require_no_trials(location.folder)
        study.set_user_attr(SPEC, spec.to_json())
        return spec
    return SweepSpec.from_json(stored)


def load(location: StudyLocation, *, reading: bool = False) -> tuple["optuna.Study", SweepSpec]:
    """The study and its definition; its sampler chooses nothing yet.

    Args:
        location: the sweep's.
        reading: whether nothing is to be written; else the study is one that has been created
            or read before, so a server that is away is waited for.

    Raises:
        ConfigError: if the storage cannot be used.
        SweepError: if there is no such study.
    """
    if reading:
        return _load(location, reading=True)
    return patiently(lambda: _load(location, reading=False))


def _load(location: StudyLocation, *, reading: bool) -> tuple["optuna.Study", SweepSpec]:
    import optuna

    from charlab.sweeps.search.storage import open_storage

    storage = open_storage(location.storage, reading=reading)
    try:
        study = optuna.load_study(
            study_name=location.name, storage=storage, sampler=optuna.samplers.RandomSampler(0)
        )
        spec = SweepSpec.from_json(study.user_attrs[SPEC])
    except KeyError as error:
        raise SweepError(f"the storage has no sweep of charlab named {location.name!r}") from error
    study.pruner = build_pruner(spec)
    return study, spec


def build_sampler(
    spec: SweepSpec, number: int, name: str | None = None
) -> "optuna.samplers.BaseSampler":
    """What chooses the settings of the trial with this number.

    Trials are chosen in processes of their own, so a seed has to say which trial it is for:
    with one seed for all, every fresh process would draw the same point. Grid and QMC count the
    trials of the study instead and need one seed for all.
    """
    from optuna import samplers

    seed = (spec.seed + 7919 * number) % 2**32
    startup = spec.startup_trials
    name = name or spec.sampler
    if name == "tpe":
        return samplers.TPESampler(
            seed=seed,
            n_startup_trials=startup,
            multivariate=True,
            constant_liar=True,
            group=spec.function is not None,
        )
    if name == "gp":
        return samplers.GPSampler(
            seed=seed,
            n_startup_trials=startup,
            independent_sampler=samplers.RandomSampler(seed),
        )
    if name == "qmc":
        return samplers.QMCSampler(
            seed=spec.seed,
            scramble=True,
            independent_sampler=samplers.RandomSampler(seed),
            warn_independent_sampling=False,
            warn_asynchronous_seeding=False,
        )
    if name == "grid":
        points: Any = {p.key: p.points() for p in spec.parameters}
        return samplers.GridSampler(points, seed=spec.seed)
    return samplers.RandomSampler(seed)


def build_pruner(spec: SweepSpec) -> "optuna.pruners.BasePruner":
    """What gives trials up. Its steps are characters of training."""
    from optuna import pruners

    spared = spec.warmup * spec.unit + 1 if spec.warmup else 0
    median = pruners.MedianPruner(n_startup_trials=spec.startup_trials, n_warmup_steps=spared)
    first = max(1, spec.warmup) * spec.unit
    if spec.pruner == "median":
        return median
    if spec.pruner == "percentile":
        return pruners.PercentilePruner(
            spec.percentile, n_startup_trials=spec.startup_trials, n_warmup_steps=spared
        )
    if spec.pruner == "patient":
        return pruners.PatientPruner(median, patience=spec.patience)
    if spec.pruner == "successive_halving":
        return pruners.SuccessiveHalvingPruner(
            min_resource=first, reduction_factor=spec.reduction_factor
        )
    if spec.pruner == "hyperband":
        return _hyperband(
            min_resource=first,
            max_resource=max(first, spec.full) if spec.full else "auto",
            reduction_factor=spec.reduction_factor,
        )
    return pruners.NopPruner()


def _hyperband(**options: Any) -> "optuna.pruners.BasePruner":
    import optuna

    class Hyperband(optuna.pruners.HyperbandPruner):
        """Deals trials to brackets by their numbers alone.

        Optuna's own also hashes the study's name, so that a sweep would go otherwise under
        another name.
        """

        def _get_bracket_id(self, study: Any, trial: Any) -> int:
            if not self._pruners:
                return 0
            assert self._n_brackets is not None
            share = binascii.crc32(str(trial.number).encode()) % self._total_trial_allocation_budget
            for bracket, budget in enumerate(self._trial_allocation_budgets):
                share -= budget
                if share < 0:
                    return bracket
            return self._n_brackets - 1

    return Hyperband(**options)
