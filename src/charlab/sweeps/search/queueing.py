"""Trials whose settings are known beforehand: the user's own, and failed ones to try again."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import optuna

from charlab.errors import ConfigError, nearest
from charlab.sweeps.search.parameter import Parameter

ENQUEUED = "enqueued"  # attribute of a trial: the settings that the user gave it
RETRY_OF = "retry of"  # attribute of a trial: the failed one that it repeats


def known_settings(
    given: Sequence[Mapping[str, Any]], space: Mapping[str, Parameter]
) -> list[dict[str, Any]]:
    """``sweep.enqueue`` as values of the search.

    Raises:
        ConfigError: if it names what is not searched, or a value that the search does not hold.
    """
    return [dict(_known(settings, space)) for settings in given]


def _known(
    settings: Mapping[str, Any], space: Mapping[str, Parameter]
) -> Iterator[tuple[str, Any]]:
    if not settings:
        raise ConfigError("sweep.enqueue holds a trial without settings: write {KEY: VALUE}")
    for key, value in settings.items():
        if key not in space:
            hint = nearest(key, sorted(space))
            raise ConfigError(f"sweep.enqueue: {key} is not searched here; {hint}")
        try:
            yield space[key].key, space[key].value_of(value)
        except ConfigError as error:
            raise ConfigError(f"sweep.enqueue: {error}") from error


def queue_known(study: optuna.Study, known: Sequence[Mapping[str, Any]]) -> int:
    """Queues trials with these settings, each once however often it is asked for; how many."""
    there = [t.user_attrs.get(ENQUEUED) for t in study.get_trials(deepcopy=False)]
    new = [dict(settings) for i, settings in enumerate(known) if settings not in known[:i]]
    new = [settings for settings in new if settings not in there]
    for settings in new:
        study.enqueue_trial(settings, user_attrs={ENQUEUED: settings})
    return len(new)


def queue_failed(study: optuna.Study) -> int:
    """Queues failed trials again that are not yet, under new numbers; how many."""
    trials = study.get_trials(deepcopy=False)
    retried = {trial.user_attrs.get(RETRY_OF) for trial in trials}
    failed = [t for t in trials if t.state.name == "FAIL" and t.number not in retried]
    for trial in failed:
        study.enqueue_trial(trial.params, user_attrs={RETRY_OF: trial.number})
    return len(failed)


def retries(study: optuna.Study) -> int:
    """How many trials repeat a failed one; they come on top of the number that is asked for."""
    return sum(RETRY_OF in trial.user_attrs for trial in study.get_trials(deepcopy=False))
