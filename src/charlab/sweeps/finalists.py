"""A sweep's best configurations, trained again in full with several seeds.

The best of many trials is best partly by luck: its figure is the smallest of many noisy ones.
Further runs with seeds that decided nothing say how good it is.
"""

import dataclasses
import itertools
from collections.abc import Callable

from optuna.trial import FrozenTrial

from charlab.config.sweep_schema import SweepOptions
from charlab.errors import SweepError
from charlab.sweeps.results.load import finalist_location, is_of
from charlab.sweeps.search.spec import StudyLocation, SweepSpec
from charlab.sweeps.search.study import create, load
from charlab.sweeps.workers.claim import GIVEN, IDENTITY, LABEL, OF, WORDS
from charlab.sweeps.workers.locks import locks_for
from charlab.system.terminal import say, warn

Work = Callable[[StudyLocation, SweepSpec, int, SweepOptions], int | None]


def run_finalists(
    location: StudyLocation, spec: SweepSpec, options: SweepOptions, work: Work
) -> int | None:
    """Runs what is missing of the finalists' further runs.

    They are a study of their own beside the sweep's, so that they are shared by workers, resumed
    and counted like its trials.

    Args:
        work: works on a study until it has so many trials.

    Returns:
        The signal that stopped it, if one did.
    """
    study, _ = load(location)
    trials = study.get_trials(deepcopy=False)
    best = _best(trials, spec, options.finalists)
    if not best:
        warn("no trial is complete, so there are no finalists")
        return None
    seeds = _unused_seeds(trials, spec, options.finalist_seeds)
    numbers = ", ".join(str(trial.number) for trial in best)
    named = "trial" if len(best) == 1 else "trials"
    each = "with seed" if len(seeds) == 1 else "each with the seeds"
    say(f"finalists: {named} {numbers}, {each} {', '.join(map(str, seeds))}")
    where = finalist_location(location)
    where.folder.mkdir(exist_ok=True)
    final_spec = dataclasses.replace(spec, pruner="none", sampler="random", space={}, function=None)
    with locks_for(where).alone():
        create(where, final_spec)
        total = _enqueue(where, trials, best, seeds, retry_failed=options.retry_failed)
    return work(where, final_spec, total, dataclasses.replace(options, max_minutes=None))


def _unused_seeds(trials: list[FrozenTrial], spec: SweepSpec, count: int) -> list[int]:
    """Seeds that decided nothing in the search: the first above the sweep's own.

    What a search of the seed may still draw is left out too, so that they stay when it goes on.
    """
    own = int(spec.base.get("seed", 0))
    used = {_seed_of(word) for trial in trials for word in trial.user_attrs.get(WORDS, ())}
    searched = [p.extremes() for p in spec.parameters if p.key.lstrip("+") == "seed"]
    first = max([own, *(int(value) for values in searched for value in values)]) + 1
    seeds = itertools.chain(range(first, 2**32), range(first))
    return list(itertools.islice((seed for seed in seeds if seed not in used), count))


def _seed_of(word: str) -> int | None:
    key, _, value = word.lstrip("+").partition("=")
    return int(value) if key == "seed" and value.isdecimal() else None


def _best(trials: list[FrozenTrial], spec: SweepSpec, count: int) -> list[FrozenTrial]:
    """The best complete trials, each configuration once."""
    different: dict[tuple[str, ...], FrozenTrial] = {}
    for trial in spec.ranked(trials):
        different.setdefault(tuple(_without_seed(trial.user_attrs[WORDS])), trial)
    return list(different.values())[:count]


def _enqueue(
    where: StudyLocation,
    trials: list[FrozenTrial],
    best: list[FrozenTrial],
    seeds: list[int],
    *,
    retry_failed: bool,
) -> int:
    """Queues the runs that are not there yet; how many there are then."""
    study, _ = load(where)
    runs = study.get_trials(deepcopy=False)
    attributes = [r.user_attrs for r in runs if r.state.name != "FAIL" or not retry_failed]
    there = {(known["trial"], known["seed"]) for known in attributes}
    if not all(is_of(known, trials) for known in attributes):
        raise SweepError(
            f"the storage holds finalists of another sweep {where.name.partition('/')[0]}: choose "
            "another sweep.name"
        )
    for trial in best:
        arguments = _without_seed(trial.user_attrs[WORDS])
        for seed in seeds:
            if (trial.number, seed) not in there:
                study.enqueue_trial(
                    {},
                    user_attrs={
                        "trial": trial.number,
                        "seed": seed,
                        OF: trial.user_attrs.get(IDENTITY),
                        "base_words": arguments,
                        GIVEN: [*arguments, f"seed={seed}"],
                        LABEL: f"trial {trial.number} with seed {seed}",
                    },
                )
    return len(study.get_trials(deepcopy=False))


def _without_seed(arguments: list[str]) -> list[str]:
    return [word for word in arguments if not word.lstrip("+").startswith("seed=")]
