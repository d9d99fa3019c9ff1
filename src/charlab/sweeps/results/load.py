"""A sweep on disk as :class:`SweepResults`."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING, Any

from charlab.config.compose import Composition
from charlab.config.overrides import as_typed
from charlab.errors import CharlabError, SweepError, nearest
from charlab.runs.folder import LOCK
from charlab.sweeps.results.records import Finalist, SweepResults, TrialResult
from charlab.sweeps.results.sweep_file import RECORD, location_of, read_record
from charlab.sweeps.search.spec import StudyLocation, SweepSpec
from charlab.sweeps.search.study import load
from charlab.sweeps.search.trial_folders import belongs, read_mapping
from charlab.sweeps.workers.claim import IDENTITY, OF, REASON, WORDS
from charlab.sweeps.workers.locks import LOCKS
from charlab.system.entry_point import command_line
from charlab.system.file_locks import is_locked
from charlab.system.files import user_path

if TYPE_CHECKING:
    from optuna.trial import FrozenTrial

SWEEPS = "sweeps"  # the folder of all sweeps, below output_dir
FINALISTS = "finalists"  # the folder and the study's suffix of the best ones' further runs
_STATES = {"FAIL": "failed"}  # all others have the word that Optuna has


def find_sweep(sweep: str, output_dir: str) -> Path:
    """The folder that ``sweep=`` names: "latest", a sweep's name or its folder.

    Raises:
        SweepError: if there is none.
    """
    parent = user_path(output_dir) / SWEEPS
    there = {path.parent.name: path.stat().st_mtime for path in parent.glob(f"*/{RECORD}")}
    if sweep == "latest":
        if not there:
            raise SweepError(
                f"no sweep in {parent}/ yet; make one: {command_line('train')} -m sweep=optuna"
            )
        return parent / max(there, key=lambda name: (there[name], name))
    for folder in (parent / sweep, user_path(sweep)):
        if sweep and (folder / RECORD).exists():
            return folder
    hint = f": {nearest(sweep, ['latest', *sorted(there)])}"
    raise SweepError(f"there is no sweep {sweep!r} in {parent}/{hint}")


def load_results(folder: Path, storage: str | None = None) -> SweepResults:
    """Reads a sweep, finished or not.

    Args:
        folder: the sweep's.
        storage: the storage's URL, where it is no file in that folder.

    Raises:
        SweepError, ConfigError: if it cannot be read.
    """
    record = read_record(folder)
    location = location_of(folder, record, storage)
    try:
        return _read(record, location)
    except CharlabError:
        raise
    except Exception as error:  # what stands in a foreign or damaged storage raises anything
        reason = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
        raise SweepError(f"the study of the sweep in {folder} is damaged: {reason}") from error


def _read(record: Mapping[str, Any], location: StudyLocation) -> SweepResults:
    folder = location.folder
    study, spec = load(location, reading=True)
    if len(study.directions) != len(spec.objectives):
        raise ValueError("it has other objectives than the sweep")
    places = Composition.from_plain(spec.composition).arguments
    trials = study.get_trials(deepcopy=False)
    return SweepResults(
        name=folder.name,
        folder=folder,
        objectives=spec.objectives,
        directions=spec.directions,
        n_trials=max(int(record["n_trials"]), len(trials)),
        sampler=spec.sampler,
        pruner=spec.pruner,
        seed=spec.seed,
        space=dict(sorted(spec.space.items())),
        fixed=tuple(as_typed(word) for word in spec.fixed),
        trials=tuple(_result(trial, places, folder) for trial in trials),
        finalists=tuple(_finalists(location, record, spec, trials)),
        study=study,
        words=tuple(map(str, words if isinstance(words := record.get("words"), list) else ())),
    )


def _result(trial: "FrozenTrial", places: Sequence[str], folder: Path) -> TrialResult:
    own = _own_folder(trial, folder)
    metrics = dict(trial.user_attrs.get("figures", {})) or _figures(own)
    arguments = trial.user_attrs.get(WORDS, [])
    finished = trial.state.name in ("COMPLETE", "PRUNED")
    values = tuple(map(float, trial.values)) if finished and trial.values else None
    curve = sorted((int(seen), float(value)) for seen, value in trial.intermediate_values.items())
    return TrialResult(
        number=trial.number,
        state=_state(trial, folder / str(trial.number)),
        parameters=dict(trial.params),
        values=values,
        curve=tuple(curve),
        arguments=(*places, *(as_typed(word) for word in arguments)),
        reason=None if trial.state.name == "COMPLETE" else trial.user_attrs.get(REASON),
        seconds=metrics.get("time/train_seconds"),
        begun=trial.datetime_start,
        ended=trial.datetime_complete,
        folder=own,
        metrics=metrics,
        limit_share=metrics.get("progress/share"),
    )


def _own_folder(trial: "FrozenTrial", folder: Path) -> Path | None:
    """A trial's folder; None if it is not on this machine, or holds another study's trial."""
    own = folder / str(trial.number)
    is_own = own.is_dir() and belongs(own, trial.user_attrs.get(IDENTITY))
    return own if is_own else None


def _state(trial: "FrozenTrial", own: Path) -> str:
    """A trial's state; "died" where the storage says "running" and no process has its locks."""
    name, locks = trial.state.name, own.parent / LOCKS
    state = _STATES.get(name, name.lower())
    may_have_died = state == "running" and (locks.is_dir() or own.is_dir())
    if may_have_died and not (is_locked(locks / own.name) or is_locked(own / LOCK)):
        return "died"
    return state


def _figures(folder: Path | None) -> dict[str, float]:
    """What the run's own folder says, of a trial that has told nothing (yet)."""
    metrics = {} if folder is None else read_mapping(folder / "metrics.json")
    with contextlib.suppress(OverflowError):
        return {k: float(v) for k, v in metrics.items() if isinstance(v, int | float)}
    return {}


def is_of(run: Mapping[str, Any], trials: Sequence["FrozenTrial"]) -> bool:
    """Whether a finalist's run, by its attributes, repeats one of these trials.

    Its study is one of its own, which may have outlived the trials' study.
    """
    number = int(run["trial"])
    if number >= len(trials):
        return False
    return bool(trials[number].user_attrs.get(IDENTITY) == run.get(OF))


def finalist_location(location: StudyLocation) -> StudyLocation:
    """Where the further runs of a sweep's best are."""
    name = f"{location.name}/{FINALISTS}"
    return StudyLocation(name, location.folder / FINALISTS, location.storage)


def _finalists(
    location: StudyLocation,
    record: Mapping[str, Any],
    spec: SweepSpec,
    trials: Sequence["FrozenTrial"],
) -> Iterator[Finalist]:
    if not record.get("finalists"):
        return
    where = finalist_location(location)
    try:
        study, _ = load(where, reading=True)
    except SweepError:  # not begun yet
        return
    places = Composition.from_plain(spec.composition).arguments
    of_trial: dict[int, list[FrozenTrial]] = {}
    for run in study.get_trials(deepcopy=False):
        if "trial" in run.user_attrs and is_of(run.user_attrs, trials):
            of_trial.setdefault(int(run.user_attrs["trial"]), []).append(run)
    found = []
    for number, group in of_trial.items():
        done = {int(r.user_attrs["seed"]): r for r in group if r.state.name == "COMPLETE"}
        seeds = dict(sorted(done.items()))
        arguments = group[0].user_attrs["base_words"]
        found.append(
            Finalist(
                trial=number,
                arguments=(*places, *(as_typed(word) for word in arguments)),
                values={seed: float(run.values[0]) for seed, run in seeds.items()},
                metrics={seed: dict(run.user_attrs["figures"]) for seed, run in seeds.items()},
                folders={
                    seed: own
                    for seed, run in seeds.items()
                    if (own := _own_folder(run, where.folder))
                },
            )
        )
    sign = -1.0 if spec.directions[0] == "maximize" else 1.0
    yield from sorted(found, key=lambda f: (not f.values, sign * fmean(f.values.values() or [0.0])))
