"""One trial in a process of its own: claimed, run, told."""

import importlib
import math
import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna

from charlab.errors import RunInUseError, one_line
from charlab.sweeps.search.retries import StorageError, patiently
from charlab.sweeps.search.spec import StudyLocation, SweepSpec
from charlab.sweeps.search.study import load
from charlab.sweeps.search.trial_folders import take_folder
from charlab.sweeps.workers.claim import STALLS, Claimed, claim, end
from charlab.sweeps.workers.locks import locks_for
from charlab.sweeps.workers.pruning_reports import Reporter
from charlab.system.terminal import say_traceback

# Exit codes
NOTHING = 3  # there was no trial to take
STOPPED = 4  # a signal ended it; it can go on
IN_VAIN = 5  # the storage, or room on the disk, did not come back
OUTPUT = "workers.log"
_SECONDS_TO_SAVE = 60.0
_SECONDS_BEFORE_ANOTHER_TRY = 5.0  # of a trial whose folder is in use


Watch = Callable[[Mapping[str, float], int], bool]
"""Told a validation's metrics and the characters seen; whether to give the trial up."""


@dataclass(frozen=True)
class JobEnd:
    """How a trial's run ended.

    Attributes:
        status: "completed", "pruned" or "interrupted".
        metrics: what it measured; the validation's are the best checkpoint's.
    """

    status: str
    metrics: dict[str, float]


Job = Callable[[list[str], dict[str, Any], Path, Watch | None], JobEnd]
"""Runs a trial: its overrides, how to compose a configuration, its folder, who watches."""

_MOVED = {"charlab.commands.trial:run_trial": "charlab.sweeps.trial:run_trial"}


def load_job(reference: str) -> Job:
    """The job that ``module:function`` names, also as older studies name it."""
    module, _, name = _MOVED.get(reference, reference).partition(":")
    job: Job = getattr(importlib.import_module(module), name)
    return job


def run_worker(
    where: StudyLocation, n_trials: int, owner: str, threads: int, slot: int, job: str
) -> None:
    """The whole life of a trial's process; it ends with an exit code.

    Args:
        owner: what the supervisor calls this process.
        slot: which of the workers this is; decides which GPU.
        job: what runs trials, "module:function"; the storage's word for it is not taken.
    """
    _stand_alone(where.folder)
    _share_cores(threads)
    try:
        code = _work_on_one(where, n_trials, owner, slot, job)
    except StorageError as error:
        print(f"error: {error}", file=sys.stderr)
        code = IN_VAIN
    sys.exit(code)


def _work_on_one(where: StudyLocation, n_trials: int, owner: str, slot: int, job: str) -> int:
    study, spec = load(where)
    locks = patiently(lambda: locks_for(where))
    claimed = claim(study, spec, locks, n_trials, owner)
    if claimed is None:
        return NOTHING
    locks.keep(lambda: claimed.is_mine, lost=lambda: os.kill(os.getpid(), signal.SIGTERM))
    _share_gpus(slot, claimed.arguments)
    try:
        stopped = run_claimed(study, spec, claimed, where.folder, load_job(job))
    except RunInUseError as error:
        print(f"trial {claimed.trial.number}: {error}; it is let go", file=sys.stderr)
        claimed.trial.set_user_attr(STALLS, [-1, 0])
        time.sleep(_SECONDS_BEFORE_ANOTHER_TRY)
        stopped = True
    locks.let_go(claimed.trial.number)
    if stopped and not claimed.is_mine:
        print(f"trial {claimed.trial.number} is another process's now", file=sys.stderr)
    return STOPPED if stopped else 0


def run_claimed(
    study: optuna.Study, spec: SweepSpec, claimed: Claimed, folder: Path, job: Job
) -> bool:
    """Runs a claimed trial and tells how it ended.

    Returns:
        Whether a signal stopped it or another process has it, so that there is nothing to tell.

    Raises:
        RunInUseError: if another process works in its folder.
        StorageError: if the storage, or room on the disk, does not come back.
    """
    trial = claimed.trial
    watch: Watch | None = None
    if len(spec.objectives) == 1:
        watch = Reporter(trial, spec.objectives[0], spec.unit)
    own = folder / str(trial.number)

    def run() -> JobEnd:
        take_folder(own, claimed.identity)
        composition = {**spec.composition, "fixed": list(spec.fixed)}
        return job(claimed.arguments, composition, own, watch)

    try:
        result = patiently(run)  # after a full disk it goes on from its checkpoint
    except (RunInUseError, StorageError):
        raise
    except Exception as error:
        say_traceback(type(error), error, error.__traceback__)
        if not claimed.is_mine:
            return True
        end(study, trial._trial_id, "FAIL", None, one_line(error))
        return False
    if not claimed.is_mine:
        return True
    if result.status == "interrupted":
        trial.set_user_attr(STALLS, [-1, 0])  # it saved itself: no sign of trouble
        return True
    trial.set_user_attr("figures", result.metrics)
    end(study, trial._trial_id, *_verdict(spec, result))
    return False


def _verdict(spec: SweepSpec, result: JobEnd) -> tuple[str, list[float] | None, str | None]:
    """A trial's state, its objectives' values, and why it has none."""
    if result.status == "pruned":
        return "PRUNED", None, "given up: behind the others"
    missing = [name for name in spec.objectives if name not in result.metrics]
    if missing:
        known = ", ".join(sorted(result.metrics))
        return "FAIL", None, f"the run has no figure {missing[0]}; there are {known}"
    values = {name: float(result.metrics[name]) for name in spec.objectives}
    for name, value in values.items():
        if math.isnan(value):  # Optuna would not take it
            return "FAIL", None, f"{name} is not a number"
    return "COMPLETE", list(values.values()), None


def _stand_alone(folder: Path) -> None:
    """Leaves the terminal's group, so that Ctrl-C reaches the supervisor alone; outlives nobody."""
    if hasattr(os, "setsid") and os.getpid() != os.getsid(0):
        os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGTERM, lambda *_: os._exit(STOPPED))  # while there is no run to save
    send_output_to(folder)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def send_output_to(folder: Path) -> None:
    """Sends what this process and its libraries say to the sweep's folder."""
    output = os.open(folder / OUTPUT, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    parent.join()
    os.kill(os.getpid(), signal.SIGTERM)  # the run saves itself if it is training
    time.sleep(_SECONDS_TO_SAVE)
    os._exit(STOPPED)


def _share_cores(threads: int) -> None:
    os.environ["OMP_NUM_THREADS"] = str(threads)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.set_num_threads(threads)


def _share_gpus(slot: int, arguments: list[str]) -> None:
    if "torch" not in sys.modules:
        return
    from charlab.system.devices import use_own_gpus

    key = "trainer.devices="
    wanted = [word.removeprefix(key) for word in arguments if word.startswith(key)]
    use_own_gpus(slot, int(wanted[-1]) if wanted and wanted[-1].isdigit() else 1)
