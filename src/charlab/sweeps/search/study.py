"""A sweep as a study of Optuna: its storage, and who chooses trials."""

from typing import Any

import optuna
from optuna import samplers

from charlab.errors import SweepError
from charlab.sweeps.search.pruners import build_pruner
from charlab.sweeps.search.retries import patiently
from charlab.sweeps.search.spec import StudyLocation, SweepSpec
from charlab.sweeps.search.storage import open_storage
from charlab.sweeps.search.trial_folders import require_no_trials

SPEC = "charlab spec"  # the study's attribute that holds the definition


def create(location: StudyLocation, spec: SweepSpec) -> SweepSpec:
    """Creates the study if there is none; call it while alone.

    Returns:
        The definition that the study has: the one given, or the one it was created with.

    Raises:
        ConfigError: if the storage cannot be used.
        SweepError: if the study is new, and its folder holds trials of another one.
    """
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


def load(location: StudyLocation, *, reading: bool = False) -> tuple[optuna.Study, SweepSpec]:
    """The study and its definition; its sampler chooses nothing yet.

    Args:
        reading: whether nothing is to be written; else the study is one that has been created
            or read before, so a server that is away is waited for.

    Raises:
        ConfigError: if the storage cannot be used.
        SweepError: if there is no such study.
    """

    def act() -> tuple[optuna.Study, SweepSpec]:
        storage = open_storage(location.storage, reading=reading)
        sampler = samplers.RandomSampler(0)
        study = optuna.load_study(study_name=location.name, storage=storage, sampler=sampler)
        return study, SweepSpec.from_json(study.user_attrs[SPEC])

    try:
        study, spec = act() if reading else patiently(act)
    except KeyError as error:
        raise SweepError(f"the storage has no sweep of charlab named {location.name!r}") from error
    study.pruner = build_pruner(spec)
    return study, spec


def build_sampler(spec: SweepSpec, number: int, name: str | None = None) -> samplers.BaseSampler:
    """What chooses the settings of the trial with this number.

    Trials are chosen in processes of their own, so a seed has to say which trial it is for:
    with one seed for all, every fresh process would draw the same point. Grid and QMC count the
    trials of the study instead and need one seed for all.
    """
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
            seed=seed, n_startup_trials=startup, independent_sampler=samplers.RandomSampler(seed)
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
