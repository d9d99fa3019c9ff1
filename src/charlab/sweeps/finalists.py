"""A sweep's best configurations, trained again in full with several seeds.

The best of many trials is best partly by luck: its figure is the smallest of many noisy ones.
Further runs with seeds that decided nothing say how good it is.
"""

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

from charlab.config.sweep_schema import SweepOptions
from charlab.errors import SweepError
from charlab.sweeps.claim import GIVEN, IDENTITY, LABEL, OF, WORDS
from charlab.sweeps.loading import finalist_address, is_of
from charlab.sweeps.locks import locks_for
from charlab.sweeps.spec import Address, Spec
from charlab.sweeps.study import create, load
from charlab.terminal import say, warn

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

Work = Callable[[Address, Spec, int, SweepOptions], int | None]


def run_finalists(address: Address, spec: Spec, options: SweepOptions, work: Work) -> int | None:
    """Runs what is missing of the finalists' further runs.

    They are a study of their own beside the sweep's, so that they are shared by workers, resumed
    and counted like its trials.

    Args:
        address: the sweep's.
        spec: its definition.
        options: how many finalists, how many seeds.
        work: works on a study until it has so many trials.

    Returns:
        The signal that stopped it, if one did.
    """
    study, _ = load(address)
    trials = study.get_trials(deepcopy=False)
    best = _best(trials, spec, options.finalists)
    if not best:
        warn("no trial is complete, so there are no finalists")
        return None
    seed = int(spec.base.get("seed", 0))
    seeds = [seed + 1 + i for i in range(options.finalist_seeds)]
    numbers = ", ".join(str(trial.number) for trial in best)
    say(f"finalists: trials {numbers}, each with the seeds {seeds[0]} to {seeds[-1]}")
    where = finalist_address(address)
    where.folder.mkdir(exist_ok=True)
    final_spec = dataclasses.replace(spec, pruner="none", sampler="random", space={}, function=None)
    with locks_for(where.storage, where.name, where.folder).alone():
        create(where, final_spec)
        total = _enqueue(where, trials, best, seeds)
    return work(where, final_spec, total, options)


def _best(trials: list["FrozenTrial"], spec: Spec, count: int) -> list["FrozenTrial"]:
    """The best complete trials, each configuration once."""
    sign = -1.0 if spec.directions[0] == "maximize" else 1.0
    complete = [trial for trial in trials if trial.state.name == "COMPLETE"]
    ranked = sorted(complete, key=lambda trial: (sign * trial.values[0], trial.number))
    different = {tuple(_without_seed(t.user_attrs[WORDS])): t for t in reversed(ranked)}
    return sorted(different.values(), key=ranked.index)[:count]


def _enqueue(
    where: Address, trials: list["FrozenTrial"], best: list["FrozenTrial"], seeds: list[int]
) -> int:
    """Queues the runs that are not there yet; how many there are then."""
    study, _ = load(where)
    attributes = [trial.user_attrs for trial in study.get_trials(deepcopy=False)]
    there = {(known["trial"], known["seed"]) for known in attributes}
    if not all(is_of(known, trials) for known in attributes):
        raise SweepError(
            f"the storage holds finalists of another sweep {where.name.partition('/')[0]}: choose "
            "another sweep.name"
        )
    for trial in best:
        words = _without_seed(trial.user_attrs[WORDS])
        for seed in seeds:
            if (trial.number, seed) not in there:
                study.enqueue_trial(
                    {},
                    user_attrs={
                        "trial": trial.number,
                        "seed": seed,
                        OF: trial.user_attrs.get(IDENTITY),
                        "base_words": words,
                        GIVEN: [*words, f"seed={seed}"],
                        LABEL: f"trial {trial.number} with seed {seed}",
                    },
                )
    return len(study.get_trials(deepcopy=False))


def _without_seed(words: list[str]) -> list[str]:
    return [word for word in words if not word.startswith("seed=")]
