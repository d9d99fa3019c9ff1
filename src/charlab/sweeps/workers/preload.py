"""Imported once by the fork server: what every trial's process would otherwise import for itself.

Importing is not enough: the libraries load parts of themselves at their first use, so a trial of a
study in memory is gone through. Nothing of it remains: no connection, no thread.
"""

# ruff: noqa: E402
from charlab.system.startup import prepare

prepare()

import hydra  # noqa: F401
import optuna
import sqlalchemy.dialects.sqlite  # noqa: F401

import charlab.config.compose
import charlab.sweeps.workers.claim
import charlab.sweeps.workers.worker  # noqa: F401
from charlab.sweeps.search.parameter import Parameter
from charlab.sweeps.search.storage import open_storage


def _walk_through() -> None:
    storage = open_storage("sqlite:///:memory:")
    study = optuna.create_study(storage=storage, sampler=optuna.samplers.RandomSampler(0))
    trial = study.ask()
    distribution = Parameter("x", "interval(0,1)").distribution
    assert isinstance(distribution, optuna.distributions.FloatDistribution)
    trial.suggest_float("x", distribution.low, distribution.high)
    trial.set_user_attr("a", 1)
    trial.report(1.0, 1)
    study.tell(trial, 1.0)
    storage.remove_session()
    storage.engine.dispose()


_walk_through()
