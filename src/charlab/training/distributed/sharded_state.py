"""What a checkpoint holds of several processes, in the form of one and back.

Lanes of the carried state lie one after another, as one process would have them; what each process
has of its own (random states, its sums) stands under ``processes``, which one process has not.
"""

from typing import Any

import torch
from lightning_fabric.utilities.apply_func import move_data_to_device

from charlab.errors import CheckpointError
from charlab.runs.checkpoint import named
from charlab.system.words import counted
from charlab.training.distributed.process_group import ProcessGroup

OWN = ("carry", "sums", "random")
_PROCESSES = "processes"


def join(training: dict[str, Any], process_group: ProcessGroup) -> dict[str, Any]:
    """A run's training state with that of all processes in it; all of them call this."""
    if process_group.is_single_process:
        return training
    own = {name: training[name] for name in OWN}
    all_own = process_group.gather(move_data_to_device(own, torch.device("cpu")))
    carries = [one["carry"] for one in all_own]
    carry = None
    if carries[0] is not None:
        carry = [torch.cat(parts, dim=1) for parts in zip(*carries, strict=True)]
    processes = {
        "lanes": [0 if one is None else one[0].shape[1] for one in carries],
        "sums": [one["sums"] for one in all_own],
        "random": [one["random"] for one in all_own],
    }
    return {**training, "carry": carry, _PROCESSES: processes}


def share(training: dict[str, Any], process_group: ProcessGroup) -> dict[str, Any]:
    """A process's own part of what :func:`join` gave.

    Raises:
        CheckpointError: if another number of processes wrote it.
    """
    processes = training.get(_PROCESSES)
    if processes is not None:
        named(processes, list)
    written_by = 1 if processes is None else len(processes["random"])
    if written_by != process_group.size:
        trained_by = counted(written_by, "process", "processes")
        raise CheckpointError(
            f"this run was trained by {trained_by} and goes on with as many: "
            f"trainer.devices × trainer.nodes is {process_group.size}"
        )
    if processes is None:
        return training
    carry = training["carry"]
    if carry is not None:
        carry = [
            torch.split(part, processes["lanes"], dim=1)[process_group.rank].clone()
            for part in carry
        ]
    own = {name: processes[name][process_group.rank] for name in ("sums", "random")}
    return {**training, "carry": carry, **own}
