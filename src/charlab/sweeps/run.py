"""``python train.py -m sweep=optuna``: a sweep begun, joined or gone on with, to its end."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from hydra.core.config_loader import ConfigLoader

from charlab.config.compose import Composition
from charlab.config.overrides import as_typed
from charlab.config.sweep_schema import SweepOptions
from charlab.errors import ConfigError, SweepError
from charlab.runs.folder import first_free, require_writable
from charlab.sweeps.display import SweepDisplay
from charlab.sweeps.finalists import run_finalists
from charlab.sweeps.results.load import SWEEPS, load_results
from charlab.sweeps.results.records import SweepResults
from charlab.sweeps.results.sweep_file import file_url, write_record
from charlab.sweeps.search.databases import with_driver, without_password
from charlab.sweeps.search.planning import Plan, plan
from charlab.sweeps.search.queueing import queue_failed, queue_known, retries
from charlab.sweeps.search.retries import StorageError
from charlab.sweeps.search.spec import StudyLocation, SweepSpec
from charlab.sweeps.search.study import create, load
from charlab.sweeps.tables import summary
from charlab.sweeps.workers.engines import build_engine
from charlab.sweeps.workers.locks import locks_for
from charlab.sweeps.workers.supervisor import Supervisor
from charlab.system.entry_point import command_line
from charlab.system.files import user_path
from charlab.system.style import line, styled
from charlab.system.terminal import LogFile, say, screen_width, start_logging, told
from charlab.system.words import counted


def run_sweep(
    options: SweepOptions, composition: Composition, arguments: Sequence[str], loader: ConfigLoader
) -> None:
    """Runs a sweep to its end; the arguments are the command line's overrides.

    Raises:
        ConfigError, DataError: before the first trial, if something in it does not fit.
        SweepError: if a sweep of this name is another one, or trials fail in a row.
        KeyboardInterrupt: on Ctrl-C, when every worker has saved.
    """
    planned = plan(options, composition, arguments, loader)
    start_logging()
    require_writable(planned.output_dir)
    folder = _folder(planned.output_dir, options.name)
    location = _address(folder, options.storage)
    spec = _begin_or_join(location, planned.spec)
    words = _words_again(folder.name)
    again = command_line("train", *words)
    with LogFile(folder / "sweep.log"):
        n_trials = _queue(location, planned, options)
        write_record(folder, location, n_trials, options, words)
        _say_beginning(location, spec, planned, options)
        try:
            signum = _work(location, spec, n_trials, options)
            if signum is None and options.finalists:
                signum = run_finalists(location, spec, options, _work)
        except StorageError as error:
            raise StorageError(f"{error}; to go on: {again}") from error
        if signum is not None:
            say(line("stopped; to go on: ", styled(again, "command")))
        results = load_results(folder, location.storage)
        _say_end(results, location, again, stopped=signum is not None)
        if signum is None:
            _require_success(results)
    if signum == signal.SIGINT:
        raise KeyboardInterrupt
    if signum is not None:
        sys.exit(128 + signum)


def _folder(output_dir: str, name: str | None) -> Path:
    """The sweep's folder, made if it is new; without a name, one of its own."""
    parent = user_path(output_dir) / SWEEPS
    parent.mkdir(parents=True, exist_ok=True)
    if name is not None:
        (parent / name).mkdir(exist_ok=True)
        return parent / name
    return first_free(parent)


def _address(folder: Path, storage: str | None) -> StudyLocation:
    if storage is None:
        return StudyLocation(folder.name, folder, file_url(folder))
    if storage.startswith("sqlite"):
        raise ConfigError(
            "sweep.storage is for servers (postgresql+psycopg://…, mysql+pymysql://…); without it "
            "the storage is an SQLite file in the sweep's folder"
        )
    return StudyLocation(folder.name, folder, with_driver(storage))


def _begin_or_join(location: StudyLocation, spec: SweepSpec) -> SweepSpec:
    with locks_for(location).alone():
        stored = create(location, spec)
    differences = list(stored.differences(spec))
    if differences:
        raise SweepError(
            f"the sweep {location.name} is another one; it goes on with its own settings only (or "
            "choose another sweep.name):",
            *(f"  {line}" for line in differences),
        )
    return stored


def _queue(location: StudyLocation, planned: Plan, options: SweepOptions) -> int:
    """Queues what is tried again and what is known; how many trials there are to be then."""
    study, _ = load(location)
    with locks_for(location).alone():
        if count := queue_failed(study) if options.retry_failed else 0:
            say(f"failed trials that are tried again: {count}, under new numbers")
        if count := queue_known(study, planned.known):
            say(f"known settings that are tried first: {count}")
        return planned.n_trials + retries(study)


def _work(
    location: StudyLocation, spec: SweepSpec, n_trials: int, options: SweepOptions
) -> int | None:
    """Works until there are ``n_trials``; the signal that stopped it, if one did."""
    with SweepDisplay(spec) as display:
        return Supervisor(
            location=location,
            n_trials=n_trials,
            size=options.workers,
            engine=build_engine(options.engine, location, n_trials, options.workers, spec.job),
            max_failures=options.max_failures or sys.maxsize,
            minutes=options.max_minutes,
            on_status=display.on_status,
        ).run()


def _say_beginning(
    location: StudyLocation, spec: SweepSpec, planned: Plan, options: SweepOptions
) -> None:
    for parameter in spec.parameters:
        say(f"searching {parameter.key} in {parameter.text}")
    for remark in planned.remarks:
        say(line(remark))
    goals = zip(spec.objectives, spec.directions, strict=True)
    aims = ", ".join(f"{way} {name}" for name, way in goals)
    say(
        f"{aims}; {counted(planned.n_trials, 'trial')}, "
        f"sampler {spec.sampler}, pruner {spec.pruner}, {options.workers} at a time"
    )
    say(f"sweep: {location.folder}")


def _require_success(results: SweepResults) -> None:
    """A sweep of failures is one: whoever waits for it in a script has to see it."""
    if results.trials and all(trial.state == "failed" for trial in results.trials):
        reason = results.trials[-1].reason
        raise SweepError(f"every trial failed, the last because: {reason}")


def _words_again(name: str) -> list[str]:
    """This process's command line, so that it goes on with its sweep; without a password."""
    arguments = []
    for word in map(as_typed, sys.argv[1:]):
        key, _, value = word.partition("=")
        is_url = key.lstrip("+") == "sweep.storage" and "://" in value
        arguments.append(f"{key}={without_password(with_driver(value))}" if is_url else word)
    if not any(word.lstrip("+").startswith("sweep.name=") for word in arguments):
        arguments.append(f"sweep.name={name}")
    return arguments


def _command_to_report(location: StudyLocation) -> str:
    folder = location.folder
    is_usual = folder.parent == user_path("outputs") / SWEEPS
    arguments = [f"sweep={folder.name if is_usual else folder}"]
    if location.storage != file_url(folder):
        arguments.append(f"storage={without_password(location.storage)}")
    return command_line("report", *arguments)


def _say_end(results: SweepResults, location: StudyLocation, again: str, *, stopped: bool) -> None:
    say("")
    for text in summary(results, screen_width()):
        say(text)
    winner = _winner(results)
    if winner is not None:
        say("")
        say(told("best", winner[0]))
        say(styled(f"  {winner[1]}", "command"))
    done = sum(len(results.of_state(state)) for state in ("complete", "pruned", "failed"))
    if not stopped and done < results.n_trials:
        say(line("sweep.max_minutes are over; to go on: ", styled(again, "command")))
    say(styled(f"  {_command_to_report(location)}", "command"))


def _winner(results: SweepResults) -> tuple[str, str] | None:
    """The best of a sweep with one objective, and the command that repeats it.

    Of finalists their mean counts: the best of many trials is best partly by luck.
    """
    objective, best = results.objectives[0], results.best
    finalist = next((f for f in results.finalists if f.values), None)
    if finalist is not None:
        return (
            f"trial {finalist.trial}, {finalist.summary(objective)}",
            command_line("train", *finalist.arguments),
        )
    if best is None or best.values is None:
        return None
    return f"trial {best.number}, {objective} {best.values[0]:.4f}", best.command
