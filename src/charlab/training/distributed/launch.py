"""Which place a process has: alone, the first of those that it starts, or what a cluster says."""

import atexit
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from charlab.config.schema import TrainerOptions
from charlab.errors import ConfigError
from charlab.training.distributed.process_group import (
    ProcessGroup,
    connect,
    disconnect,
    is_connected,
)

_TORCHRUN = ("RANK", "WORLD_SIZE", "LOCAL_RANK")
_SLURM = ("SLURM_PROCID", "SLURM_NTASKS", "SLURM_LOCALID")


@dataclass(frozen=True)
class Cluster:
    """What a cluster's variables say.

    Attributes:
        rank, size, local_rank: as of :class:`ProcessGroup`.
        address: of the first host, "host:port".
    """

    rank: int
    size: int
    local_rank: int
    address: str


def read_cluster(variables: Mapping[str, str]) -> Cluster | None:
    """What torchrun's or Slurm's variables say; None where there are none or they make no sense."""
    for names in (_TORCHRUN, _SLURM):
        try:
            rank, size, local_rank = (int(variables[name]) for name in names)
        except (KeyError, ValueError):
            continue
        address = _address(variables)
        if address is not None:
            return Cluster(rank, size, local_rank, address)
    return None


def _address(variables: Mapping[str, str]) -> str | None:
    host = variables.get("MASTER_ADDR")
    if host is None:
        hosts = variables.get("SLURM_JOB_NODELIST") or variables.get("SLURM_NODELIST")
        if hosts is None:
            return None
        host = first_host(hosts)
    port = variables.get("MASTER_PORT")
    if port is None:
        job = variables.get("SLURM_JOB_ID", "0")
        port = str(15000 + int(job[-4:])) if job.isdigit() else "15000"  # the same in every process
    return f"{host}:{port}"


def first_host(hosts: str) -> str:
    """The first of Slurm's list of hosts: "node[07-09,12],big1" has node07."""
    found = re.match(r"([^,\[]+)(?:\[([^,\]-]+)[^\]]*\]([^,]*))?", hosts)
    return "".join(part or "" for part in found.groups()) if found else hosts


def rank_outside(nodes: int, variables: Mapping[str, str] = os.environ) -> int:
    """The rank that a cluster gave this process of a run on several hosts; 0 of any other run."""
    cluster = read_cluster(variables) if nodes > 1 else None
    return 0 if cluster is None else cluster.rank


def init_processes(trainer: TrainerOptions, device: torch.device) -> ProcessGroup:
    """This process's place in a run of these options; one of a cluster is joined with the others.

    With one host a cluster's variables mean nothing: a run may be a step of some job.

    Args:
        device: the kind of device that it trains on.

    Raises:
        ConfigError: if the machine or the cluster has not what they ask for.
    """
    devices, nodes = trainer.devices, trainer.nodes
    _require_devices(devices, device)
    if nodes == 1:
        return ProcessGroup(size=devices, local_size=devices)
    process_group, address = _process_in_cluster(devices, nodes)
    if not is_connected():  # a grid's runs follow one another in the same processes
        connect(process_group, process_group.device(device), init_method=f"tcp://{address}")
        atexit.register(disconnect)
    return process_group


def _process_in_cluster(devices: int, nodes: int) -> tuple[ProcessGroup, str]:
    cluster = read_cluster(os.environ)
    if cluster is None:
        raise ConfigError(
            f"trainer.nodes={nodes}: the processes of several hosts are to be started by torchrun "
            "or srun, whose variables (RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR; SLURM_PROCID …) "
            "are not set here"
        )
    if cluster.size != devices * nodes:
        raise ConfigError(
            f"trainer.devices={devices} × trainer.nodes={nodes} is not the number of processes "
            f"that were started: {cluster.size}"
        )
    if cluster.rank % devices != cluster.local_rank:
        raise ConfigError(
            f"process {cluster.rank} is number {cluster.local_rank} of its host and not "
            f"{cluster.rank % devices}: give every host {devices} consecutive ranks "
            "(trainer.devices)"
        )
    process_group = ProcessGroup(
        cluster.rank, cluster.size, cluster.local_rank, devices, is_launched_externally=True
    )
    return process_group, cluster.address


def _require_devices(devices: int, device: torch.device) -> None:
    if device.type == "cuda" and devices > (count := torch.cuda.device_count()):
        raise ConfigError(
            f"trainer.devices={devices} and there are {count} CUDA devices here: lower it, or set "
            "trainer.accelerator=cpu"
        )
    if device.type == "mps" and devices > 1:
        raise ConfigError(
            f"trainer.devices={devices}: MPS is one device; set trainer.accelerator=cpu for "
            "several processes"
        )
